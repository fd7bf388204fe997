"""Forecast the later attempts from what was known before them, beside simpler methods, and say how that went."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import polars as pl

from skiptrace.contracts.inputs import INSTANT
from skiptrace.errors import InputError, UsageError
from skiptrace.normalise import normalise
from skiptrace.pipeline.backtest_report import OURS, Tested, report_of
from skiptrace.pipeline.rewinding import rewind
from skiptrace.pipeline.understanding import Picture, understand
from skiptrace.timing.choosing import folds
from skiptrace.timing.clock import week_hours
from skiptrace.timing.recommending import calls_to_choose, choices
from skiptrace.timing.rival_features import Known
from skiptrace.timing.rivals import forecast_rivals
from skiptrace.timing.told import told
from skiptrace.timing.zones import lead_zones
from skiptrace.vocabulary import Channel, Party

if TYPE_CHECKING:
    from datetime import datetime

    from skiptrace.pipeline.gathering import Gathered
    from skiptrace.pipeline.rewinding import Rewound
    from skiptrace.pipeline.terms import Terms

__all__ = ["Backtest", "backtest"]


@dataclass(frozen=True, kw_only=True)
class Backtest:
    """What came of a backtest.

    Attributes
    ----------
    report
        Plain values: counts, scores by method, calibration; no id and no personal data.
    forecasts
        Grain: attempt forecast. ``account_id``, ``contact_point``, ``channel``, ``at``, ``reached`` and a column for
        each method. Not for release: it names accounts.
    """

    report: dict[str, Any]
    forecasts: pl.DataFrame


def backtest(
    gathered: Gathered, terms: Terms, split: datetime | None = None, test_share: float | None = None
) -> Backtest:
    """Split what was gathered by time, learn on the first part, and forecast the second.

    Parameters
    ----------
    gathered
        All that is known by ``terms.as_of``.
    terms
        When, seed and settings.
    split
        Attempts begun later are forecast from what was known then; null: told from the share.
    test_share
        Share of the attempts, the last of them, to be forecast; null: as settings say.

    Raises
    ------
    InputError
        If too few attempts whose result tells lie on either side.
    UsageError
        If the split is not in the past.
    """
    at = split or _split_at(gathered, test_share or terms.settings.backtest.test_share, terms)
    if at >= terms.as_of:
        raise UsageError(f"--split {at:%Y-%m-%dT%H:%M:%SZ}: expected a moment before --as-of")
    rewound = rewind(gathered, at)
    early = told(rewound.tables["attempts"], at)["reached"].count()
    late = told(gathered.tables["attempts"], terms.as_of).filter(pl.col("started_at") > at)["reached"].count()
    _enough(early, late, at, terms)
    then = replace(terms, as_of=at)
    picture = understand(rewound.tables, rewound.history, then, rewound.judgements)
    terms.on_stage("forecast")
    leads = _debtor_leads(picture)
    known = _known(picture, leads, at)
    later = _later(gathered, rewound, leads, at, terms)
    tested = _forecastable(later, picture)
    _enough(early, tested.height, at, terms)
    slots, rows = _recommended(tested, known, leads, at, terms)
    asked = pl.concat([tested.select(_ASKED), slots.select(_ASKED)])
    found = _forecasts(picture, known, asked, terms.seed)
    report = report_of(
        Tested(
            attempts=tested,
            forecasts={name: values[: tested.height] for name, values in found.items()},
            slots=slots,
            of_slots={name: values[tested.height :] for name, values in found.items()},
            choices=rows,
            later=later,
            picture=picture,
            split=at,
            undated=rewound.undated,
        ),
        terms,
    )
    columns = {name: pl.Series(values[: tested.height]) for name, values in found.items()}
    kept = ("account_id", "contact_point", "channel", "at", "reached")
    return Backtest(report=report, forecasts=tested.select(kept).with_columns(**columns))


_ASKED = ("account_id", "contact_point", "point_key", "channel", "at", "week_hour")


def _split_at(gathered: Gathered, test_share: float, terms: Terms) -> datetime:
    known = told(gathered.tables["attempts"], terms.as_of).filter(pl.col("reached").is_not_null())
    place = int(known.height * (1 - test_share))
    if not place or place >= known.height:
        _enough(known.height, 0, None, terms)
    moment: datetime = known["started_at"].sort()[place - 1]
    return moment


def _enough(early: int, late: int, at: datetime | None, terms: Terms) -> None:
    params = terms.settings.backtest
    if early >= params.least_train and late >= params.least_test and at is not None:
        return
    when = f" the split at {at:%Y-%m-%d %H:%M} UTC" if at else " any split"
    raise InputError(
        f"too few attempts whose result tells: {early:,} before and {late:,} after{when}, "
        f"{params.least_train:,} and {params.least_test:,} are needed"
    )


def _debtor_leads(picture: Picture) -> pl.DataFrame:
    """Return debtors' leads with ``zone``, and the beliefs in them before any attempt was heard; one row a point."""
    leads = picture.learned.leads
    zones = pl.Series("zone", lead_zones(leads, picture.normalised.people), dtype=pl.String)
    return (
        leads.with_columns(zones)
        .filter(pl.col("party") == Party.DEBTOR)
        .sort("account_id", "point_key", "rank", "contact_point")
        .unique(["account_id", "point_key"], keep="first", maintain_order=True)
        .select(
            *("account_id", "contact_point", "point_key", "kind", "rank", "label", "zone"),
            p_owner=pl.col("prior_owner").fill_null(0.5),
            p_live=pl.col("prior_live").fill_null(0.5),
            numbers=pl.len().over("account_id"),
        )
    )


def _placed(attempts: pl.DataFrame, leads: pl.DataFrame) -> pl.DataFrame:
    """Add the lead that an attempt was made on (null: none), and the local hour there, or where the account's are."""
    zones = leads.group_by("account_id", maintain_order=True).agg(own_zone=pl.col("zone").drop_nulls().first())
    found = (
        attempts.rename({"contact_point": "as_read", "started_at": "at"})
        .join(
            leads.select("account_id", "point_key", "contact_point", "zone"),
            on=["account_id", "point_key"],
            how="left",
            maintain_order="left",
        )
        .join(zones, on="account_id", how="left", maintain_order="left")
        .with_columns(pl.coalesce("zone", "own_zone"), pl.col("at").cast(INSTANT))
        .sort("at", "attempt_id")
    )
    return found.with_columns(week_hour=pl.Series(week_hours(found["at"], found["zone"])).cast(pl.Int64))


def _known(picture: Picture, leads: pl.DataFrame, at: datetime) -> Known:
    attempts = _placed(told(picture.normalised.attempts, at), leads)
    third = picture.learned.leads.filter(pl.col("party") == Party.THIRD_PARTY)
    others = third.join(leads, on=["account_id", "point_key"], how="anti").select("account_id", "point_key").unique()
    log = attempts.join(others, on=["account_id", "point_key"], how="anti", maintain_order="left")
    columns = ("age_band", "employment_status", "product")
    return Known(
        log=log.select(
            *(*_ASKED, "outcome", "ring_s", "reached"),
            inbound=(pl.col("direction") == "inbound").fill_null(value=False),
        ),
        accounts=picture.tables["accounts"].select("account_id", *columns),
        points=leads.select("account_id", "point_key", "label", "p_owner", "p_live", "numbers"),
    )


def _later(gathered: Gathered, rewound: Rewound, leads: pl.DataFrame, at: datetime, terms: Terms) -> pl.DataFrame:
    """Return what was attempted later on accounts known before; what came of it is all that is looked at."""
    settings = terms.settings
    tables = rewound.tables
    after = gathered.tables["attempts"].filter(
        pl.col("started_at") > at, pl.col("account_id").is_in(tables["accounts"]["account_id"].implode())
    )
    read = normalise({**tables, "attempts": after}, settings.normalise, date_order=settings.ingest.date_order)
    return _placed(told(read.attempts, terms.as_of), leads).filter(
        ~(pl.col("direction") == "inbound").fill_null(value=False)
    )


def _forecastable(later: pl.DataFrame, picture: Picture) -> pl.DataFrame:
    """Return what tells, on leads that were known and that the channel can use (no text to a landline)."""
    tells = later.filter(pl.col("reached").is_not_null(), pl.col("contact_point").is_not_null())
    ours = picture.learned.p_reach(tells.with_columns(party=pl.lit(Party.DEBTOR.value)))["p_reach"]
    return tells.filter(ours.is_not_null())


def _recommended(
    tested: pl.DataFrame, known: Known, leads: pl.DataFrame, at: datetime, terms: Terms
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the slots that could be called, and the calls that were, beside them."""
    columns = ("account_id", "contact_point", "at", "week_hour", "reached")
    calls = tested.filter(pl.col("channel") == Channel.CALL)
    most = terms.settings.backtest.most_decisions
    if calls.height > most:
        parts = -(-calls.height // most)
        calls = calls.filter(folds(calls["account_id"], parts, terms.seed) == 0)
    whose = calls["account_id"].unique().implode()
    phones = leads.filter(pl.col("kind") == "phone", pl.col("account_id").is_in(whose))
    before = known.log.filter(
        pl.col("channel") == Channel.CALL, pl.col("reached").is_not_null(), pl.col("contact_point").is_not_null()
    )
    slots = (
        calls_to_choose(phones, before, at)
        .with_row_index("slot")
        .with_columns(pl.col("slot").cast(pl.Int64), channel=pl.lit(Channel.CALL.value))
    )
    past = pl.concat([before.select(columns), calls.select(columns)])
    return slots, choices(slots, calls.select(columns), past, terms.seed)


def _forecasts(picture: Picture, known: Known, asked: pl.DataFrame, seed: int) -> dict[str, Any]:
    ours = picture.learned.p_reach(asked.with_columns(party=pl.lit(Party.DEBTOR.value)))["p_reach"]
    rivals = forecast_rivals(known, asked.with_row_index("ask"), seed)
    return {OURS: ours.cast(pl.Float64).to_numpy(), **rivals}
