from __future__ import annotations

import pytest

from skiptrace.planning.templates import LANGUAGES, Template, lint, templates
from skiptrace.vocabulary import Channel, Party


def text(words: str, channel: Channel = Channel.SMS, party: Party = Party.DEBTOR) -> Template:
    return Template(name="t", channels=frozenset({channel}), party=party, texts={"en": words})


@pytest.mark.parametrize("template", templates(), ids=lambda template: template.name)
def test_shipped_texts_are_clean_and_in_every_language(template):
    assert lint(template) == []
    assert set(template.texts) == set(LANGUAGES)


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        (text("{company} {disclosure} {opt_out} or we go to court"), "threatens (court)"),
        (text("{company} {disclosure}"), "lacks {opt_out}"),
        (text("{disclosure} {opt_out}"), "lacks {company}"),
        (text("{company} {opt_out}"), "lacks {disclosure}"),
        (text("{company} {disclosure} {opt_out} {balance}"), "unknown placeholder {balance}"),
        (text("{company} {disclosure} {opt_out} {"), "a brace that is not of a placeholder"),
        (
            text("{agent} about the debt of {name}", Channel.CALL, Party.THIRD_PARTY),
            "tells a third party of a debt (debt)",
        ),
        (text("{agent} of {company}", Channel.CALL, Party.THIRD_PARTY), "tells a third party {company}"),
        (text("where is {name}?", Channel.CALL, Party.THIRD_PARTY), "lacks {agent}"),
    ],
)
def test_a_bad_text_is_told_what_is_wrong(template, problem):
    assert f"en: {problem}" in lint(template)


def test_a_template_without_text_is_no_template():
    assert lint(Template(name="t", channels=frozenset(), party=Party.DEBTOR, texts={})) == ["has no text"]
