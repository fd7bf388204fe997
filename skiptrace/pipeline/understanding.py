"""From accepted rows to all that can be said of them: who is who, which leads, when they answer, what law asks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl

from skiptrace.compliance import Facts, Rulebook, check, load_rulebook
from skiptrace.graph import Traced, TraceInputs, trace
from skiptrace.matching import Known, Linked, Relinked, relink
from skiptrace.normalise import Normalised, normalise
from skiptrace.pipeline.habits import still_serving
from skiptrace.timing import Learned, learn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from skiptrace.pipeline.terms import Terms
    from skiptrace.timing import Model

__all__ = ["Picture", "identify", "trace_inputs", "understand"]


@dataclass(frozen=True, kw_only=True)
class Picture:
    """What is known at ``as_of``.

    Attributes
    ----------
    tables
        The accepted input tables it rests on.
    normalised, relinked, traced, learned
        What each stage made of them.
    facts, rulebook
        What law is judged by.
    """

    tables: Mapping[str, pl.DataFrame]
    normalised: Normalised
    relinked: Relinked
    traced: Traced
    learned: Learned
    facts: Facts
    rulebook: Rulebook

    @property
    def linked(self) -> Linked:
        """Who is who."""
        return self.relinked.linked

    @property
    def traced_as_learned(self) -> Traced:
        """The trace, its leads as the pattern of attempts has refined them."""
        return replace(self.traced, leads=self.learned.leads)

    def judge(self, proposals: pl.DataFrame, also: pl.DataFrame, terms: Terms, *, telling: bool = True) -> pl.DataFrame:
        """Return the verdicts on proposals, with further attempts (CODED_ATTEMPTS) counted as history."""
        facts = self.facts
        if not also.is_empty():
            facts = replace(facts, attempts=pl.concat([facts.attempts, also.select(facts.attempts.columns)]))
        return check(proposals, facts, self.rulebook, terms.as_of, terms.settings.check, telling=telling)


def identify(
    tables: Mapping[str, pl.DataFrame],
    history: pl.DataFrame,
    terms: Terms,
    judgements: pl.DataFrame | None = None,
    known: Known | None = None,
) -> tuple[Normalised, Linked]:
    """Find out who is who: all that a question about two records needs; see :func:`understand`."""
    normalised, relinked = _identify(tables, history, terms, judgements, known)
    return normalised, relinked.linked


def _identify(
    tables: Mapping[str, pl.DataFrame],
    history: pl.DataFrame,
    terms: Terms,
    judgements: pl.DataFrame | None,
    known: Known | None,
) -> tuple[Normalised, Relinked]:
    settings = terms.settings
    terms.on_stage("normalise")
    attempts = pl.concat([tables["attempts"], history], how="diagonal")
    with_history = {**tables, "attempts": attempts}
    normalised = normalise(with_history, settings.normalise, date_order=settings.ingest.date_order)
    terms.on_stage("link")
    return normalised, relink(normalised.people, known, settings.link, seed=terms.seed, judgements=judgements)


def understand(
    tables: Mapping[str, pl.DataFrame],
    history: pl.DataFrame,
    terms: Terms,
    judgements: pl.DataFrame | None = None,
    known: Known | None = None,
    model: Model | None = None,
) -> Picture:
    """Take the input tables through every stage up to the facts of law.

    Parameters
    ----------
    tables
        Accepted rows by table, those without a consent to locate already gone.
    history
        Attempts (ATTEMPTS columns, null outcome) that were made, or must be taken as made, with unknown outcome.
    terms
        When, seed and settings.
    judgements
        JUDGEMENTS of reviewers; null = none.
    known
        What linkage kept the last time: what is not new is not linked again; null = nothing.
    model
        What was learned of people in general the last time: it is used while it serves; null = nothing.
    """
    settings, as_of = terms.settings, terms.as_of
    normalised, relinked = _identify(tables, history, terms, judgements, known)
    linked = relinked.linked
    terms.on_stage("trace")
    traced = trace(trace_inputs(normalised, linked), as_of, settings.trace)
    terms.on_stage("learn")
    model = still_serving(model, normalised.attempts, terms)
    learned = learn(traced.leads, normalised.attempts, normalised.people, as_of, settings.learn, model)
    facts = Facts(
        people=normalised.people,
        leads=learned.leads,
        attempts=normalised.attempts,
        stops=normalised.stops,
        consents=tables["consents"],
        accounts=tables["accounts"],
        relations=tables["relations"],
    )
    return Picture(
        tables=tables,
        normalised=normalised,
        relinked=relinked,
        traced=traced,
        learned=learned,
        facts=facts,
        rulebook=load_rulebook(settings.rulebook),
    )


def trace_inputs(normalised: Normalised, linked: Linked) -> TraceInputs:
    """Put together what leads are found from."""
    return TraceInputs(
        people=normalised.people,
        points=normalised.points,
        entities=linked.entities,
        pairs=linked.pairs,
        attempts=normalised.attempts,
    )
