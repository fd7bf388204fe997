"""How sure we are of each lead, once clues and attempts were heard."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from skiptrace.graph.clues import gather_clues
from skiptrace.graph.learning import as_tries, learn_worths
from skiptrace.graph.states import OTHERS, THEIRS, beliefs, heard, posterior, stated_shares
from skiptrace.vocabulary import Party, PointKind

if TYPE_CHECKING:
    from datetime import datetime

    from skiptrace.graph.outcomes import Spoken
    from skiptrace.settings import TraceParams

__all__ = ["weigh"]

_KEY = ["entity", "point", "party"]
_TRY = ["place", "years", "word", "attempt_id"]


def weigh(
    leads: pl.DataFrame, sources: pl.DataFrame, spoken: Spoken, as_of: datetime, params: TraceParams
) -> pl.DataFrame:
    """Weigh what clues and attempts say of each lead.

    Parameters
    ----------
    leads
        Grain: lead. ``lead`` (u32, sorted), ``entity`` (the account's), ``point``, and what
        :func:`skiptrace.graph.clues.gather_clues` asks.
    sources
        Grain: lead × source that names it; ``last_seen``.
    spoken
        What attempts said.
    as_of, params
        When, and what is stated.

    Returns
    -------
    polars.DataFrame
        Grain: lead. ``lead``, ``p_owner``, ``p_live``, and ``prior_owner`` and ``prior_live`` of before the attempts on
        it were heard.
    """
    groups = (
        leads.filter(pl.col("kind") == kind.value, pl.col("party") == party.value)
        for kind in PointKind
        for party in Party
    )
    return pl.concat(_weigh(group, sources, spoken, as_of, params) for group in groups).sort("lead")


def _weigh(
    leads: pl.DataFrame, sources: pl.DataFrame, spoken: Spoken, as_of: datetime, params: TraceParams
) -> pl.DataFrame:
    """Weigh the leads of one kind and party."""
    placed = leads.select("lead", *_KEY).with_row_index("place")
    tries = placed.join(spoken.tries, on=_KEY)
    shares = stated_shares()
    owner, live = (leads[name].to_numpy() for name in ("owner_stated", "live_stated"))
    if leads.height and leads["party"][0] == Party.DEBTOR.value and tries["place"].n_unique() >= params.learn_least:
        mine = sources.join(placed.select("lead", "place"), on="lead").drop("lead").rename({"place": "lead"})
        clues = gather_clues(leads.with_columns(placed["place"].alias("lead")), mine, as_of, params)
        worths = learn_worths(clues, tries.select(_TRY).rename({"place": "lead"}), params)
        owner, live = worths.believed(clues)
        shares = worths.shares
    believed = beliefs(owner, live)
    told = pl.concat([tries.filter("plain").select(_TRY), _hearsay(placed, spoken)], how="vertical_relaxed")
    after = posterior(believed, heard(as_tries(told, "place"), shares, leads.height, params.lost_per_year))
    works = after[:, THEIRS] + after[:, OTHERS]
    found = {"p_owner": after[:, THEIRS] / works, "p_live": works, "prior_owner": owner, "prior_live": live}
    return leads.select("lead").with_columns(pl.Series(name, column).round(6) for name, column in found.items())


def _hearsay(placed: pl.DataFrame, spoken: Spoken) -> pl.DataFrame:
    """Return what the latest attempt for somebody else tells: only whether the point works."""
    words = stated_shares().words.height
    return (
        placed.join(spoken.latest, on="point")
        .filter(pl.col("asker") != pl.col("entity"))
        .select("place", "years", word=pl.col("word") % words + words, attempt_id=pl.lit(""))
    )
