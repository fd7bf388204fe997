"""What rows have and may have in common with others: phones, e-mails, names as a whole, rare words.

A hash stands for each thing. Hashes do not leave the process and never decide an order that anybody sees.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RARE_HOLDERS", "find_held", "find_things"]

_LONG_MAILBOX = 5
"""Letters of a mailbox name from which on it may be somebody's own at several providers."""
RARE_HOLDERS = 5
"""Rows up to which a word is rare enough to look at all who have it."""


def find_held(people: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Find which things rows have in common.

    Parameters
    ----------
    people
        PEOPLE in the order of the roll, with ``is_company``.

    Returns
    -------
    dict of str to polars.DataFrame
        By kind of thing, as :func:`find_things`. Grain: row × thing. ``row``, ``thing`` (u32), ``holders`` (u32: how
        many rows have it), sorted by thing and row. Things that only one row has are left out.
    """
    return {kind: _numbered(frame, RARE_HOLDERS if kind == "word" else None) for kind, frame in _things(people)}


def find_things(people: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Find which rows have which things.

    Parameters
    ----------
    people
        PEOPLE in the order of the roll, with ``is_company``.

    Returns
    -------
    dict of str to polars.DataFrame
        By kind of thing: phone, email, mailbox (the part before the @), name (given, middle and family name, or an
        alias, words in any order), alias (a name that is some row's alias), word (of name or street; not all of
        those that more than :data:`RARE_HOLDERS` rows have).
        Grain: row × thing, each once. ``row`` (u32), ``thing`` (u64: a hash, equal where the things are equal).
    """
    return dict(_things(people))


def _things(people: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    """Yield kinds of things one at a time, so that they need not all be there at once.

    Names and words are put together from the hashes of distinct values: no text is made for each row.
    """
    rows = people.with_row_index("row")
    thing = pl.col("thing")
    said = thing.is_not_null() & (thing != "")
    for kind, frame in _points(rows):
        yield kind, frame.filter(said).select("row", thing.hash()).unique()
    yield "word", _words(rows, said)
    names, aliases = _names(rows)
    yield "name", names
    yield "alias", names.join(aliases, on="thing", how="semi")


def _points(rows: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    """Yield each row's phones, e-mails, and names of mailboxes that may be somebody's own."""
    yield "phone", rows.select("row", thing="phones").explode("thing")
    mails = rows.select("row", thing="emails").explode("thing")
    yield "email", mails
    mailbox = mails.with_columns(pl.col("thing").str.split("@").list.first())
    yield "mailbox", mailbox.filter(pl.col("thing").str.len_chars() >= _LONG_MAILBOX)


def _words(rows: pl.DataFrame, said: pl.Expr) -> pl.DataFrame:
    """Return the words of names and street lines but for the common ones, which are most of them."""
    places = ("address_tokens", "given", "family")
    words = pl.concat(
        _split(rows.select("row", thing=place)).filter(said).select("row", pl.col("thing").hash()) for place in places
    )
    most = len(places) * RARE_HOLDERS  # a row may say a word in each place
    common = words.group_by("thing").len().filter(pl.col("len") > most)
    return words.join(common, on="thing", how="anti").unique()


def _split(texts: pl.DataFrame) -> pl.DataFrame:
    """Return the words of ``thing``, one row each; most texts are one word, and some are lists of words already."""
    if texts["thing"].dtype == pl.List:
        return texts.explode("thing")
    several = pl.col("thing").str.contains(" ", literal=True)
    split = texts.filter(several).with_columns(pl.col("thing").str.split(" ")).explode("thing")
    return pl.concat([texts.filter(~several), split])


def _names(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return each row's names, with and without the middle name, and its aliases; and the aliases alone.

    Order of words is no part of a name here: family names stand first in half the world.
    """
    given, middle, family = (_word_sums(rows[name]) for name in ("given", "middle", "family"))
    company = rows["is_company"].cast(pl.UInt64)
    parts = rows.select("row", given=given, middle=middle, family=family, company=company)
    name = pl.sum_horizontal("given", "family", "company")
    known = pl.col("given").is_not_null() | pl.col("family").is_not_null()
    whole = parts.filter(pl.col("middle").is_not_null()).select("row", thing=name + pl.col("middle"))
    aliases = rows.select("row", company=company, alias="aliases").explode("alias").filter(pl.col("alias") != "")
    aliases = aliases.select("row", thing=_word_sums(aliases["alias"]) + aliases["company"])
    every = pl.concat([parts.filter(known).select("row", thing=name), whole, aliases]).unique()
    return every, aliases.select("thing").unique()


def _word_sums(texts: pl.Series) -> pl.Series:
    """Return the sum of the hashes of a text's words, whatever their order; null for null."""
    distinct = texts.drop_nulls().unique()
    sums = distinct.str.split(" ").list.eval(pl.element().hash()).list.sum()
    found = texts.to_frame("text").join(
        pl.DataFrame({"text": distinct, "sum": sums}), on="text", how="left", maintain_order="left"
    )
    return found["sum"]


def _numbered(held: pl.DataFrame, most: int | None) -> pl.DataFrame:
    """Return the things that at least two rows have (and at most ``most``), numbered in their own order."""
    held = held.with_columns(holders=pl.len().over("thing").cast(pl.UInt32)).filter(pl.col("holders") > 1)
    if most is not None:
        held = held.filter(pl.col("holders") <= most)
    return held.with_columns(thing=pl.col("thing").rank("dense").cast(pl.UInt32)).sort("thing", "row")
