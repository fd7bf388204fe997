"""Stops that a person records: added, listed with those that outcomes brought about, and lifted in writing.

A stop never vanishes. Lifting gives it an end and a reason, kept beside it, so that the same row read again from a file
stays lifted. What stands for a row that could not be read bars again as soon as a new file has such a row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from skiptrace.casefile.audit import note
from skiptrace.contracts.inputs import INSTANT, STOPS
from skiptrace.errors import UsageError
from skiptrace.ingest.keys import content_text
from skiptrace.ingest.merging import merge_rows
from skiptrace.normalise import normalise
from skiptrace.pipeline.lifts import LIFTS, ended, lifted
from skiptrace.pipeline.one_row import keyed_name, known_tables, read_one, renamed_origin
from skiptrace.vocabulary import outcome_meanings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from skiptrace.casefile import Casefile, Opened
    from skiptrace.pipeline.terms import Terms

__all__ = ["add_stop", "lift_stops", "list_stops"]

LISTED = ("stop_id", *STOPS.key, "until", "reason", "attempt_id", "state")


def add_stop(values: Mapping[str, str | None], casefile: Casefile, terms: Terms) -> dict[str, Any]:
    """Keep a stop; one that was lifted and is added again stands again.

    Parameters
    ----------
    values
        Columns of STOPS as typed; without ``since`` it stands from now on.
    casefile, terms
        Where, and when.

    Returns
    -------
    dict
        ``stop_id``, ``new`` (whether it was not known), and the row.

    Raises
    ------
    UsageError
        If an option cannot be read, or names no known account.
    """
    if not (values.get("account_id") or values.get("contact_point")):
        raise UsageError("--account or --contact-point: say whom the stop protects")
    with casefile.open(make=False) as opened:
        known = known_tables(opened, "accounts", "contact_points", "stops")
        row = read_one("stops", {"since": terms.as_of.isoformat(), **_given(values)}, known, terms)
        _somebodys(row, known, terms)
        merged = merge_rows(STOPS, row, known["stops"]).rows
        lifts = opened.read("lifts", LIFTS)
        still = ended(lifts, row, terms.as_of)
        new = merged.height > known["stops"].height or not still.equals(lifts)
        if new:
            opened.replace("stops", merged)
            opened.replace("lifts", still)
            renamed_origin(opened, f"stop add {content_text(row, list(STOPS.schema))[0]} {terms.as_of}")
        name = _named(casefile, row)[0]
        said = row.select("kind", "channel", "since", "until").row(0, named=True)
        note(opened, "stop add", terms.as_of, {"stop": name, "new": new, **_texts(said)})
    return {"stop_id": name, "new": new, **row.select(list(STOPS.schema)).row(0, named=True)}


def list_stops(casefile: Casefile, terms: Terms, account_id: str | None = None) -> pl.DataFrame:
    """Return the stops given and those that outcomes brought about.

    Returns
    -------
    polars.DataFrame
        Grain: stop. ``stop_id`` (null for those of outcomes), the columns of STOPS, ``until`` with its lifting,
        ``reason`` (of the lifting), ``attempt_id`` (whose outcome it is), ``state`` as of now: stands, lifted, ended,
        or not yet.
    """
    with casefile.open(make=False) as opened:
        stops = known_tables(opened, "stops")["stops"]
        told = lifted(stops, opened.read("lifts", LIFTS)).with_columns(stop_id=_named(casefile, stops))
        learned = _learned(opened, terms)
    both = pl.concat([told.select(LISTED[:-2]), learned], how="diagonal")
    if account_id is not None:
        both = both.filter(pl.col("account_id") == account_id)
    now = pl.lit(terms.as_of).cast(INSTANT)
    state = (
        pl.when(pl.col("since") > now)
        .then(pl.lit("not yet"))
        .when((pl.col("until") <= now) & pl.col("reason").is_not_null())
        .then(pl.lit("lifted"))
        .when(pl.col("until") <= now)
        .then(pl.lit("ended"))
        .otherwise(pl.lit("stands"))
    )
    return both.with_columns(state=state).select(LISTED).sort("account_id", "since", "kind", "stop_id", nulls_last=True)


def lift_stops(
    names: Sequence[str], reason: str, until: datetime | None, casefile: Casefile, terms: Terms
) -> list[str]:
    """Let stops end, for a written reason; return their names.

    Parameters
    ----------
    names
        ``stop_id`` as listed.
    reason
        Why, in the words of whoever answers for it.
    until
        From when on they no longer stand; null = now.
    casefile, terms
        Where, and when.

    Raises
    ------
    UsageError
        If there is no such stop, it follows from an outcome, the reason is empty, or the end lies in the past.
    """
    if not reason.strip():
        raise UsageError("--reason: empty; a stop is lifted for a reason")
    end = until or terms.as_of
    if end < terms.as_of:
        raise UsageError("--until: before --as-of; a stop that stood cannot be unmade")
    with casefile.open(make=False) as opened:
        stops = known_tables(opened, "stops")["stops"]
        named = stops.with_columns(stop_id=_named(casefile, stops))
        found = named.filter(pl.col("stop_id").is_in(list(names))).unique("stop_id", maintain_order=True)
        for name in sorted(set(names) - set(found["stop_id"])):
            if name in _learned(opened, terms)["attempt_id"]:
                raise UsageError(f"{name}: this stop is what the attempt's outcome says; no lifting can unsay it")
            raise UsageError(f"{name}: no stop of that name; `skiptrace stop list` names them")
        late = found.filter(pl.col("since") > end)
        if not late.is_empty():
            raise UsageError(f"--until: before {late['stop_id'][0]} begins")
        new = found.select(
            *STOPS.key,
            until=pl.lit(end).cast(INSTANT),
            reason=pl.lit(reason.strip()),
            lifted_at=pl.lit(terms.as_of).cast(INSTANT),
            ended=pl.lit(None, INSTANT),
        )
        opened.append("lifts", new)
        renamed_origin(opened, f"stop lift {sorted(found['stop_id'])} {end} {terms.as_of}")
        said = {"stops": sorted(found["stop_id"]), "until": end.isoformat()}
        note(opened, "stop lift", terms.as_of, {**said, "reason": keyed_name(casefile, "reason", reason.strip())})
    return sorted(found["stop_id"])


def _given(values: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}


def _somebodys(row: pl.DataFrame, known: Mapping[str, pl.DataFrame], terms: Terms) -> None:
    """Raise UsageError where a row of a file would bar all that it may mean: here somebody is asked what they meant."""
    account, point = row.select("account_id", "contact_point").row(0)
    accounts, points = known["accounts"], known["contact_points"]
    if account is not None:
        ours = pl.col("account_id") == account
        accounts, points = accounts.filter(ours), points.filter(ours)
        if accounts.is_empty():
            raise UsageError(f"--account {account}: no such account")
    if point is None:
        return
    read = normalise({"accounts": accounts, "contact_points": points, "stops": row}, terms.settings.normalise).stops
    if read["point_key"].null_count():
        raise UsageError("--contact-point: cannot be read as a phone number, an e-mail or a postal address")


def _named(casefile: Casefile, stops: pl.DataFrame) -> pl.Series:
    names = [f"S{keyed_name(casefile, 'stop', text)}" for text in content_text(stops, list(STOPS.key))]
    return pl.Series("stop_id", names, pl.String)


def _learned(opened: Opened, terms: Terms) -> pl.DataFrame:
    """Return the stops that outcomes brought about: the columns of STOPS and ``attempt_id``."""
    telling = outcome_meanings().filter(pl.col("stop").is_not_null())["outcome"]
    known = known_tables(opened, "accounts", "contact_points", "attempts")
    attempts = known["attempts"].filter(pl.col("outcome").is_in(telling.implode()))
    ours = pl.col("account_id").is_in(attempts["account_id"].unique().implode())
    about = {name: known[name].filter(ours) for name in ("accounts", "contact_points")}
    coded = normalise({**about, "attempts": attempts}, terms.settings.normalise).attempts
    wrong = pl.col("stop") == "wrong_party"
    meant = coded.join(outcome_meanings().select("outcome", "stop"), on="outcome", how="left", maintain_order="left")
    kept = meant.filter(pl.col("point_key").is_not_null() | ~wrong)
    return kept.select(
        "account_id",
        "contact_point",
        kind="stop",
        channel=pl.when(~wrong).then("channel"),
        since="started_at",
        attempt_id="attempt_id",
    )


def _texts(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in values.items()}
