"""Trace: from people, points, matches and attempts to relationships and leads, all accounts at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from skiptrace.contracts.stages import LEADS
from skiptrace.graph.evidence import Evidence
from skiptrace.graph.leads import rank, stated
from skiptrace.graph.outcomes import hear
from skiptrace.graph.paths import SEPARATOR
from skiptrace.graph.relationships import relate
from skiptrace.graph.sightings import sight
from skiptrace.graph.sources import count_sources, score_sources
from skiptrace.graph.tables import Traced, TraceInputs
from skiptrace.graph.weighing import learn, tried_accounts, weigh

if TYPE_CHECKING:
    from datetime import datetime

    from skiptrace.graph.learning import Worths
    from skiptrace.graph.outcomes import Spoken
    from skiptrace.graph.sightings import Sighted
    from skiptrace.settings import TraceParams

__all__ = ["evidence", "trace"]

_BELIEVED = pl.DataFrame(schema={"about": pl.UInt32, "point": pl.UInt32, "p_owner": pl.Float64})
"""Grain: lead. What edges are told of it."""
_COUNTED = pl.DataFrame(
    schema={
        **dict.fromkeys(("table", "source", "kind"), pl.String),
        **dict.fromkeys(("worth", "named", "told", "right"), pl.Int64),
    }
)
"""Grain: table × source × kind; see :func:`skiptrace.graph.sources.count_sources`."""


def trace(known: TraceInputs, as_of: datetime, params: TraceParams) -> Traced:
    """Find the relationships between people and contact points, and the leads of every account.

    Parameters
    ----------
    known
        Rows that have passed the consent gate for ``locate``.
    as_of
        Moment of the trace (aware); attempts after it are not looked at.
    params
        Priors and cut-offs.
    """
    sighted = sight(known, as_of, params)
    spoken = hear(sighted, known.attempts, as_of)
    everything = Evidence.of(sighted, known.pairs, params)
    worths = _learned(everything, sighted, spoken, as_of, params)
    leads, believed, counted = [LEADS.empty()], [_BELIEVED], [_COUNTED]
    for part in everything.parts():
        weighed = weigh(stated(part, sighted, as_of, params), part, spoken, worths, as_of, params)
        leads.append(rank(weighed, params))
        believed.append(weighed.select(_BELIEVED.columns))
        counted.append(count_sources(part, weighed, spoken).select(_COUNTED.columns))
    return Traced(
        relationships=relate(sighted, pl.concat(believed), as_of, params),
        leads=pl.concat(leads),
        sources=score_sources(counted),
    )


def _learned(
    everything: Evidence, sighted: Sighted, spoken: Spoken, as_of: datetime, params: TraceParams
) -> dict[str, Worths]:
    sample = everything.about(tried_accounts(spoken))
    return learn(stated(sample, sighted, as_of, params), sample, spoken, as_of, params)


def evidence(traced: Traced, account_id: str) -> pl.DataFrame:
    """Return one account's leads as the branches and leaves of a tree, in the order to draw them.

    Returns
    -------
    polars.DataFrame
        Grain: lead. ``branch`` (`debtor`, or the relation and its id), ``kind``, ``rank``, ``contact_point``,
        ``p_owner``, ``p_live``, ``pieces`` (list[str]: the evidence, piece by piece), ``record_ids``, ``consent_ids``.
        No rows for an account without leads.
    """
    branch = pl.when(pl.col("party") == "third_party").then(pl.format("{} ({})", "relation", "relation_id"))
    kinds = pl.col("kind").replace_strict(["phone", "email", "address"], [0, 1, 2], default=3, return_dtype=pl.UInt8)
    return (
        traced.leads.filter(pl.col("account_id") == account_id)
        .with_columns(branch=branch.otherwise("party"), pieces=pl.col("path").str.split(SEPARATOR))
        .sort(pl.col("party"), pl.col("branch"), kinds, pl.col("rank"))
        .select(
            *("branch", "kind", "rank", "contact_point", "p_owner", "p_live", "pieces", "record_ids", "consent_ids")
        )
    )
