"""Link again after rows came, changed or went, without doing again what they do not touch.

*Dirty* rows came or changed. They are compared with all that blocking brings to them. The rows they match, those that
share a phone, e-mail, address or id with them or with a row that went, those whose pairs have been settled or set free,
and everybody whom matches tie to one of these are *touched*: the pairs among them are compared and weighed again, and
they are put together again. Everything else stays as it is. Rarity and the heat of keys are counted in the whole file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from skiptrace.matching.evidence import Bench, Candidates
from skiptrace.matching.index import index_people
from skiptrace.matching.linking import group
from skiptrace.matching.outcomes import name_outcomes
from skiptrace.matching.roll import enrol
from skiptrace.matching.rulings import find_judged, find_rulings
from skiptrace.matching.sharing import find_shared

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from skiptrace.matching.index import Index
    from skiptrace.matching.known import Known, News
    from skiptrace.settings import LinkParams

    Mask = NDArray[np.bool_]

__all__ = ["Work", "work_on"]


class Work(NamedTuple):
    """What came of rows that were put together (again).

    Attributes
    ----------
    rows
        Their positions among everybody, rising.
    label, component
        As in :class:`skiptrace.matching.clustering.Clusters`, by position in ``rows``.
    pairs
        Pairs with an outcome that they or dirty rows are in, ``left`` and ``right`` by position among everybody.
    rulings
        See :func:`skiptrace.matching.rulings.find_rulings`; of everybody.
    diagnostics
        See :class:`skiptrace.matching.linking.Linked`.
    """

    rows: NDArray[np.int64]
    label: NDArray[np.int64]
    component: NDArray[np.int64]
    pairs: pl.DataFrame
    rulings: pl.DataFrame
    diagnostics: dict[str, object]


def work_on(known: Known, news: News, params: LinkParams, judgements: pl.DataFrame | None) -> Work:
    """Compare, weigh and put together again what is dirty or touched."""
    index = index_people(news.people)
    rulings = find_rulings(index, judgements, params.max_accounts_per_person)
    model, most = known.basis.model, known.basis.most
    everybody = np.ones(index.size, dtype=bool)
    dirty = news.came | news.changed
    component = _components(known, news)
    touched = _touched(known, news, index, rulings, component)
    pairs = index.pairs(dirty, everybody, most)
    bench, rows = _bench(index, _ends(pairs, index.size) | dirty, params)
    compared = bench.compared(_stretches(_local(pairs, rows), params), model)
    weighed = bench.weigh(compared.pairs, model)
    strong = _global(weighed.filter(pl.col("probability") >= params.match_probability), rows)
    touched = _closed(touched | dirty | _ends(strong, index.size), component)
    near, again = _bench(index, touched, params)
    among = index.pairs(touched & ~dirty, touched & ~dirty, most)
    compared_again = near.compared(_stretches(_local(among, again), params), model)
    inside = _both_in(_global(compared.pairs, rows), touched)
    candidates = Candidates(
        pl.concat([_local(inside, again), compared_again.pairs]),
        pl.concat([compared.vectors, compared_again.vectors]),
    )
    grouped, clusters = group(near, candidates, _local(_both_in(rulings, touched), again), model)
    apart = np.arange(bench.roll.size)
    far = name_outcomes(weighed.with_columns(ruling=pl.lit(None, pl.String)), apart, params)
    far = _global(far, rows)
    far = far.filter(~_within(far, touched))
    return Work(
        again,
        clusters.label,
        clusters.component,
        pl.concat([_global(name_outcomes(grouped, clusters.label, params), again), far]),
        rulings,
        {
            "rows": index.size,
            "judged": find_judged(index, judgements).height,
            "came": int(news.came.sum()),
            "changed": int(news.changed.sum()),
            "gone": len(news.gone),
            "put_together_again": len(again),
            "pairs_compared": int(candidates.vectors["pairs"].sum()),
            "partners": {kind: round(value, 6) for kind, value in model.partners.items()},
            "components_judged": clusters.judged,
            "components_split": clusters.split,
        },
    )


def _bench(index: Index, mask: Mask, params: LinkParams) -> tuple[Bench, NDArray[np.int64]]:
    """Enrol some rows, and return their positions among everybody."""
    rows = np.flatnonzero(mask)
    roll = enrol(index.people[rows], index.among(rows))
    return Bench(roll=roll, shared=find_shared(roll.held, params.max_key_holders), params=params), rows


def _stretches(pairs: pl.DataFrame, params: LinkParams) -> Iterator[pl.DataFrame]:
    return pairs.iter_slices(params.chunk_pairs)


def _components(known: Known, news: News) -> NDArray[np.int64]:
    """Return each row's component, -1 for those that came."""
    found = news.people.select("number").join(known.rows, on="number", how="left", maintain_order="left")
    return found["component"].cast(pl.Int64).fill_null(-1).to_numpy()


def _touched(known: Known, news: News, index: Index, rulings: pl.DataFrame, component: NDArray[np.int64]) -> Mask:
    """Mark rows that must be put together again whether or not a dirty row matches them."""
    dirty = news.came | news.changed
    touched = index.sharing(index, dirty)
    if news.old.height:
        touched |= index.sharing(index_people(news.old), np.ones(news.old.height, dtype=bool))
        was = known.rows.filter(pl.col("number").is_in(news.gone.implode()))["component"]
        touched |= np.isin(component, was.to_numpy())
    settled = news.by_number(rulings)
    for some, others in ((settled, known.rulings), (known.rulings, settled)):
        turned = some.join(others, on=["left", "right", "ruling"], how="anti")
        ends = pl.concat([turned["left"], turned["right"]]).implode()
        touched |= news.people["number"].is_in(ends).to_numpy()
    of_dirty = rulings.filter(pl.Series(dirty[rulings["left"].to_numpy()] | dirty[rulings["right"].to_numpy()]))
    return touched | _ends(of_dirty, index.size)


def _closed(mask: Mask, component: NDArray[np.int64]) -> Mask:
    """Add everybody whom matches tie to a marked row."""
    marked = np.unique(component[mask & (component >= 0)])
    closed: Mask = mask | np.isin(component, marked)
    return closed


def _ends(pairs: pl.DataFrame, size: int) -> Mask:
    mask = np.zeros(size, dtype=bool)
    mask[pairs["left"].to_numpy()] = True
    mask[pairs["right"].to_numpy()] = True
    return mask


def _within(pairs: pl.DataFrame, mask: Mask) -> pl.Series:
    return pl.Series(mask[pairs["left"].to_numpy()] & mask[pairs["right"].to_numpy()])


def _both_in(pairs: pl.DataFrame, mask: Mask) -> pl.DataFrame:
    return pairs.filter(_within(pairs, mask))


def _local(pairs: pl.DataFrame, rows: NDArray[np.int64]) -> pl.DataFrame:
    """Turn positions among everybody into positions among ``rows``."""
    return pairs.with_columns(
        pl.Series(side, np.searchsorted(rows, pairs[side].to_numpy()), dtype=pl.UInt32) for side in ("left", "right")
    )


def _global(pairs: pl.DataFrame, rows: NDArray[np.int64]) -> pl.DataFrame:
    """Turn positions among ``rows`` into positions among everybody."""
    return pairs.with_columns(
        pl.Series(side, rows[pairs[side].to_numpy()], dtype=pl.UInt32) for side in ("left", "right")
    )
