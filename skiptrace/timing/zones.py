"""The zone in which a person most likely lives.

This is the *likeliest* zone, for reading and forecasting habits. What law asks for, every zone a person may be in,
is the business of ``compliance``.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from io import BytesIO

import polars as pl

from skiptrace.timing.clock import known_zones

__all__ = ["lead_zones", "person_zones"]


@cache
def _places() -> pl.DataFrame:
    """Return ``place`` (ISO 3166-1 or -2), ``zone`` and ``holds``: whether most or only some of it lives by that zone.

    Countries with a single zone come from the ``zone.tab`` of the ``tzdata`` wheel; the others from our own table.
    """
    ours = pl.read_csv(BytesIO((files("skiptrace.timing") / "local_zones.csv").read_bytes()))
    text = (files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8")
    lines = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    table = pl.DataFrame({"place": [line[0] for line in lines], "zone": [line[2] for line in lines]})
    single = table.filter(pl.len().over("place") == 1).with_columns(holds=pl.lit("most"))
    return pl.concat([ours, single.join(ours, on="place", how="anti")]).sort("place")


def person_zones(people: pl.DataFrame) -> pl.DataFrame:
    """Return where accounts and related persons live, as far as that was declared or their address tells.

    Parameters
    ----------
    people
        PEOPLE.

    Returns
    -------
    polars.DataFrame
        Grain: account, or related person. ``account_id``, ``relation_id`` (null for accounts), ``person_zone`` (null =
        not known: several zones in the country and no region, or no address).
    """
    lived = _places().filter(pl.col("holds") == "most").select("place", "zone")
    rows = (
        people.filter(pl.col("table").is_in(["accounts", "relations"]))
        .join(lived.rename({"place": "region", "zone": "region_zone"}), on="region", how="left")
        .join(lived.rename({"place": "country", "zone": "country_zone"}), on="country", how="left")
    )
    is_account = pl.col("table") == "accounts"
    declared = pl.when(pl.col("time_zone").is_in(sorted(known_zones()))).then("time_zone")
    return (
        rows.select(
            account_id=pl.when(is_account).then(pl.col("record_id")).otherwise("account_id"),
            relation_id=pl.when(~is_account).then(pl.col("record_id")),
            person_zone=pl.coalesce(declared, "region_zone", "country_zone"),
        )
        .sort("account_id", "relation_id", "person_zone", nulls_last=True)
        .unique(["account_id", "relation_id"], keep="first", maintain_order=True)
    )


def lead_zones(leads: pl.DataFrame, people: pl.DataFrame) -> pl.Series:
    """Return the likeliest zone of each lead, in the order of the leads.

    The person's declared zone or address first, then the number's own zone, then that of the person's best number.
    Null: none of them tells.
    """
    number = leads.select(
        "account_id",
        "relation_id",
        "rank",
        "contact_point",
        number_zone=_number_zone(),
        is_phone=pl.col("kind") == "phone",
    )
    best = (
        number.filter(pl.col("is_phone") & pl.col("number_zone").is_not_null())
        .sort("account_id", "relation_id", "rank", "contact_point")
        .group_by("account_id", "relation_id", maintain_order=True)
        .agg(best_zone=pl.col("number_zone").first())
    )
    keys = ["account_id", "relation_id"]
    return (
        number.join(person_zones(people), on=keys, how="left", nulls_equal=True, maintain_order="left")
        .join(best, on=keys, how="left", nulls_equal=True, maintain_order="left")
        .select(zone=pl.coalesce("person_zone", "number_zone", "best_zone"))["zone"]
    )


def _number_zone() -> pl.Expr:
    """Return a number's zone; where its code spans several, that of most people in the country, else in a region."""
    known = _among(pl.col("zones"), sorted(known_zones()))
    places = _places().sort("zone")
    countries = places.filter(~pl.col("place").str.contains("-"))["zone"].unique().to_list()
    return pl.coalesce(
        _among(known, countries).list.first(), _among(known, places["zone"].to_list()).list.first(), known.list.first()
    )


def _among(zones: pl.Expr, these: list[str]) -> pl.Expr:
    return zones.list.eval(pl.element().filter(pl.element().is_in(these)).sort())
