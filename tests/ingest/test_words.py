from __future__ import annotations

import enum

import polars as pl
import pytest

from skiptrace import vocabulary
from skiptrace.errors import SettingsError
from skiptrace.ingest.words import _data, check_outcomes, fold_word, word_lists, words, yes_no
from skiptrace.tables import one_of
from skiptrace.vocabulary import Channel, ConsentPurpose, Outcome


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("Right Party", "right_party"),
        ("RIGHT-PARTY", "right_party"),
        ("本人接听", "right_party"),
        ("关机", "switched_off"),
        ("停机", "disconnected"),
        ("空号", "disconnected"),
        ("无人接听", "no_answer"),
        ("承诺还款", "promise_to_pay"),
        ("teleported", None),
        (None, None),
    ],
)
def test_outcomes_are_read_in_english_and_chinese(text, outcome):
    assert words(pl.Series([text], dtype=pl.String), Outcome).to_list() == [outcome]


def test_the_settings_can_name_more_codes():
    assert words(pl.Series(["Code 7"]), Outcome, {"code-7": "busy"}).to_list() == ["busy"]


def test_a_list_with_one_unknown_word_is_unknown():
    read = word_lists(pl.Series([["Locate", "联系"], ["locate", "fly"], None]), ConsentPurpose)
    assert read.to_list() == [["locate", "contact"], None, None]


def test_yes_and_no():
    read, problems = yes_no(pl.Series(["是", "No", "TRUE", "0", "maybe", None]))
    assert read.to_list() == [True, False, True, False, None, None]
    assert problems.is_not_null().to_list() == [False, False, False, False, True, False]


def test_a_word_of_the_settings_that_does_not_exist_names_the_nearest():
    with pytest.raises(SettingsError, match="unknown outcome bussy; nearest known: busy"):
        check_outcomes({"B": "bussy"})


def test_the_data_names_only_words_of_the_contract_and_none_twice():
    for name, listed in _data().items():
        known = {"yes", "no"} if name == "YesNo" else set(one_of(getattr(vocabulary, name)))
        assert set(listed) <= known, name
        others = [fold_word(other) for ways in listed.values() for other in ways]
        assert len(others) == len(set(others)), name
        assert not set(others) & known, name


def test_empty_columns_are_read():
    nothing = pl.Series([], dtype=pl.String)
    assert words(nothing, Channel).to_list() == []
    assert yes_no(nothing)[0].dtype == pl.Boolean
    assert issubclass(Channel, enum.StrEnum)
