"""Openings: when an attempt on each contact point may lawfully start, given the history as known now.

Every moment of a window must be allowed by :func:`skiptrace.compliance.check.check`, so windows come from what makes
verdicts: the time in which hours are open is cut wherever anything else can change (local midnights, stops, consents,
ages), and one contact is judged in each piece. Windows are whole seconds, and within that as long as the law allows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from skiptrace.compliance.caps import cap_edges
from skiptrace.compliance.check import judge_docket, texts_of
from skiptrace.compliance.docket import Docket, Known, instant_of, know, make_docket, whereabouts_of
from skiptrace.compliance.findings import ALLOW, HEALS_NEVER
from skiptrace.compliance.history import by_debt
from skiptrace.compliance.hours import Timetable
from skiptrace.compliance.law import Need, Window
from skiptrace.compliance.provisions import findings
from skiptrace.compliance.windows import stop_allows
from skiptrace.compliance.zones import DAY, SECOND, day_starts
from skiptrace.contracts.inputs import INSTANT
from skiptrace.contracts.outputs import WITHHELD
from skiptrace.contracts.stages import OPENINGS
from skiptrace.vocabulary import Channel, LineType, Party, PointKind, Purpose

if TYPE_CHECKING:
    from datetime import datetime

    from skiptrace.compliance.facts import Facts
    from skiptrace.compliance.rulebook import Rulebook
    from skiptrace.settings import CheckParams

__all__ = ["Openings", "openings"]

CHUNK = 400_000
"""Pieces judged at once, so that memory stays bounded."""
TEXTLESS = (LineType.FIXED, LineType.TOLL_FREE, LineType.PREMIUM)
"""Lines that take no texts."""


@dataclass(frozen=True)
class Openings:
    """When attempts may start, and what has no opening.

    Attributes
    ----------
    windows
        OPENINGS, sorted by account, contact point, channel, party and time.
    withheld
        WITHHELD: one row for each account × channel × contact point without any opening, and why.
    """

    windows: pl.DataFrame
    withheld: pl.DataFrame


def openings(facts: Facts, rulebook: Rulebook, as_of: datetime, until: datetime, params: CheckParams) -> Openings:
    """Return every window in which an attempt may start, from ``as_of`` to ``until``.

    Parameters
    ----------
    facts, rulebook
        What is known, and the law.
    as_of, until
        The horizon; windows lie in [as_of, until).
    params
        How long a call lasts: windows end early enough for a call to end in time.

    Returns
    -------
    Openings
        Calls and texts for telephones, e-mails, letters for addresses; third parties are called only, for location
        information. What would only be reviewed has no window, nor do hours that a consent alone opens.
    """
    known = know(facts, _never_lifting_hours(rulebook), as_of)
    rows = _contacts(known, params).with_row_index("at")
    horizon = (known.as_of, instant_of(until))
    now = rows.with_columns(vantage=pl.lit(known.as_of), start=pl.lit(known.as_of), end=known.as_of + pl.col("lasts"))
    where = whereabouts_of(now, known)
    placed, nowhere = make_docket(now, known, where)
    timetable = Timetable.covering(placed, until=horizon[1])
    pieces = _cut(_pieces(placed, timetable, rows, horizon), _edges(known, placed, rows, horizon))
    lawful = _lawful(pieces.join(rows, on="at", how="left", maintain_order="left"), where, known, timetable)
    windows = _windows(lawful, rows, placed, known)
    rest = rows.join(windows.select("at"), on="at", how="anti")
    first = pieces.group_by("at").agg(start=pl.col("start").min())
    return Openings(
        OPENINGS.conform(windows.select(list(OPENINGS.schema))),
        _withheld(rest.join(first, on="at", how="left", maintain_order="left"), where, nowhere, known),
    )


def _never_lifting_hours(rulebook: Rulebook) -> Rulebook:
    """Return the rulebook for plans: who let us in at odd hours is still not planned into them."""
    kept = [
        provision.model_copy(update={"lifted_by": None}) if isinstance(provision, Window) else provision
        for provision in rulebook.provisions
    ]
    return replace(rulebook, provisions=tuple(kept))


def _contacts(known: Known, params: CheckParams) -> pl.DataFrame:
    """Return what could be proposed: grain lead × channel; how long it ``lasts``, and that it is no reply."""
    leads = known.leads.filter(pl.col("person").is_not_null())  # of known accounts
    texts = ~pl.col("line_type").is_in([line.value for line in TEXTLESS]).fill_null(value=False)
    debtor = pl.col("party") == Party.DEBTOR.value
    length = int(np.ceil(params.expected_call_s * SECOND))
    found = [
        leads.filter(condition).select(
            "lead",
            channel=pl.lit(channel.value),
            purpose=pl.when(debtor).then(pl.lit(Purpose.COLLECT.value)).otherwise(pl.lit(Purpose.LOCATION_ONLY.value)),
            lasts=pl.lit(length if channel is Channel.CALL else 0, pl.Int64),
            replied=pl.lit(None, pl.Int64),
        )
        for channel, condition in (
            (Channel.CALL, pl.col("kind") == PointKind.PHONE.value),
            (Channel.SMS, (pl.col("kind") == PointKind.PHONE.value) & texts & debtor),
            (Channel.EMAIL, (pl.col("kind") == PointKind.EMAIL.value) & debtor),
            (Channel.LETTER, (pl.col("kind") == PointKind.ADDRESS.value) & debtor),
        )
    ]
    return pl.concat(found).sort("lead", "channel")


def _pieces(docket: Docket, timetable: Timetable, rows: pl.DataFrame, horizon: tuple[int, int]) -> pl.DataFrame:
    """Return when the hours are open, cut at every local midnight: ``at``, ``start``, ``stop`` ([start, stop))."""
    kinds = docket.rows.select("at", "signature").join(rows.select("at", "lasts"), on="at")
    parts = []
    for number, lasts in kinds.select("signature", "lasts").unique().sort("signature", "lasts").iter_rows():
        signature = docket.signatures[number]
        opened = timetable.all_open(signature)
        if opened is None:
            continue
        starts = np.maximum(opened.starts, horizon[0])
        stops = np.minimum(_last_start(opened.ends, lasts), horizon[1])
        days = np.arange(horizon[0] // DAY - 1, horizon[1] // DAY + 3, dtype=np.int64)
        midnights = np.unique(np.concatenate([day_starts(zone, days) for zone in signature.zones]))
        real = starts < stops
        starts, stops = _split(starts[real], stops[real], midnights)
        parts.append(
            pl.DataFrame({"start": starts, "stop": stops}).with_columns(
                signature=pl.lit(number, pl.UInt32), lasts=pl.lit(lasts, pl.Int64)
            )
        )
    schema = {"start": pl.Int64, "stop": pl.Int64, "signature": pl.UInt32, "lasts": pl.Int64}
    found = pl.concat(parts) if parts else pl.DataFrame(schema=schema)
    return kinds.join(found, on=["signature", "lasts"]).select("at", "start", "stop")


def _last_start(ends: np.ndarray, lasts: int) -> np.ndarray:
    """Return the end (excluded) of when a contact may start that must end by ``ends``."""
    return ends - lasts + 1 if lasts else ends


def _split(starts: np.ndarray, stops: np.ndarray, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    if starts.size == 0:
        return starts, stops
    owner = np.searchsorted(starts, at, side="right") - 1
    inside = (owner >= 0) & (at > starts[np.maximum(owner, 0)]) & (at < stops[np.maximum(owner, 0)])
    begin = np.sort(np.concatenate([starts, at[inside]]))
    close = stops[np.searchsorted(starts, begin, side="right") - 1]
    following = np.append(begin[1:], np.iinfo(np.int64).max)
    return begin, np.minimum(close, following)


def _edges(known: Known, docket: Docket, rows: pl.DataFrame, horizon: tuple[int, int]) -> pl.DataFrame:
    """Return the moments at which something other than hours may change for a contact: ``at``, ``edge``."""
    ids = rows.select("at", "lead", "lasts")
    stops = ids.join(known.stops_by_lead, on="lead")
    consents = ids.join(pl.concat([known.consents, known.ties.select(known.consents.columns)]), on="lead")
    ages = [
        need.max_age_days * DAY
        for need in known.rulebook.provisions
        if isinstance(need, Need) and need.need == "recent_text_basis"
    ]
    after = pl.col("ended") - pl.col("lasts")
    texts = (
        known.history.filter(pl.col("inbound") & (pl.col("channel") == "sms"))
        .join(known.leads.select("lead", "account_id", "point_key"), on=["account_id", "point_key"])
        .join(ids, on="lead")
    )
    checked = ids.join(known.leads.select("lead", checked=pl.col("reassignment_checked_on").dt.epoch("us")), on="lead")
    # A contact known to come later (an attempt placed, not yet made) changes what may be done once it is there.
    coming = by_debt(known.history.filter(pl.col("started") > horizon[0]))
    persons = known.leads.select("lead", "account_id", "person")
    near = (
        coming.select(account_id="debt", started="started")
        .join(known.persons, on="account_id")
        .select("person", "started")
        .unique()
        .join(persons, on="person")
        .join(ids, on="lead")
    )
    found = [
        stops.select("at", edge="since"),
        stops.select("at", edge="until"),
        consents.select("at", edge="given"),
        consents.select("at", edge="ended"),
        consents.select("at", edge=after + 1),
        checked.select("at", edge="checked"),
        near.select("at", edge="started"),
        ids.join(cap_edges(known, horizon[1]), on="lead").select("at", "edge"),
        *(consents.select("at", edge=pl.col("given") + age + 1) for age in ages),
        *(texts.select("at", edge=pl.col("started") + age + 1) for age in ages),
        *(checked.select("at", edge=pl.col("checked") + age + 1) for age in ages),
        *_hour_edges(docket, stops.filter(pl.col("kind") == "inconvenient_time"), horizon),
    ]
    edges = pl.concat(found).filter((pl.col("edge") > horizon[0]) & (pl.col("edge") < horizon[1]))
    return edges.unique().sort("at", "edge")


def _hour_edges(docket: Docket, stops: pl.DataFrame, horizon: tuple[int, int]) -> list[pl.DataFrame]:
    """Return where inconvenient hours begin and end, and where a contact could last end before they begin."""
    kinds = stops.select("at", "detail", "lasts").unique().join(docket.rows.select("at", "signature"), on="at")
    parts = []
    span = (horizon[0] // DAY - 3, horizon[1] // DAY + 3)
    for detail, number, lasts in kinds.select("detail", "signature", "lasts").unique().iter_rows():
        opened = [stop_allows(detail, zone, *span) for zone in docket.signatures[number].zones]
        at = np.concatenate([part for one in opened for part in (one.starts, one.ends, _last_start(one.ends, lasts))])
        mine = kinds.filter(
            pl.col("detail").eq_missing(pl.lit(detail)) & (pl.col("signature") == number) & (pl.col("lasts") == lasts)
        )
        parts.append(mine.select("at").join(pl.DataFrame({"edge": np.unique(at)}), how="cross"))
    return parts


def _cut(pieces: pl.DataFrame, edges: pl.DataFrame) -> pl.DataFrame:
    """Cut pieces wherever an edge falls inside one."""
    inside = (
        pieces.join(edges, on="at")
        .filter((pl.col("start") < pl.col("edge")) & (pl.col("edge") < pl.col("stop")))
        .select("at", start="edge", stop="stop")
    )
    following = pl.col("start").shift(-1).over("at", order_by="start")
    return (
        pl.concat([pieces, inside])
        .unique(["at", "start"])
        .sort("at", "start")
        .with_columns(stop=pl.min_horizontal("stop", following))
    )


def _lawful(pieces: pl.DataFrame, where: pl.DataFrame, known: Known, timetable: Timetable) -> pl.DataFrame:
    """Return the pieces at whose beginning, and so throughout, every provision but hours allows the contact."""
    kept = []
    for start in range(0, max(pieces.height, 1), CHUNK):
        part = pieces.slice(start, CHUNK)
        ready = part.with_columns(end=pl.col("start") + pl.col("lasts"), at=pl.int_range(pl.len(), dtype=pl.UInt32))
        docket, _ = make_docket(ready, known, where)
        good = np.ones(docket.rows.height, dtype=bool)
        for _, judged, finding in findings(docket, timetable, hours=False):
            good[judged] &= finding.verdict == ALLOW
        kept.append(part.select("at", "start", "stop")[docket.rows["at"].to_numpy()[good]])
    return pl.concat(kept)


def _windows(lawful: pl.DataFrame, rows: pl.DataFrame, docket: Docket, known: Known) -> pl.DataFrame:
    """Join pieces that touch, and round them inwards to whole seconds."""
    fresh = (pl.col("start") != pl.col("stop").shift(1).over("at")).fill_null(value=True)
    joined = (
        lawful.sort("at", "start")
        .with_columns(run=fresh.cum_sum())
        .group_by("at", "run", maintain_order=True)
        .agg(pl.col("start").min(), pl.col("stop").max())
        .with_columns(
            not_before=-(-pl.col("start") // SECOND) * SECOND,
            not_after=pl.col("stop") // SECOND * SECOND,
        )
        .filter(pl.col("not_before") < pl.col("not_after"))
    )
    keys = ["account_id", "contact_point", "channel", "party", "not_before"]
    return (
        joined.join(rows, on="at")
        .join(known.leads.select("lead", "account_id", "contact_point", "party"), on="lead")
        .join(docket.rows.select("at", time_zone="told_in"), on="at")
        .with_columns(pl.col("not_before", "not_after").cast(INSTANT))
        .sort(keys)
    )


def _withheld(rest: pl.DataFrame, where: pl.DataFrame, nowhere: pl.DataFrame, known: Known) -> pl.DataFrame:
    """Tell why contacts have no opening: what denies them at the first moment at which hours are open, else now."""
    asked = rest.with_columns(start=pl.col("start").fill_null(known.as_of))
    docket, _ = make_docket(asked.with_columns(end=pl.col("start") + pl.col("lasts")), known, where)
    judged = judge_docket(docket).select("at", "provision", "eligible")
    why = pl.concat([judged, nowhere.select("at", "provision")], how="diagonal").join(
        texts_of(known.rulebook), on="provision"
    )
    heals = pl.when(pl.col("eligible") < HEALS_NEVER // 2).then("eligible").cast(INSTANT)
    found = (
        rest.join(why, on="at")
        .join(known.leads.select("lead", "account_id", "contact_point"), on="lead")
        .with_columns(eligible_again_at=heals.dt.strftime("%Y-%m-%dT%H:%M:%SZ"))
        .select(list(WITHHELD.schema))
        .sort("account_id", "channel", "contact_point", "provision")
    )
    return WITHHELD.conform(found)
