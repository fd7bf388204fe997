"""What may speak for or against a contact point, beyond what sightings and age make of it.

Each clue is a number a lead has whether or not anybody ever tried it: which sources name it and how long ago, how it
stands among the account's other points, what checks, labels and relations say. What clues are worth is learned
(:mod:`skiptrace.graph.learning`); here they are only gathered.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl
from scipy import sparse

from skiptrace.vocabulary import PointLabel

if TYPE_CHECKING:
    from datetime import datetime

    from skiptrace.graph.states import Floats
    from skiptrace.settings import TraceParams

__all__ = ["Clues", "gather_clues", "log_odds"]

_FRESH = 0.5
"""Years at which the logarithm of age begins to count."""
_FINE = 10**9
"""Sums are of whole billionths, so that their order cannot matter."""
_OF_SOURCE = ("named", "age", "undated")
_BY_ACCOUNT = ["account", "kind", "party"]


@dataclass(frozen=True, kw_only=True)
class Clues:
    """Clues of some leads.

    Attributes
    ----------
    leads
        Grain: lead, in the order given. ``lead`` (u32, 0…) and the clues that every lead has, one column each.
    sources
        Grain: lead × source that names it. ``lead``, ``source``, and the clues of :data:`_OF_SOURCE`.
    """

    leads: pl.DataFrame
    sources: pl.DataFrame

    @property
    def names(self) -> list[str]:
        """Return the names of the clues that every lead has."""
        return self.leads.columns[1:]

    def of(self, lead: pl.Series) -> Clues:
        """Return the clues of some leads, numbered anew in their order."""
        anew = pl.DataFrame({"lead": lead}).with_row_index("anew")
        sources = self.sources.join(anew, on="lead").with_columns(lead="anew").drop("anew").sort("lead", "source")
        leads = anew.join(self.leads, on="lead", how="left", maintain_order="left").with_columns(lead="anew")
        return Clues(leads=leads.drop("anew"), sources=sources)

    def matrix(self, sources: list[str]) -> sparse.csr_matrix:
        """Return lead × clue: those of every lead, then three of each of the ``sources``."""
        known = self.sources.filter(pl.col("source").is_in(sources))
        place = known["source"].replace_strict({name: number for number, name in enumerate(sources)} or None, default=0)
        column = place.cast(pl.Int64).to_numpy()
        row = known["lead"].to_numpy()
        parts = [sparse.csr_matrix(self.leads.select(self.names).to_numpy())]
        for name in _OF_SOURCE:
            value = known[name].to_numpy()
            parts.append(sparse.csr_matrix((value, (row, column)), shape=(self.leads.height, len(sources))))
        return sparse.hstack(parts, format="csr")

    def worth(self, sources: list[str], weights: Floats) -> Floats:
        """Return the matrix times ``weights``, without ever making it."""
        own, others = weights[: len(self.names)], weights[len(self.names) :]
        weighed = pl.DataFrame(
            {"source": sources} | dict(zip((f"w_{n}" for n in _OF_SOURCE), others.reshape(3, -1), strict=True)),
            schema={"source": pl.String} | {f"w_{n}": pl.Float64 for n in _OF_SOURCE},
        )
        total = pl.sum_horizontal(pl.col(name) * pl.col(f"w_{name}") for name in _OF_SOURCE)
        by_source = (
            self.sources.join(weighed, on="source")
            .group_by("lead")
            .agg(worth=(total * _FINE).round().cast(pl.Int64).sum() / _FINE)
        )
        summed = pl.sum_horizontal(pl.col(name) * weight for name, weight in zip(self.names, own, strict=True))
        both = self.leads.select("lead", own=summed).join(by_source, on="lead", how="left", maintain_order="left")
        return both.select(pl.col("own") + pl.col("worth").fill_null(0.0)).to_series().to_numpy()


def gather_clues(leads: pl.DataFrame, sources: pl.DataFrame, as_of: datetime, params: TraceParams) -> Clues:
    """Gather the clues of leads.

    Parameters
    ----------
    leads
        Grain: lead, ``lead`` = its number, in order. ``account``, ``kind``, ``party``, ``last_seen``, ``given`` (when
        the account itself first had it; null: it did not, or does not say), ``owner_stated``, ``live_stated``,
        ``shared``, ``strangers``, ``label`` (as place in LABELS), ``line_type``, ``reassignment_result``.
    sources
        Grain: lead × source. ``lead``, ``source``, ``last_seen`` (null: undated).
    as_of
        Ages are counted to it.
    params
        For the age of what is undated.
    """
    undated = params.undated_days / 365.25
    result, given = pl.col("reassignment_result"), pl.col("given")
    age, freshest = pl.col("age"), pl.col("age").min().over(_BY_ACCOUNT)
    agreeing = sources.group_by("lead").agg(sources=pl.len())
    of_leads = (
        leads.join(agreeing, on="lead", how="left", maintain_order="left")
        .with_columns(age=_years(pl.col("last_seen"), as_of).fill_null(undated), held=_years(given, as_of))
        .select(
            "lead",
            any=pl.lit(1.0),
            two_sources=pl.col("sources") >= 2,  # noqa: PLR2004  # what its name says
            three_sources=pl.col("sources") >= 3,  # noqa: PLR2004  # what its name says
            age=_slow(age),
            behind=_slow(age - freshest),
            freshest=age <= freshest,
            held=_slow(pl.col("held").fill_null(0.0)),
            superseded=(given < given.max().over(_BY_ACCOUNT)).fill_null(value=False),
            few=1 / pl.len().over(_BY_ACCOUNT),
            not_reassigned=result.eq_missing("not_reassigned"),
            reassigned=result.eq_missing("reassigned"),
            shared="shared",
            strangers=pl.col("strangers").cast(pl.Float64).log1p(),
            work=pl.col("label").eq_missing(PointLabel.WORK.value),
            home=pl.col("label").eq_missing(PointLabel.HOME.value),
            mobile=pl.col("line_type").eq_missing("mobile"),
            owner_stated=log_odds(pl.col("owner_stated")),
            live_stated=log_odds(pl.col("live_stated")),
        )
        .with_columns(pl.exclude("lead").cast(pl.Float64))
    )
    seen = _years(pl.col("last_seen"), as_of)
    by_source = sources.select(
        "lead",
        "source",
        named=pl.lit(1.0),
        age=_slow(seen.fill_null(0.0)),
        undated=seen.is_null().cast(pl.Float64),
    )
    return Clues(leads=of_leads, sources=by_source)


def log_odds(probability: pl.Expr) -> pl.Expr:
    """Return the log-odds of a probability that is neither 0 nor 1."""
    return (probability / (1 - probability)).log()


def _years(day: pl.Expr, as_of: datetime) -> pl.Expr:
    return (pl.lit(as_of.date()) - day).dt.total_days().clip(lower_bound=0) / 365.25


def _slow(years: pl.Expr) -> pl.Expr:
    """Return an age on a scale on which the first months count as much as later years."""
    return (years / _FRESH).log1p()
