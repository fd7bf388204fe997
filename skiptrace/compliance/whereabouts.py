"""Where a person may be: candidate places and zones of each contact point, every one of which must allow the contact.

The readings are those at the top of places.toml. A debtor's whereabouts come from the account, a third party's from
the relation; the law of the debtor's places binds contacts with third parties too, but not its hours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from skiptrace.compliance.zones import DAY, is_zone
from skiptrace.vocabulary import Party, PointKind

if TYPE_CHECKING:
    from skiptrace.compliance.places import Places
    from skiptrace.compliance.rulebook import Rulebook

__all__ = ["whereabouts"]

MOVE_DAYS = 30
"""For so long after a move both addresses count."""

_VIEW = ("subject", "vantage")


def whereabouts(views: pl.DataFrame, leads: pl.DataFrame, people: pl.DataFrame, rulebook: Rulebook) -> pl.DataFrame:
    """Return the candidate places and zones of leads.

    Parameters
    ----------
    views
        Grain: lead × vantage. ``lead`` (row of ``leads``), ``vantage`` (microseconds): the moment from which history is
        seen.
    leads
        Leads with ``lead``, ``subject`` (whose point it is), ``gone`` (microseconds: since then known dead or wrong)
        and ``lapsed`` (since then without consent; null = never).
    people
        Where accounts and relations live: see :class:`~skiptrace.compliance.coding.CodedFacts`.
    rulebook
        The law.

    Returns
    -------
    polars.DataFrame
        ``lead``, ``vantage``, ``places`` (law that binds, each with its lineage), ``hour_places`` (the same, for hours
        alone), ``zones``: sorted lists joined by ``|``; ``told_in``, the zone to tell the person's time in.
    """
    known = views.join(leads.select("lead", "subject", "debtor", "party", "kind", "zones", "places"), on="lead")
    subjects = pl.concat(
        [
            known.select(*_VIEW),
            known.filter(pl.col("party") != Party.DEBTOR.value).select(subject="debtor", vantage="vantage"),
        ]
    ).unique()
    addresses = _addresses(subjects, leads, people, rulebook)
    numbers = (
        subjects.join(leads.filter(pl.col("kind") == PointKind.PHONE.value), on="subject")
        .filter(pl.min_horizontal("gone", "lapsed").fill_null(2**62) > pl.col("vantage"))
        .select(*_VIEW, "zones", "places")
    )
    contacted = known.filter(pl.col("kind") == PointKind.PHONE.value)
    found = _law(known, contacted, addresses, numbers, rulebook.places)
    return found.join(_zones(known, contacted, addresses, numbers), on=["lead", "vantage"], how="left").with_columns(
        pl.col("zones").fill_null("")
    )


def _addresses(subjects: pl.DataFrame, leads: pl.DataFrame, people: pl.DataFrame, rulebook: Rulebook) -> pl.DataFrame:
    """Return what is said of where subjects live.

    Grain: subject × vantage × source. ``place`` (null = only a zone is declared), ``settles`` (an own address precise
    enough for its law), ``bare`` (a country and no more), ``zones`` (list), ``declared_zone``, ``jurisdiction``.
    """
    columns = ["place", "postal_code", "city", "street", "own"]
    stated = subjects.join(people.drop("address_key"), on="subject")
    where = (
        people.filter(pl.col("address_key").is_not_null() & pl.col("place").is_not_null())
        .group_by("address_key", "place")
        .agg(pl.col("postal_code").max(), pl.col("city").max())
    )
    points = leads.filter(pl.col("kind") == PointKind.ADDRESS.value).select(
        "subject", "own", "last_seen", "places", "lapsed", address_key="point_key"
    )
    at = (
        subjects.join(points, on="subject")
        .filter(pl.col("lapsed").fill_null(2**62) > pl.col("vantage"))
        .with_columns(seen=pl.when("own").then(pl.col("last_seen").cast(pl.Int32).cast(pl.Int64)))
        .with_columns(latest=pl.col("seen").max().over(*_VIEW))
        .filter(
            pl.col("seen").is_null()
            | (pl.col("seen") == pl.col("latest"))
            | (pl.col("vantage") < (pl.col("latest") + MOVE_DAYS) * DAY)
        )
    )
    placed = at.join(where, on="address_key")
    unplaced = (
        at.join(where, on="address_key", how="anti")
        .explode("places", empty_as_null=True, keep_nulls=True)
        # An address key names country, then postal code or city; without a digit it is no postal code.
        .with_columns(
            place="places", locality=pl.col("address_key").cast(pl.String).str.split("|").list.get(1, null_on_oob=True)
        )
        .with_columns(
            postal_code=pl.when(pl.col("locality").str.contains(r"\d")).then(pl.col("locality").str.to_uppercase()),
            city=pl.when(pl.col("locality").str.contains(r"^\D+$")).then("locality"),
        )
    )
    of_points = pl.concat(
        [frame.with_columns(street=pl.lit(value=True)).select(*_VIEW, *columns) for frame in (placed, unplaced)]
    ).unique()
    sources = pl.concat(
        [
            stated.with_columns(own=pl.lit(value=True)).select(*_VIEW, *columns, "time_zone", "jurisdiction"),
            of_points,
        ],
        how="diagonal",
    )
    return _placed(sources, rulebook)


def _placed(sources: pl.DataFrame, rulebook: Rulebook) -> pl.DataFrame:
    """Add to each source what its place means, worked out once for each distinct place, postal code and city."""
    keys = ["place", "postal_code", "city", "street"]
    distinct = sources.select(keys).unique().sort(keys)
    places = rulebook.places
    regional = {code.split("-")[0] for code in rulebook.packs if "-" in code}
    law, zones, settles, bare = [], [], [], []
    for place, postal_code, city, street in distinct.iter_rows():
        code = None if place is None else places.canonical(place)
        own_law = code and places.city_of(code, postal_code, city)
        law.append(own_law or code)
        found = places.zones_of(code, postal_code, city) if code else ()
        zones.append(list(found))
        bare.append(code is not None and "-" not in code and not street and len(found) > 1)
        settles.append(code is not None and ("-" in code or (street and code not in regional)))
    meaning = distinct.with_columns(
        pl.Series("law", law, pl.String),
        pl.Series("place_zones", zones, pl.List(pl.String)),
        pl.Series("settles", settles, pl.Boolean),
        pl.Series("bare", bare, pl.Boolean),
    )
    return sources.join(meaning, on=keys, how="left", nulls_equal=True).with_columns(
        pl.col("settles") & pl.col("own").fill_null(value=False)
    )


def _law(
    known: pl.DataFrame, contacted: pl.DataFrame, addresses: pl.DataFrame, numbers: pl.DataFrame, places: Places
) -> pl.DataFrame:
    settled = addresses.group_by(_VIEW).agg(pl.col("settles").any())
    of_number = (
        numbers.join(settled, on=_VIEW, how="left")
        .filter(~pl.col("settles").fill_null(value=False))
        .select(*_VIEW, place="places")
        .explode("place", empty_as_null=True, keep_nulls=True)
    )
    by_subject = pl.concat(
        [
            addresses.select(*_VIEW, place="law", number=pl.lit(value=False)),
            addresses.select(*_VIEW, place="jurisdiction", number=pl.lit(value=False)),
            of_number.with_columns(number=pl.lit(value=True)),
        ]
    ).unique()
    of_contacted = (
        contacted.join(settled, on=_VIEW, how="left")
        .filter(~pl.col("settles").fill_null(value=False))
        .select("lead", "vantage", place="places", number=pl.lit(value=True))
        .explode("place", empty_as_null=True, keep_nulls=True)
    )
    ids = known.select("lead", *_VIEW)
    own = pl.concat([ids.join(by_subject, on=_VIEW).drop("subject"), of_contacted], how="diagonal")
    debtors = (
        known.filter(pl.col("party") != Party.DEBTOR.value)
        .select("lead", "vantage", subject="debtor")
        .join(by_subject, on=_VIEW)
        .drop("subject")
    )
    hours = _joined(_with_lineage(own, places), ["lead", "vantage"], "place").rename({"place": "hour_places"})
    law = _joined(_with_lineage(pl.concat([own, debtors], how="diagonal"), places), ["lead", "vantage"], "place")
    return (
        known.select("lead", "vantage")
        .join(law.rename({"place": "places"}), on=["lead", "vantage"], how="left")
        .join(hours, on=["lead", "vantage"], how="left")
        .with_columns(pl.col("places", "hour_places").fill_null(""))
    )


def _with_lineage(frame: pl.DataFrame, places: Places) -> pl.DataFrame:
    """Replace each place by its lineage; a region known from a number only may be its city of own law."""
    named = frame.filter(pl.col("place").is_not_null())
    distinct = named.select("place", "number").unique().sort("place", "number")
    lineages = []
    for place, number in distinct.iter_rows():
        code = places.canonical(place)
        if number:
            code = places.city_of(code, None, None) or code
        lineages.append(list(places.lineage(code)))
    meaning = distinct.with_columns(pl.Series("lineage", lineages, pl.List(pl.String)))
    return (
        named.join(meaning, on=["place", "number"])
        .select("lead", "vantage", place="lineage")
        .explode("place", empty_as_null=True, keep_nulls=True)
    )


def _zones(
    known: pl.DataFrame, contacted: pl.DataFrame, addresses: pl.DataFrame, numbers: pl.DataFrame
) -> pl.DataFrame:
    """Return each lead's ``zones``, and ``told_in``: the one that best says where the person is."""
    ids = known.select("lead", *_VIEW)
    precise = pl.col("bare").fill_null(value=False).not_()
    by_subject = pl.concat(
        [
            addresses.select(*_VIEW, zone=pl.concat_list("time_zone"), rank=pl.lit(0)),
            addresses.select(*_VIEW, zone="place_zones", rank=pl.when(precise).then(1).otherwise(4)),
            numbers.select(*_VIEW, zone="zones", rank=pl.lit(3)),
        ]
    )
    by_lead = pl.concat(
        [
            ids.join(by_subject, on=_VIEW).select("lead", "vantage", "zone", "rank"),
            contacted.select("lead", "vantage", zone="zones", rank=pl.lit(2)),
        ]
    )
    # What says least of where else somebody may be speaks first: a declared zone, then the narrowest choice.
    rows = (
        by_lead.with_columns(width=pl.col("zone").list.len(), place=pl.int_ranges(pl.col("zone").list.len()))
        .explode("zone", "place", empty_as_null=True, keep_nulls=True)
        .filter(pl.col("zone").is_not_null())
        .unique()
    )
    real = [name for name in rows["zone"].unique().to_list() if is_zone(name)]
    rows = rows.filter(pl.col("zone").is_in(real)).sort(
        "lead", "vantage", pl.col("rank") > 0, "width", "rank", "place", "zone"
    )
    # A bare country of several zones says where only if nothing else does.
    last_resort = pl.col("rank") == 4  # noqa: PLR2004  # as ranked above
    rows = rows.filter(~last_resort | last_resort.all().over("lead", "vantage"))
    told = rows.group_by("lead", "vantage", maintain_order=True).agg(told_in=pl.col("zone").first())
    zones = _joined(rows, ["lead", "vantage"], "zone").rename({"zone": "zones"})
    return zones.join(told, on=["lead", "vantage"])


def _joined(frame: pl.DataFrame, keys: list[str], column: str) -> pl.DataFrame:
    """Return each key's distinct values, sorted and joined by ``|``."""
    return frame.select(*keys, column).unique().sort(*keys, column).group_by(keys).agg(pl.col(column).str.join("|"))
