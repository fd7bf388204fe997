"""The shipped texts and guides."""

import pytest

from skiptrace.planning.guides import guides, objections
from skiptrace.planning.templates import LANGUAGES, PLACEHOLDERS, Medium, Stage, lint, pressure_in, templates
from skiptrace.planning.templates.spelling import PLACEHOLDER
from skiptrace.vocabulary import Outcome, Party, outcome_meanings

WRITTEN_AND_SAID = [Medium.CALL, Medium.SMS, Medium.EMAIL, Medium.LETTER]
FOR_DEBTORS = [stage for stage in Stage if stage not in {Stage.LOCATION_REQUEST, Stage.LIMITED_CONTENT}]
SPOKEN = [
    *((guide.id, step.say) for guide in guides() for step in guide.step),
    *((objection.id, objection.say) for objection in objections()),
]


@pytest.mark.parametrize("template", templates(), ids=lambda template: template.name)
def test_texts_are_clean_and_in_every_language(template):
    assert lint(template) == []
    assert set(template.texts) == set(LANGUAGES)
    assert not template.once_identified or set(template.once_identified) == set(LANGUAGES)


def test_every_stage_has_a_text_for_every_way_to_reach_the_debtor():
    found = {(one.medium, one.stage) for one in templates() if one.party is Party.DEBTOR}
    expected = {(medium, stage) for medium in WRITTEN_AND_SAID for stage in FOR_DEBTORS}
    assert found == expected | {(Medium.VOICEMAIL, Stage.LIMITED_CONTENT)}
    assert len({one.name for one in templates()}) == len(templates())


def test_whoever_is_called_hears_what_it_is_about_only_once_identified():
    calls = [one for one in templates() if one.medium is Medium.CALL and one.party is Party.DEBTOR]
    for one in calls:
        assert one.once_identified
        assert not {"reference", "amount", "disclosure", "referral_to"} & {
            name for text in one.texts.values() for name in PLACEHOLDER.findall(text)
        }


def test_the_voicemail_holds_what_a_limited_content_message_may_and_all_that_it_must():
    (voicemail,) = (one for one in templates() if one.medium is Medium.VOICEMAIL)
    for text in voicemail.texts.values():
        assert set(PLACEHOLDER.findall(text)) == {"company", "agent", "phone"}


def test_every_placeholder_says_what_it_is_and_how_long_it_gets():
    for rules in PLACEHOLDERS.values():
        assert rules["meaning"]
        assert {*LANGUAGES, "other"} == set(rules["longest"])


@pytest.mark.parametrize(("name", "say"), SPOKEN)
def test_what_guides_say_is_clean_and_in_every_language(name, say):
    assert set(say) == set(LANGUAGES), name
    for sentences in say.values():
        for sentence in sentences:
            assert pressure_in(sentence) == []
            assert set(PLACEHOLDER.findall(sentence)) <= set(PLACEHOLDERS)


def test_the_usual_objections_have_an_outcome_that_a_call_can_have():
    ids = {one.id for one in objections()}
    assert ids == {"cannot_pay", "not_mine", "already_paid", "call_later", "who_are_you", "stop_calling"}
    meanings = outcome_meanings()
    of_calls = {row["outcome"] for row in meanings.to_dicts() if "call" in row["channels"]}
    assert {one.outcome for one in objections()} <= of_calls
    for one in objections():
        assert set(one.never) == set(one.record) == set(one.heard) == set(LANGUAGES)


def test_outcomes_and_stops_that_guides_name_are_those_of_the_vocabulary():
    named = " ".join(text for one in objections() for text in one.record.values())
    for outcome in (Outcome.RIGHT_PARTY, Outcome.HUMAN_UNVERIFIED, Outcome.WRONG_NUMBER, Outcome.REFUSED):
        assert outcome.value in named
