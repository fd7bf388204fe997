"""Link people again and again: what is known stays, what is new is added, entities keep their ids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from skiptrace.contracts.outputs import ENTITIES
from skiptrace.matching.increment import Work, work_on
from skiptrace.matching.known import Basis, Known, News, compare_with, kept_pairs, terms_of
from skiptrace.matching.lineage import Upheaval, carry_on, tell_changes
from skiptrace.matching.linking import Linked, find
from skiptrace.matching.outcomes import name_pairs
from skiptrace.matching.roll import LINKED, enrol
from skiptrace.matching.rulings import names_of_settled

if TYPE_CHECKING:
    from skiptrace.matching.weights import Model
    from skiptrace.settings import LinkParams

__all__ = ["Relinked", "Replaced", "relink"]

_IDS = ("table", "source", "record_id")


@dataclass(frozen=True, kw_only=True)
class Relinked:
    """What linkage says after what is new.

    Attributes
    ----------
    linked
        Of all rows, as from :func:`skiptrace.matching.link`.
    known
        For next time.
    changes
        CHANGES: whose entity is another than before, and why.
    replaced
        What of the known before no longer holds; null = all of it.
    """

    linked: Linked
    known: Known
    changes: pl.DataFrame
    replaced: Replaced | None


class Replaced(NamedTuple):
    """What of the known before no longer holds, by row number.

    Attributes
    ----------
    people
        Rows that changed or went, and that came: their people rows, and all pairs that they are in.
    again
        Rows put together again, those in ``people`` among them: their entities, and the pairs among them.
    """

    people: pl.Series
    again: pl.Series


def relink(
    people: pl.DataFrame,
    known: Known | None,
    params: LinkParams,
    *,
    seed: int,
    judgements: pl.DataFrame | None = None,
    model: Model | None = None,
) -> Relinked:
    """Link PEOPLE, given what is known of them from before.

    Parameters
    ----------
    people
        PEOPLE as they are now, all of them.
    known
        From the last time; null = there was none.
    params, seed, judgements, model
        As for :func:`skiptrace.matching.link`.

    Notes
    -----
    All is linked anew, with a new model, if nothing is known, if cut-offs, default weights or the model given are not
    those of last time, if more rows than ``params.relearn_share`` came, changed or went since, or if a judgement that
    the model may have learned from was taken back or turned. Entities keep their ids even then; see
    :mod:`skiptrace.matching.lineage`.
    """
    news = compare_with(known, people)
    terms = terms_of(params, model)
    judged = names_of_settled(judgements)
    if known is None or not known.basis.judged <= judged or _outlived(known.basis, news, terms, params):
        found = find(enrol(news.people), params, seed=seed, judgements=judgements, model=model)
        size = found.roll.size
        basis = Basis(
            terms=terms,
            model=found.model,
            most=found.most,
            rows=size,
            turned_over=0,
            diagnostics=found.diagnostics,
            judged=judged,
            **_counted_on(known, news),
        )
        label, component = found.clusters.label, found.clusters.component
        work = Work(np.arange(size), label, component, found.pairs, found.rulings, found.diagnostics)
        return _finish(known, news, work, basis)
    work = work_on(known, news, params, judgements)
    # Where nothing is new the answer is the one of last time, to the byte.
    told = work.diagnostics if len(work.rows) or news.turned_over else known.basis.diagnostics
    turned_over = known.basis.turned_over + news.turned_over
    update = {"turned_over": turned_over, "diagnostics": told, **_counted_on(known, news)}
    return _finish(known, news, work, known.basis.model_copy(update=update))


def _outlived(basis: Basis, news: News, terms: str, params: LinkParams) -> bool:
    return basis.terms != terms or basis.turned_over + news.turned_over > params.relearn_share * basis.rows


def _counted_on(known: Known | None, news: News) -> dict[str, int]:
    before, runs = (known.basis.next_number, known.basis.run) if known else (0, 0)
    return {"next_number": before + int(news.came.sum()), "run": runs + 1}


def _finish(known: Known | None, news: News, work: Work, basis: Basis) -> Relinked:
    """Carry entities on, and put what was worked on and what was kept together."""
    numbers = news.people["number"]
    before = known.rows if known else _NO_ROWS
    here = news.people[work.rows].select("number", *_IDS)
    here = here.join(
        before.select("number", "anchor", entity_before="entity_id"), on="number", how="left", maintain_order="left"
    )
    here = here.with_columns(
        label=pl.Series(work.label),
        component=numbers.gather(work.rows[work.component]),
        anchor=pl.col("anchor").fill_null(value=False),
        came=pl.Series(news.came[work.rows]),
        changed=pl.Series(news.changed[work.rows]),
    )
    again = pl.concat([here["number"], news.gone])
    stay = before.filter(~pl.col("number").is_in(again.implode()))
    here = carry_on(here, stay["entity_id"].unique())
    pairs = news.by_number(work.pairs)
    settled = news.by_number(work.rulings)
    known_before = known.rulings if known else settled.clear()
    turned = pl.concat([settled, known_before]).filter(
        ~pl.concat([settled, known_before]).select(pl.struct(pl.all()).is_duplicated()).to_series()
    )
    gone = news.old.filter(pl.col("number").is_in(news.gone.implode())).select(*_IDS, "number")
    gone = gone.join(before.select("number", entity_before="entity_id"), on="number").drop("number")
    changes = tell_changes(Upheaval(here, gone, pairs, turned.select("left", "right")))
    rows = pl.concat([stay, here.select(stay.columns)]).sort("number")
    dirty = pl.concat([numbers.filter(pl.Series(news.came | news.changed)), news.gone])
    if known is not None:
        pairs = pl.concat([kept_pairs(known.pairs, dirty, again), pairs])
    after = Known(people=news.people.select("number", *LINKED), rows=rows, pairs=pairs, rulings=settled, basis=basis)
    return Relinked(
        linked=_linked(after),
        known=after,
        changes=changes,
        replaced=Replaced(dirty, again) if known and basis.model == known.basis.model else None,
    )


def _linked(known: Known) -> Linked:
    """Tell all that is known as :func:`skiptrace.matching.link` does."""
    ids = known.people.select("number", *_IDS)
    entities = ids.join(known.rows, on="number", how="left", maintain_order="left")
    at = np.zeros(known.basis.next_number, dtype=np.uint32)
    at[ids["number"].to_numpy()] = np.arange(ids.height, dtype=np.uint32)
    placed = known.pairs.with_columns(
        pl.Series(side, at[known.pairs[side].to_numpy()]) for side in ("left", "right")
    ).sort("left", "right")
    outcomes = placed["outcome"].value_counts().sort("outcome")
    sizes = entities.group_by("entity_id").len()["len"]
    counts: dict[str, object] = {
        "pairs": dict(outcomes.iter_rows()),
        "entities": len(sizes),
        "largest_entity": int(sizes.max() or 0),  # type: ignore[arg-type]  # whole numbers
    }
    return Linked(
        pairs=name_pairs(placed, ids),
        entities=entities.select(list(ENTITIES.columns)),
        model=known.basis.model,
        diagnostics={**known.basis.diagnostics, **counts},
    )


_NO_ROWS = pl.DataFrame(
    schema={"number": pl.UInt32(), "entity_id": pl.String(), "component": pl.UInt32(), "anchor": pl.Boolean()}
)
