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
    asked = views.join(leads.select("lead", "subject", "debtor", "party", "kind", "zones", "places"), on="lead")
    third = pl.col("party") != Party.DEBTOR.value
    subjects = pl.concat(
        [asked.select(*_VIEW), asked.filter(third).select(subject="debtor", vantage="vantage")]
    ).unique()
    numbers = (
        subjects.join(leads.filter(pl.col("kind") == PointKind.PHONE.value), on="subject")
        .filter(pl.min_horizontal("gone", "lapsed").fill_null(2**62) > pl.col("vantage"))
        .select(*_VIEW, _joint("zones"), _joint("places"))
    )
    sources = pl.concat([_addresses(subjects, leads, people, rulebook), numbers], how="diagonal")
    dossiers, of_subject = _dossiers(sources)
    cases, of_view = _cases(asked, of_subject)
    contacted = cases.filter("phone")
    stated = dossiers.filter(pl.col("places").is_null())
    called = dossiers.filter(pl.col("places").is_not_null()).select("dossier", "zones", "places")
    found = _law(cases, contacted, stated, called, rulebook.places)
    found = found.join(_zones(cases, contacted, stated, called), on="case", how="left")
    return of_view.join(found, on="case", how="left").drop("case").with_columns(pl.col("zones").fill_null(""))


def _dossiers(sources: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Put together what is said of where each subject is: hardly any two are said to be where nobody else is.

    Returns
    -------
    tuple
        The sources of each ``dossier``, and the ``dossier`` of each subject × vantage.
    """
    said = ["law", "jurisdiction", "settles", "bare", "time_zone", "zones", "places"]
    kinds = sources.select(said).unique().with_row_index("source")
    named = sources.join(kinds, on=said, how="left", nulls_equal=True).select(*_VIEW, "source").unique()
    listed = named.group_by(_VIEW).agg(pl.col("source").sort().cast(pl.String).str.join(" "))
    distinct = listed.select("source").unique().with_row_index("dossier")
    members = distinct.with_columns(pl.col("source").str.split(" ").cast(pl.List(pl.UInt32))).explode(
        "source", empty_as_null=True, keep_nulls=True
    )
    return members.join(kinds, on="source").drop("source"), listed.join(distinct, on="source").select(*_VIEW, "dossier")


def _cases(asked: pl.DataFrame, of_subject: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the distinct cases among views, and the ``case`` of each view.

    A case is what says where somebody is: ``dossier``, that of the ``debtor`` for third parties, and the point.
    """
    facing = of_subject.rename({"subject": "debtor", "dossier": "of_debtor"})
    phone = pl.col("kind") == PointKind.PHONE.value
    views = (
        asked.join(of_subject, on=_VIEW, how="left")
        .join(facing, on=["debtor", "vantage"], how="left")
        .select(
            *("lead", "vantage", "dossier"),
            phone=phone,
            zones=pl.when(phone).then(_joint("zones")),
            places=pl.when(phone).then(_joint("places")),
            of_debtor=pl.when(pl.col("party") != Party.DEBTOR.value).then("of_debtor"),
        )
    )
    keys = ["phone", "zones", "places", "dossier", "of_debtor"]
    cases = views.select(keys).unique().with_row_index("case")
    return cases, views.join(cases, on=keys, how="left", nulls_equal=True).select("lead", "vantage", "case")


def _joint(column: str) -> pl.Expr:
    """Return a list as one text: lists are no keys."""
    return pl.col(column).list.join("|")


def _parts(column: str) -> pl.Expr:
    """Return what :func:`_joint` has put together; null for a list of none."""
    return pl.when(pl.col(column) != "").then(pl.col(column).str.split("|"))


def _addresses(subjects: pl.DataFrame, leads: pl.DataFrame, people: pl.DataFrame, rulebook: Rulebook) -> pl.DataFrame:
    """Return what is said of where subjects live.

    Grain: subject × vantage × source. ``law`` (place whose law binds; null = only a zone is declared), ``settles`` (an
    own address precise enough for its law), ``bare`` (a country and no more), ``zones`` (joined by ``|``),
    ``time_zone`` (declared), ``jurisdiction``.
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
        zones.append("|".join(found))
        bare.append(code is not None and "-" not in code and not street and len(found) > 1)
        settles.append(code is not None and ("-" in code or (street and code not in regional)))
    meaning = distinct.with_columns(
        pl.Series("law", law, pl.String),
        pl.Series("zones", zones, pl.String),
        pl.Series("settles", settles, pl.Boolean),
        pl.Series("bare", bare, pl.Boolean),
    )
    return sources.join(meaning, on=keys, how="left", nulls_equal=True).with_columns(
        pl.col("settles") & pl.col("own").fill_null(value=False)
    )


def _law(
    cases: pl.DataFrame, contacted: pl.DataFrame, stated: pl.DataFrame, called: pl.DataFrame, places: Places
) -> pl.DataFrame:
    """Return each case's ``places`` and ``hour_places``."""
    settled = stated.group_by("dossier").agg(pl.col("settles").any())
    unsettled = ~pl.col("settles").fill_null(value=False)
    by_dossier = pl.concat(
        [
            stated.select("dossier", place="law", number=pl.lit(value=False)),
            stated.select("dossier", place="jurisdiction", number=pl.lit(value=False)),
            called.join(settled, on="dossier", how="left")
            .filter(unsettled)
            .select("dossier", place=_parts("places"), number=pl.lit(value=True))
            .explode("place", empty_as_null=True, keep_nulls=True),
        ]
    ).unique()
    of_contacted = (
        contacted.join(settled, on="dossier", how="left")
        .filter(unsettled)
        .select("case", place=_parts("places"), number=pl.lit(value=True))
        .explode("place", empty_as_null=True, keep_nulls=True)
    )
    of_case = cases.select("case", "dossier").join(by_dossier, on="dossier").drop("dossier")
    of_debtor = (
        cases.select("case", dossier="of_debtor").join(by_dossier, on="dossier").select("case", "place", "number")
    )
    own = pl.concat([of_case, of_contacted])
    hours = _joined(_with_lineage(own, places), "place").rename({"place": "hour_places"})
    law = _joined(_with_lineage(pl.concat([own, of_debtor]), places), "place").rename({"place": "places"})
    found = cases.select("case").join(law, on="case", how="left").join(hours, on="case", how="left")
    return found.with_columns(pl.col("places", "hour_places").fill_null(""))


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
        .select("case", place="lineage")
        .explode("place", empty_as_null=True, keep_nulls=True)
    )


def _zones(cases: pl.DataFrame, contacted: pl.DataFrame, stated: pl.DataFrame, called: pl.DataFrame) -> pl.DataFrame:
    """Return each case's ``zones``, and ``told_in``: the one that best says where the person is."""
    precise = pl.col("bare").fill_null(value=False).not_()
    by_dossier = pl.concat(
        [
            stated.select("dossier", zone=pl.concat_list("time_zone"), rank=pl.lit(0)),
            stated.select("dossier", zone=_parts("zones"), rank=pl.when(precise).then(1).otherwise(4)),
            called.select("dossier", zone=_parts("zones"), rank=pl.lit(3)),
        ]
    )
    by_case = pl.concat(
        [
            cases.join(by_dossier, on="dossier").select("case", "zone", "rank"),
            contacted.select("case", zone=_parts("zones"), rank=pl.lit(2)),
        ]
    )
    # What says least of where else somebody may be speaks first: a declared zone, then the narrowest choice.
    rows = (
        by_case.with_columns(width=pl.col("zone").list.len(), place=pl.int_ranges(pl.col("zone").list.len()))
        .explode("zone", "place", empty_as_null=True, keep_nulls=True)
        .filter(pl.col("zone").is_not_null())
        .unique()
    )
    real = [name for name in rows["zone"].unique().to_list() if is_zone(name)]
    rows = rows.filter(pl.col("zone").is_in(real)).sort("case", pl.col("rank") > 0, "width", "rank", "place", "zone")
    # A bare country of several zones says where only if nothing else does.
    last_resort = pl.col("rank") == 4  # noqa: PLR2004  # as ranked above
    rows = rows.filter(~last_resort | last_resort.all().over("case"))
    told = rows.group_by("case", maintain_order=True).agg(told_in=pl.col("zone").first())
    return _joined(rows, "zone").rename({"zone": "zones"}).join(told, on="case")


def _joined(frame: pl.DataFrame, column: str) -> pl.DataFrame:
    """Return each case's distinct values, sorted and joined by ``|``."""
    return frame.select("case", column).unique().sort("case", column).group_by("case").agg(pl.col(column).str.join("|"))
