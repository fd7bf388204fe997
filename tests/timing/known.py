"""A small log for the simple methods: account A0 is reached at nine, the others now and then."""

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

from skiptrace.timing.rival_features import Known

START = datetime(2026, 1, 5, tzinfo=UTC)
"""A Monday."""
ACCOUNTS = 40


def _rows(count, first, seed):
    rng = np.random.default_rng(seed)
    hour = rng.integers(8, 20, count)
    day = np.sort(rng.integers(0, 60, count)) + first
    who = rng.integers(0, ACCOUNTS, count)
    return pl.DataFrame(
        {
            "account_id": [f"A{number}" for number in who],
            "point_key": [f"P{number}" for number in who],
            "channel": "call",
            "at": [START + timedelta(days=int(d), hours=int(h)) for d, h in zip(day, hour, strict=True)],
            "week_hour": (day % 7) * 24 + hour,
        },
        schema_overrides={"at": pl.Datetime("us", "UTC")},
    )


def known(count=1_200):
    rows = _rows(count, 0, seed=1)
    rng = np.random.default_rng(2)
    often = np.where(rows["account_id"] == "A0", np.where(rows["week_hour"] % 24 == 9, 1.0, 0.0), 0.15)
    hit = (rng.random(count) < often).astype(float)
    log = rows.with_columns(
        reached=pl.Series(hit), outcome=pl.Series(np.where(hit == 1, "right_party", "no_answer")), inbound=False
    ).with_columns(ring_s=pl.lit(20.0))
    names = [f"A{number}" for number in range(ACCOUNTS)]
    accounts = pl.DataFrame({"account_id": names}).with_columns(
        age_band=pl.lit("25-34"), employment_status=pl.lit(None, pl.String), product=pl.lit("loan")
    )
    points = pl.DataFrame({"account_id": names, "point_key": [f"P{number}" for number in range(ACCOUNTS)]})
    points = points.with_columns(label=pl.lit("home"), p_owner=pl.lit(0.8), p_live=pl.lit(0.9), numbers=pl.lit(1))
    return Known(log=log, accounts=accounts, points=points)


def asked(count):
    return _rows(count, 61, seed=3).with_row_index("ask")
