"""Who is who: the whole of record linkage, from people to pairs and entities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from skiptrace.contracts.outputs import ENTITIES
from skiptrace.matching.blocking import lay_blocks
from skiptrace.matching.clustering import cluster
from skiptrace.matching.evidence import Bench
from skiptrace.matching.lineage import name_entity
from skiptrace.matching.outcomes import SETTLED_BITS, name_outcomes, name_pairs
from skiptrace.matching.roll import enrol
from skiptrace.matching.rulings import find_judged, find_rulings
from skiptrace.matching.sharing import find_shared
from skiptrace.matching.training import Judged, learn_judged, unpack
from skiptrace.matching.weights import default_model
from skiptrace.vocabulary import Judgement

if TYPE_CHECKING:
    from collections.abc import Callable

    from skiptrace.matching.clustering import Clusters
    from skiptrace.matching.evidence import Candidates
    from skiptrace.matching.roll import Roll
    from skiptrace.matching.weights import Model
    from skiptrace.settings import LinkParams

__all__ = ["Found", "Linked", "find", "group", "link"]


@dataclass(frozen=True, kw_only=True)
class Linked:
    """What linkage says.

    Attributes
    ----------
    pairs
        PAIRS, and one ``gamma_*`` (Int8, -1 = missing) a comparison. Each pair once, the row that is first by source
        and record id on the left; sorted. Only pairs with an outcome. A match is always within one entity.
    entities
        ENTITIES: every row of PEOPLE once, sorted by source and record id.
    model
        What the pairs were weighed with.
    diagnostics
        Counts and costs for the manifest, of types that JSON has.
    """

    pairs: pl.DataFrame
    entities: pl.DataFrame
    model: Model
    diagnostics: dict[str, object]


def link(
    people: pl.DataFrame,
    params: LinkParams,
    *,
    seed: int,
    judgements: pl.DataFrame | None = None,
    model: Model | None = None,
    across_only: bool = False,
) -> Linked:
    """Find out which rows are one person.

    Parameters
    ----------
    people
        PEOPLE, in any order.
    params
        Cut-offs.
    seed
        For the pairs drawn at random in training.
    judgements
        A reviewer's word on pairs; see :func:`skiptrace.matching.rulings.find_rulings`. They settle their own pairs,
        and where a model is trained they improve it for the others.
    model
        A model trained before, which is taken as it is; null = train on this file, starting from the defaults.
    across_only
        Compare rows of different sources only, as when two clean lists are matched with each other.

    Notes
    -----
    An entity's id is made from its first row, accounts before records before relations, then by source and record
    id: rows that join an entity later hardly ever change it.
    """
    roll = enrol(people)
    del people  # what is numbered is not needed as text: a caller who keeps none of it frees it here
    found = find(roll, params, seed=seed, judgements=judgements, model=model, across_only=across_only)
    return Linked(
        pairs=name_pairs(found.pairs, found.roll.ids),
        entities=_entities(found.roll, found.clusters),
        model=found.model,
        diagnostics=found.diagnostics,
    )


class Found(NamedTuple):
    """What linkage says of the rows of a roll, by row number.

    Attributes
    ----------
    roll
        Everybody.
    pairs
        Pairs with an outcome: ``left``, ``right``, ``weight``, ``probability``, ``outcome``, ``gamma_*``; sorted.
    clusters
        Who is together.
    model
        What the pairs were weighed with.
    rulings
        See :func:`skiptrace.matching.rulings.find_rulings`.
    most
        By blocking rule: rows that a key may have before it is left out.
    diagnostics
        See :class:`Linked`.
    """

    roll: Roll
    pairs: pl.DataFrame
    clusters: Clusters
    model: Model
    rulings: pl.DataFrame
    most: dict[str, int]
    diagnostics: dict[str, object]


def find(
    roll: Roll,
    params: LinkParams,
    *,
    seed: int,
    judgements: pl.DataFrame | None = None,
    model: Model | None = None,
    across_only: bool = False,
) -> Found:
    """Link a roll; see :func:`link`."""
    bench = Bench(roll=roll, shared=find_shared(roll.held, params.max_key_holders), params=params)
    rulings = find_rulings(roll, judgements, params.max_accounts_per_person)
    blocks = lay_blocks(roll, params)
    candidates = bench.candidates(blocks, model or default_model(), across_only=across_only)
    judged = find_judged(roll, judgements)
    if model is None:
        model = bench.train(candidates, seed)
        if not judged.is_empty():
            model = _improve(model, judged, bench, group(bench, candidates, rulings, model)[1])
    pairs, clusters = group(bench, candidates, rulings, model)
    vectors = candidates.vectors
    del candidates
    named = name_outcomes(pairs, clusters.label, params)
    counts = named["outcome"].value_counts().sort("outcome")
    return Found(
        roll=roll,
        pairs=named,
        clusters=clusters,
        model=model,
        rulings=rulings,
        most={block.rule: block.most for block in blocks},
        diagnostics={
            "rows": roll.size,
            "judged": judged.height,
            "pairs_compared": int(vectors["pairs"].sum()),
            "comparison_vectors": vectors.height,
            "partners": {kind: round(value, 6) for kind, value in model.partners.items()},
            "pairs": {row["outcome"]: row["count"] for row in counts.iter_rows(named=True)},
            "entities": len(np.unique(clusters.label)),
            "largest_entity": int(np.bincount(clusters.label).max(initial=0)),
            "components_judged": clusters.judged,
            "components_split": clusters.split,
            "blocking": [
                {"rule": block.rule, "pairs": block.pairs, "left_out": block.left_out, "hot_keys": block.hot_keys}
                for block in blocks
            ],
        },
    )


def group(bench: Bench, candidates: Candidates, rulings: pl.DataFrame, model: Model) -> tuple[pl.DataFrame, Clusters]:
    """Weigh all pairs, and put together the rows that are one person."""
    settled = bench.vectors(rulings).with_columns(ruling=rulings["ruling"])
    unsettled = bench.telling(candidates.pairs, model).join(rulings, on=["left", "right"], how="anti")
    pairs = _settle(bench.weigh(pl.concat([settled, unsettled], how="diagonal"), model))
    clusters = cluster(
        bench.roll.size,
        bench.matching(pairs),
        rulings.filter(pl.col("ruling") == Judgement.MATCH.value),
        _judge(bench, model, rulings),
        bench.params.max_judged_cluster,
    )
    return pairs, clusters


def _improve(model: Model, judged: pl.DataFrame, bench: Bench, clusters: Clusters) -> Model:
    """Let the model learn from judged pairs; ``clusters`` tell how many records hang on each."""
    left, right = (clusters.label[judged[side].to_numpy()] for side in ("left", "right"))
    sizes = np.bincount(clusters.label)
    told = Judged(
        vectors=unpack(bench.vectors(judged)["vector"].to_numpy()),
        same=(judged["ruling"] == Judgement.MATCH.value).to_numpy(),
        records=sizes[left] + np.where(left == right, 0, sizes[right]),
    )
    return learn_judged(model, told, bench.roll.size)


def _settle(pairs: pl.DataFrame) -> pl.DataFrame:
    """Give settled pairs the weight of certainty."""
    ruling = pl.col("ruling")
    settled = ruling.is_not_null()
    yes = ruling == Judgement.MATCH.value
    return pairs.with_columns(
        weight=pl.when(settled).then(pl.when(yes).then(SETTLED_BITS).otherwise(-SETTLED_BITS)).otherwise("weight"),
        probability=pl.when(settled).then(yes.cast(pl.Float64)).otherwise("probability"),
    )


def _judge(bench: Bench, model: Model, rulings: pl.DataFrame) -> Callable[[pl.DataFrame], pl.DataFrame]:
    """Return the judge of pairs inside a component.

    The prior is no evidence against rows that other rows tie together: where a pair's fields say less than the prior,
    they count for nothing, and only what speaks against the pair counts against it.
    """
    barred = rulings.filter(pl.col("ruling") != Judgement.MATCH.value).select(
        "left", "right", ruled_out=pl.lit(value=True)
    )
    prior_bits = np.log2(max(bench.roll.population, 2) / model.partners["same_person"])

    def judge(pairs: pl.DataFrame) -> pl.DataFrame:
        weighed = bench.weigh(bench.vectors(pairs), model)
        weight = pl.col("weight")
        return (
            weighed.with_columns(contradictory=bench.contradict(weighed))
            .join(barred, on=["left", "right"], how="left", maintain_order="left")
            .select(
                "left",
                "right",
                weight=pl.when(weight > 0).then(weight).otherwise(pl.min_horizontal(weight + prior_bits, pl.lit(0.0))),
                barred=pl.col("contradictory") | pl.col("ruled_out").fill_null(value=False),
            )
        )

    return judge


def _entities(roll: Roll, clusters: Clusters) -> pl.DataFrame:
    """Return each row's entity, named after the entity's first row."""
    rows = roll.ids.with_columns(label=pl.Series(clusters.label))
    first = (
        rows.sort("table", "source", "record_id")
        .group_by("label", maintain_order=True)
        .agg(anchor=pl.concat_str("table", "source", "record_id", separator="\x1f").first())
    )
    names = pl.Series([name_entity(anchor) for anchor in first["anchor"]], dtype=pl.String)
    named = first.select("label", entity_id=names)
    return rows.join(named, on="label", how="left", maintain_order="left").select(*ENTITIES.columns)
