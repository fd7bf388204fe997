"""Bring words to the closed lists of the contract."""

from __future__ import annotations

import difflib
import tomllib
import unicodedata
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import polars as pl

from skiptrace.errors import SettingsError
from skiptrace.tables import one_of
from skiptrace.vocabulary import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping
    from enum import StrEnum

__all__ = ["check_outcomes", "fold_word", "word_lists", "words", "yes_no"]

_NOT_YES_NO = "not yes or no"


def fold_word(word: str) -> str:
    """Bring a word to the form in which words are compared.

    >>> fold_word("Right-Party"), fold_word(" no  answer "), fold_word("本人接听")
    ('right_party', 'no_answer', '本人接听')
    """
    plain = unicodedata.normalize("NFKC", word).casefold()
    return "_".join("".join(char if char.isalnum() else " " for char in plain).split())


def words(values: pl.Series, vocabulary_of: type[StrEnum], further: Mapping[str, str] | None = None) -> pl.Series:
    """Return the canonical word of each cell; null where there is none.

    Parameters
    ----------
    values
        As read (str).
    vocabulary_of
        The closed list.
    further
        More words, from the settings: word → canonical word.

    Examples
    --------
    >>> from skiptrace.vocabulary import Channel
    >>> words(pl.Series(["Phone", "短信", "pigeon"]), Channel).to_list()
    ['call', 'sms', None]
    """
    known = _known(vocabulary_of) | {fold_word(word): canonical for word, canonical in (further or {}).items()}
    found = {value: known.get(fold_word(value)) for value in values.unique().drop_nulls().to_list()}
    return values.replace_strict(found, default=None, return_dtype=pl.String) if found else values


def word_lists(values: pl.Series, vocabulary_of: type[StrEnum]) -> pl.Series:
    """Return the canonical words of cells that hold several (List of str); null where any is not of the list."""
    each = values.explode().drop_nulls().unique()
    known = words(each, vocabulary_of)
    unknown = each.filter(known.is_null()).to_list()
    canonical = dict(zip(each.filter(known.is_not_null()), known.drop_nulls(), strict=True))
    element = pl.element().replace(canonical) if canonical else pl.element()
    return (
        values.alias("v")
        .to_frame()
        .select(
            pl.when(~pl.col("v").list.eval(pl.element().is_in(unknown)).list.any()).then(
                pl.col("v").list.eval(element).list.unique(maintain_order=True)
            )
        )
        .to_series()
        .alias(values.name)
    )


def yes_no(values: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Read yes and no; the second series says what is wrong with a cell that is neither.

    >>> yes_no(pl.Series(["是", "N", None]))[0].to_list()
    [True, False, None]
    """
    listed = _data()["YesNo"]
    known = {fold_word(word): answer == "yes" for answer, ways in listed.items() for word in (answer, *ways)}
    found = {value: known.get(fold_word(value)) for value in values.unique().drop_nulls().to_list()}
    read = values.replace_strict(found, default=None, return_dtype=pl.Boolean) if found else values.cast(pl.Boolean)
    wrong = values.is_not_null() & read.is_null()
    return read, pl.select(pl.when(wrong).then(pl.lit(_NOT_YES_NO))).to_series()


def check_outcomes(further: Mapping[str, str]) -> None:
    """Check that the outcomes named in the settings exist.

    Raises
    ------
    SettingsError
        Naming the nearest outcome there is.
    """
    for code, outcome in further.items():
        if outcome not in one_of(Outcome):
            near = difflib.get_close_matches(outcome, one_of(Outcome), n=1, cutoff=0)[0]
            raise SettingsError(
                f"ingest.outcomes: {code} is mapped to unknown outcome {outcome}; nearest known: {near}"
            )


@cache
def _data() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(files("skiptrace.ingest").joinpath("words.toml").read_text(encoding="utf-8"))


@cache
def _known(vocabulary_of: type[StrEnum]) -> dict[str, str]:
    listed = _data().get(vocabulary_of.__name__, {})
    known = {fold_word(other): word for word, others in listed.items() for other in others}
    return known | {word: word for word in one_of(vocabulary_of)}
