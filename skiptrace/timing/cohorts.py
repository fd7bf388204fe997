"""What people have in common: sort and place, age, employment, product; each moves how likely anybody is reached.

The factors add up, as most crossings of them have hardly any members; third parties are a sort of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from datetime import datetime

    from numpy.typing import NDArray

__all__ = ["FACTORS", "Cohorts", "age_band", "cohorts_of"]

FACTORS = ("kind", "place", "age_band", "employment_status", "product")
_UNKNOWN = "?"
_THIRD_PARTIES = "third parties"
_LIMITS = (18, 25, 35, 45, 55, 65)
"""Ages at which bands begin; the first holds whoever is younger, too."""


@dataclass(frozen=True, kw_only=True)
class Cohorts:
    """Which cohorts everybody belongs to, one of each factor.

    Attributes
    ----------
    names
        Grain: cohort. ``factor: level``, sorted within the factor.
    factor
        Grain: cohort. Place of its factor in ``FACTORS``.
    of
        (persons, factors): places in ``names``.
    """

    names: list[str]
    factor: NDArray[np.int64]
    of: NDArray[np.int64]

    def __len__(self) -> int:
        """Return how many persons there are."""
        return len(self.of)


def cohorts_of(persons: pl.DataFrame, people: pl.DataFrame, as_of: datetime) -> Cohorts:
    """Return the cohorts of persons.

    Parameters
    ----------
    persons
        ``account_id``, ``third_id`` (null: the debtor).
    people
        PEOPLE.
    as_of
        The moment at which ages are told.
    """
    known = (
        people.filter(pl.col("table") == "accounts")
        .select(
            "kind",
            "employment_status",
            "product",
            account_id="record_id",
            place=pl.coalesce("region", "country"),
            age_band=age_band(as_of),
        )
        .sort("account_id", *FACTORS)
        .unique("account_id", keep="first", maintain_order=True)
    )
    levels = persons.join(known, on="account_id", how="left", maintain_order="left").select(
        pl.when(pl.col("third_id").is_null()).then(pl.col(name).fill_null(_UNKNOWN)).otherwise(pl.lit(_THIRD_PARTIES))
        for name in FACTORS
    )
    names: list[str] = []
    factor: list[int] = []
    of = np.zeros((persons.height, len(FACTORS)), dtype=np.int64)
    for number, name in enumerate(FACTORS):
        of[:, number] = len(names) + levels[name].rank("dense").cast(pl.Int64).to_numpy() - 1
        found = levels[name].unique().sort().to_list()
        names += [f"{name}: {level}" for level in found]
        factor += [number] * len(found)
    return Cohorts(names=names, factor=np.array(factor, dtype=np.int64), of=of)


def age_band(at: datetime) -> pl.Expr:
    """Return the age band of PEOPLE as the creditor has it, else as the birth date tells (null: neither does).

    Examples
    --------
    >>> from datetime import UTC, date, datetime
    >>> born = {"age_band": None, "birth_from": date(1980, 1, 1), "birth_to": date(1980, 12, 31)}
    >>> pl.DataFrame([born]).select(age_band(datetime(2026, 1, 1, tzinfo=UTC))).item()
    '45-54'
    """
    born = (pl.col("birth_from").dt.year() + pl.col("birth_to").dt.year()).cast(pl.Float64) / 2
    age = at.year - born
    band = pl.lit(f"{_LIMITS[-1]}+")
    for low, limit in reversed(list(pairwise(_LIMITS))):
        band = pl.when(age < limit).then(pl.lit(f"{low}-{limit - 1}")).otherwise(band)
    return pl.coalesce(pl.col("age_band").cast(pl.String), pl.when(age.is_not_null()).then(band)).alias("age_band")
