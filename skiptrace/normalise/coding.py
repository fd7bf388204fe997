"""Attempts and stops: which contact point each speaks of."""

from __future__ import annotations

import polars as pl

from skiptrace.normalise.points import likely_kind, read_points
from skiptrace.vocabulary import Channel, PointKind

__all__ = ["with_point_keys"]

_KIND_OF_CHANNEL = {channel.value: channel.point_kind.value for channel in Channel}
_FEWEST_DIGITS = 6
"""Fewer digits end too many numbers to say which was meant."""


def with_point_keys(
    rows: pl.DataFrame, points: pl.DataFrame, countries: pl.DataFrame, default_country: str | None
) -> pl.DataFrame:
    """Tell which contact point attempts or stops speak of.

    A value that is one of the account's points once it is read is that point. A local number, or a street without its
    place, is the account's point that ends in these digits or has that street, if there is just one; otherwise it is
    what it reads as by itself. A value without account, that no country helps to read, is every point it can be.

    Parameters
    ----------
    rows
        ``account_id``, ``channel``, ``contact_point`` as in ATTEMPTS or STOPS.
    points
        POINTS with ``local_key``.
    countries
        ``account_id``, ``country``: of each account.
    default_country
        Of rows without one.

    Returns
    -------
    polars.DataFrame
        The rows with ``point_key`` and ``reason`` (why ``contact_point`` could not be read; null if it was or is
        null). A row repeats only where it has no account and can be several points.
    """
    asked = (
        rows.select("account_id", "channel", value="contact_point")
        .unique()
        .drop_nulls("value")
        .join(countries, on="account_id", how="left")
        .with_columns(pl.col("country").fill_null(pl.lit(default_country, pl.String)))
    )
    own = points.select("account_id", "value", known="point_key").unique()
    own = own.filter(pl.len().over("account_id", "value") == 1)
    asked = asked.join(own, on=["account_id", "value"], how="left")
    kind = pl.col("channel").replace_strict(_KIND_OF_CHANNEL, default=None, return_dtype=pl.String)
    unknown = asked.filter(pl.col("known").is_null()).drop("known").with_columns(likely_kind(kind).alias("kind"))
    read = read_points(unknown).with_row_index("asked")
    answers = pl.concat([_of_account(read, points), _of_nobody(read, points)])
    read = read.join(answers, on="asked", how="left").with_columns(
        point_key=pl.coalesce("meant", "point_key"), reason=pl.when(pl.col("meant").is_null()).then("reason")
    )
    known = asked.drop_nulls("known").select("account_id", "channel", "value", point_key="known", reason=pl.lit(None))
    told = pl.concat(
        [read.select("account_id", "channel", "value", "point_key", "reason"), known], how="vertical_relaxed"
    )
    return rows.join(
        told.rename({"value": "contact_point"}),
        on=["account_id", "channel", "contact_point"],
        how="left",
        nulls_equal=True,
    )


def _of_account(read: pl.DataFrame, points: pl.DataFrame) -> pl.DataFrame:
    """Points of the account itself or its relations that a value not among them can mean, where it is just one."""
    own = points.select("account_id", "kind", "local_key", meant="point_key").drop_nulls("account_id").unique()
    unknown = read.drop_nulls("account_id").join(
        own, left_on=["account_id", "kind", "point_key"], right_on=["account_id", "kind", "meant"], how="anti"
    )
    found = (
        unknown.with_columns(_digits())
        .join(own, on=["account_id", "kind"], how="inner", suffix="_own")
        .filter(_means(pl.col("local_key_own")))
        .select("asked", "meant")
        .unique()
    )
    return found.filter(pl.len().over("asked") == 1)


def _of_nobody(read: pl.DataFrame, points: pl.DataFrame) -> pl.DataFrame:
    """Every point that a value without account, unreadable by itself, can mean."""
    lost = read.filter(pl.col("account_id").is_null() & pl.col("point_key").is_null()).with_columns(_digits())
    every = points.select("kind", local_key="local_key", meant="point_key").drop_nulls().unique()
    return (
        lost.drop("local_key")
        .join(every, left_on=["kind", "digits"], right_on=["kind", "local_key"], how="inner")
        .select("asked", "meant")
        .unique()
        .sort("asked", "meant")
    )


def _digits() -> pl.Expr:
    """Digits of a local number without trunk zero; null for an international one, which says itself what it is."""
    value = pl.col("value")
    digits = value.str.replace_all(r"\D", "").str.strip_chars_start("0")
    local = ~value.str.contains(r"^\s*(?:\+|00|tel:\+)") & (digits.str.len_bytes() >= _FEWEST_DIGITS)
    return pl.when(local & (pl.col("kind") == PointKind.PHONE)).then(digits).alias("digits")


def _means(local_key: pl.Expr) -> pl.Expr:
    phone = local_key.str.ends_with(pl.col("digits"))
    street = (pl.col("kind") == PointKind.ADDRESS) & (local_key == pl.col("local_key"))
    return phone.fill_null(value=False) | street.fill_null(value=False)
