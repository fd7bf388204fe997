from __future__ import annotations

import polars as pl
import pytest

from skiptrace.dialers import RESULT_FORMATS, example_map, read_outcome_map
from skiptrace.dialers.outcome_map import Meaning, shipped_map
from skiptrace.errors import SettingsError, UsageError


@pytest.fixture
def own(tmp_path):
    def write(text, form="vicidial"):
        path = tmp_path / "own.toml"
        path.write_text(text, encoding="utf-8")
        return read_outcome_map(path, form)

    return write


def test_what_the_user_says_goes_before_what_is_shipped(own):
    found = own('[outcomes]\nXFER = "right_party"\n"S*" = "not_an_attempt"\nSALE = "promise_to_pay"\n')
    assert found.meaning("xfer") == Meaning("right_party")
    assert found.meaning("SALE") == Meaning("promise_to_pay")
    assert found.meaning("SVYEXT") == Meaning(None)  # shipped as voicemail
    assert found.meaning("N") == Meaning("no_answer")


def test_the_longer_beginning_decides(own):
    found = own('[outcomes]\n"Q*" = "busy"\n"QQ*" = "failed"\n')
    assert [found.meaning(each).outcome for each in ("Q", "QA", "QQ", "QQ1")] == ["busy", "busy", "failed", "failed"]


def test_a_stop_alone_counts_as_refused_and_may_come_without_an_attempt(own):
    found = own(
        '[outcomes]\nNOCALL = { stop = "do_not_call" }\nDEAD = { outcome = "not_an_attempt", stop = "deceased" }\n'
    )
    assert found.meaning("NOCALL") == Meaning("refused", "do_not_call")
    assert found.meaning("DEAD") == Meaning(None, "deceased")


def test_every_cell_gets_its_meaning_and_an_unnamed_one_none(own):
    found = own("[outcomes]\n").meanings(pl.Series(["N", None, "ZZ", "NEW", "DNC"]))
    assert found.rows() == [
        ("N", True, "no_answer", None),
        (None, False, None, None),
        ("ZZ", False, None, None),
        ("NEW", True, None, None),
        ("DNC", True, "refused", "do_not_call"),
    ]


@pytest.mark.parametrize("form", RESULT_FORMATS)
def test_the_shipped_map_is_an_example_that_changes_nothing(own, form):
    found = own(example_map(form), form)
    assert found.layers[0] == found.layers[1] == shipped_map(form).layers[0]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            '[outcomes]\nN = "busy"\nPTP = "promise"\n',
            r"own\.toml, line 3, PTP: unknown outcome promise; nearest .*pay$",
        ),
        (
            '[outcomes]\nX = { stop = "do_not_cal" }\n',
            r"line 2, X: unknown stop do_not_cal; nearest known: do_not_call",
        ),
        ('[outcomes]\nX = { stop = "unreadable" }\n', r"line 2, X: unknown stop unreadable"),
        ('[outcomes]\nX = { stops = "cease" }\n', r"line 2, X: unknown key stops; expected outcome or stop"),
        ("[outcomes]\nX = 1\n", r"line 2, X: expected an outcome, not_an_attempt, or a table"),
        ("[outcomes]\nX = {}\n", r"line 2, X: expected an outcome, not_an_attempt, or a table"),
        ("[outcomes]\nX = { outcome = 1 }\n", r"line 2, X: outcome is not text"),
        ('[outcomes]\nX = "delivered"\n', r"line 2, X: delivered is no outcome of a call"),
        ('[outcomes]\n"A-1" = "busy"\n"a 1" = "failed"\n', r"line 3, a 1: named twice, with another meaning"),
        ('[outcomes]\n"*" = "busy"\n', r"line 2, \*: a status that holds no letter and no digit"),
        ('[outcome]\nX = "busy"\n', r"own\.toml, line 1: unknown key outcome; expected the table outcomes"),
        ('outcomes = "busy"\n', r"line 1: expected the table outcomes"),
        ("", r"own\.toml, line 1: expected the table outcomes"),
        ("[outcomes\n", r"own\.toml: not TOML: .*line 1"),
    ],
)
def test_a_map_that_says_something_else_is_one_clear_line(own, text, problem):
    with pytest.raises(SettingsError, match=problem) as told:
        own(text)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("outcome", ["right_party", "promise_to_pay", "disconnected", "wrong_number", "third_party"])
def test_a_disposition_never_tells_who_was_there_nor_that_a_number_is_dead(own, outcome):
    with pytest.raises(SettingsError, match=f"{outcome} is more than a disposition tells"):
        own(f'[outcomes]\nANSWERED = "{outcome}"\n', "asterisk-cdr")


def test_a_file_that_is_not_there_or_not_text_is_told(tmp_path):
    with pytest.raises(SettingsError, match=r"none\.toml: cannot be read"):
        read_outcome_map(tmp_path / "none.toml", "vicidial")
    (tmp_path / "b.toml").write_bytes(b"\xff")
    with pytest.raises(SettingsError, match=r"b\.toml: not UTF-8"):
        read_outcome_map(tmp_path / "b.toml", "vicidial")
    with pytest.raises(UsageError, match="--format five9: expected one of generic, vicidial, asterisk-cdr"):
        read_outcome_map(None, "five9")
