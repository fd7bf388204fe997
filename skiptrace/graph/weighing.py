"""How sure we are of each lead, once clues and attempts were heard."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from skiptrace.graph.clues import gather_clues
from skiptrace.graph.learning import as_tries, learn_worths
from skiptrace.graph.states import beliefs, heard, owner_and_live, posterior, stated_shares
from skiptrace.vocabulary import Party, PointKind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from skiptrace.graph.learning import Worths
    from skiptrace.graph.outcomes import Spoken
    from skiptrace.settings import TraceParams

__all__ = ["learn", "tried_accounts", "weigh"]

_MOST_ACCOUNTS = 25_000
"""Tried accounts that are learned from: more tell hardly more, and memory and time stay bounded."""
_KEY = ["account", "point", "party"]
_TRY = ["lead", "years", "word", "attempt_id"]


def tried_accounts(spoken: Spoken) -> pl.Series:
    """Return the accounts to learn from: those that were tried, evenly taken if they are very many."""
    tried = spoken.tries["account"].unique().sort()
    return tried.gather_every(max(-(-len(tried) // _MOST_ACCOUNTS), 1))


def learn(
    leads: pl.DataFrame, evidence: pl.DataFrame, spoken: Spoken, as_of: datetime, params: TraceParams
) -> dict[str, Worths]:
    """Learn what clues are worth and outcomes mean, kind by kind of contact point.

    Parameters
    ----------
    leads
        Those of :func:`tried_accounts`, all of them, as :func:`skiptrace.graph.leads.stated` puts them.
    evidence
        What they rest on.
    spoken
        What attempts said.
    as_of, params
        When, and what is stated.

    Returns
    -------
    dict
        By kind; those of which too few were tried are missing.
    """
    sources = _sources(evidence)
    worths = {}
    for kind in PointKind:
        ours = leads.filter(_is(kind, Party.DEBTOR))
        tries = ours.select("lead", *_KEY).join(spoken.tries, on=_KEY).select(_TRY)
        if tries["lead"].n_unique() >= params.learn_least:
            worths[kind.value] = learn_worths(gather_clues(ours, sources, as_of, params), tries, params)
    return worths


def weigh(
    leads: pl.DataFrame,
    evidence: pl.DataFrame,
    spoken: Spoken,
    worths: Mapping[str, Worths],
    as_of: datetime,
    params: TraceParams,
) -> pl.DataFrame:
    """Weigh what clues and attempts say of each lead.

    Parameters
    ----------
    leads, evidence
        Of whole accounts, as for :func:`learn`.
    spoken
        What attempts said.
    worths
        What was learned.
    as_of, params
        When, and what is stated.

    Returns
    -------
    polars.DataFrame
        The leads with ``p_owner`` and ``p_live``, ``prior_owner`` and ``prior_live`` (before the attempts on them were
        heard), and ``outcome`` and ``on`` of the last attempt that spoke plainly.
    """
    sources, told = _sources(evidence), _told(leads, spoken)
    groups = [
        _weigh(group, sources, told, worths.get(kind.value) if party is Party.DEBTOR else None, as_of, params)
        for kind in PointKind
        for party in Party
        if (group := leads.filter(_is(kind, party))).height
    ]
    last = _of_these(spoken.last, leads)
    return leads.join(pl.concat(groups), on="lead", how="left", maintain_order="left").join(
        last, on=["account", "point"], how="left", maintain_order="left"
    )


def _weigh(
    leads: pl.DataFrame,
    sources: pl.DataFrame,
    told: pl.DataFrame,
    worths: Worths | None,
    as_of: datetime,
    params: TraceParams,
) -> pl.DataFrame:
    """Weigh the leads of one kind and party."""
    owner, live = (leads[name].to_numpy() for name in ("owner_stated", "live_stated"))
    shares = stated_shares()
    if worths is not None:
        owner, live = worths.believed(gather_clues(leads, sources, as_of, params))
        shares = worths.shares
    placed = leads.select("lead").with_row_index("place")
    tries = as_tries(told.join(placed, on="lead"), "place")
    after = posterior(beliefs(owner, live), heard(tries, shares, leads.height, params.lost_per_year))
    p_owner, p_live = owner_and_live(after)
    found = {"p_owner": p_owner, "p_live": p_live, "prior_owner": owner, "prior_live": live}
    return leads.select("lead").with_columns(pl.Series(name, column).round(6) for name, column in found.items())


def _is(kind: PointKind, party: Party) -> pl.Expr:
    return (pl.col("kind") == kind.value) & (pl.col("party") == party.value)


def _sources(evidence: pl.DataFrame) -> pl.DataFrame:
    return evidence.group_by("lead", "source").agg(pl.col("last_seen").max())


def _told(leads: pl.DataFrame, spoken: Spoken) -> pl.DataFrame:
    """Return the plain attempts on the leads, and the latest for somebody else: that tells only whether it works."""
    words = stated_shares().words.height
    plain = _of_these(spoken.tries, leads).filter("plain")
    hearsay = pl.concat(
        [leads.select("lead", "entity"), spoken.latest.drop("point")[leads["point"]]], how="horizontal"
    ).filter(pl.col("asker") != pl.col("entity"))
    return pl.concat(
        [
            leads.select("lead", *_KEY).join(plain, on=_KEY).select(_TRY),
            hearsay.select("lead", "years", word=pl.col("word") % words + words, attempt_id=pl.lit("")),
        ],
        how="vertical_relaxed",
    )


def _of_these(said: pl.DataFrame, leads: pl.DataFrame) -> pl.DataFrame:
    """Return what was said of the accounts that the leads, whole accounts in order, are of."""
    account, ends = said["account"].to_numpy(), leads["account"].to_numpy()[[0, -1]]
    begin, end = np.searchsorted(account, ends[0], "left"), np.searchsorted(account, ends[1], "right")
    return said[int(begin) : int(end)]
