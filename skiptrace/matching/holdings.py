"""What rows have and may have in common with others: phones, e-mails, names as a whole, rare words."""

from __future__ import annotations

import polars as pl

__all__ = ["RARE_HOLDERS", "find_hashes", "find_held", "find_things"]

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
        By kind of thing, as :func:`find_things`. Grain: row × thing. ``row``, ``thing``, ``holders`` (u32: how many
        rows have it), sorted by thing and row. Things that only one row has are left out.
    """
    things = find_things(people)
    return {kind: _numbered(frame, RARE_HOLDERS if kind == "word" else None) for kind, frame in things.items()}


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
        alias, words in any order), alias (a name that is some row's alias), word (of name or street).
        Grain: row × thing, each once. ``row`` (u32), ``thing`` (str).
    """
    rows = people.with_row_index("row")
    words = [pl.col("given", "family").str.split(" ").fill_null([]), pl.col("address_tokens").fill_null([])]
    names = _names(rows)
    aliases = names.filter("is_alias").select("thing").unique()
    held = {
        **_points(rows),
        "name": names.select("row", "thing"),
        "alias": names.select("row", "thing").join(aliases, on="thing", how="semi"),
        "word": rows.select("row", thing=pl.concat_list(words)).explode("thing"),
    }
    thing = pl.col("thing")
    return {kind: frame.filter(thing.is_not_null() & (thing != "")).unique() for kind, frame in held.items()}


def find_hashes(people: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Find the same as :func:`find_things`, with hashes (u64) in the place of things: equal where the things are equal.

    Names and words are put together from the hashes of distinct values: no text is made for each row.
    """
    rows = people.with_row_index("row")
    thing = pl.col("thing")
    given, middle, family = (_word_sums(rows[name]) for name in ("given", "middle", "family"))
    company = rows["is_company"].cast(pl.UInt64)
    parts = rows.select("row", given=given, middle=middle, family=family, company=company)
    name = pl.sum_horizontal("given", "family", "company")
    known = pl.col("given").is_not_null() | pl.col("family").is_not_null()
    whole = parts.filter(pl.col("middle").is_not_null()).select("row", thing=name + pl.col("middle"))
    aliases = rows.select("row", company=company, alias="aliases").explode("alias").filter(pl.col("alias") != "")
    aliases = aliases.select("row", thing=_word_sums(aliases["alias"]) + aliases["company"])
    names = pl.concat([parts.filter(known).select("row", thing=name), whole, aliases])
    words = [
        rows.select("row", thing="address_tokens").explode("thing"),
        *(_words(rows.select("row", thing=name)) for name in ("given", "family")),
    ]
    said = thing.is_not_null() & (thing != "")
    held = {kind: frame.filter(said).select("row", thing.hash()) for kind, frame in _points(rows).items()}
    held["word"] = pl.concat([frame.filter(said).select("row", thing.hash()) for frame in words])
    held["name"] = names
    held["alias"] = names.join(aliases.select("thing").unique(), on="thing", how="semi")
    return {kind: frame.unique() for kind, frame in held.items()}


def _points(rows: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Return each row's phones, e-mails, and names of mailboxes that may be somebody's own."""
    mailbox = pl.col("emails").list.eval(pl.element().str.split("@").list.first())
    long_enough = pl.col("thing").str.len_chars() >= _LONG_MAILBOX
    return {
        "phone": rows.select("row", thing="phones").explode("thing"),
        "email": rows.select("row", thing="emails").explode("thing"),
        "mailbox": rows.select("row", thing=mailbox).explode("thing").filter(long_enough),
    }


def _word_sums(texts: pl.Series) -> pl.Series:
    """Return the sum of the hashes of a text's words, whatever their order; null for null."""
    distinct = texts.drop_nulls().unique()
    sums = distinct.str.split(" ").list.eval(pl.element().hash()).list.sum()
    found = texts.to_frame("text").join(
        pl.DataFrame({"text": distinct, "sum": sums}), on="text", how="left", maintain_order="left"
    )
    return found["sum"]


def _words(texts: pl.DataFrame) -> pl.DataFrame:
    """Split ``thing`` into words, one row each; most are one word."""
    several = pl.col("thing").str.contains(" ", literal=True)
    split = texts.filter(several).with_columns(pl.col("thing").str.split(" ")).explode("thing")
    return pl.concat([texts.filter(~several), split])


def _names(rows: pl.DataFrame) -> pl.DataFrame:
    """Return each row's own full names, with and without the middle name, and its aliases."""
    own = [
        rows.select("row", "is_company", thing=pl.concat_str(parts, separator=" ", ignore_nulls=True))
        for parts in (["given", "family"], ["given", "middle", "family"])
    ]
    aliases = rows.select("row", "is_company", thing="aliases").explode("thing")
    every = pl.concat([*(frame.with_columns(is_alias=False) for frame in own), aliases.with_columns(is_alias=True)])
    return every.filter(pl.col("thing") != "").select(
        "row",
        "is_alias",
        # Order of words is no part of a name here: family names stand first in half the world.
        thing=pl.col("thing").str.split(" ").list.sort().list.join(" ") + pl.col("is_company").cast(pl.String),
    )


def _numbered(held: pl.DataFrame, most: int | None) -> pl.DataFrame:
    """Return the things that at least two rows have (and at most ``most``), numbered in their own order."""
    held = held.with_columns(holders=pl.len().over("thing").cast(pl.UInt32)).filter(pl.col("holders") > 1)
    if most is not None:
        held = held.filter(pl.col("holders") <= most)
    return held.with_columns(thing=pl.col("thing").rank("dense").cast(pl.UInt32)).sort("thing", "row")
