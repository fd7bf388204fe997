"""Say in plain words why two records are one person, or two: the waterfall of their match weight."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import polars as pl

from skiptrace.errors import UsageError
from skiptrace.matching.outcomes import SETTLED_BITS
from skiptrace.matching.review import readable
from skiptrace.matching.rulings import PAIR, first_left, newest
from skiptrace.matching.waterfall import compare_pairs, waterfall
from skiptrace.vocabulary import Judgement, PairOutcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from skiptrace.matching import Linked
    from skiptrace.matching.waterfall import Waterfall
    from skiptrace.settings import LinkParams

__all__ = ["Evidence", "explain_pair", "tell_pair", "without_values"]

_MOST_BITS = 40.0
"""Reported weights are no further from zero than this."""
_ROUNDED_BITS = 1e-3
_SIGN_SHOWS = 0.05
"""Bits below which one decimal would show a zero."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What pairs are explained from.

    Attributes
    ----------
    people
        PEOPLE that were linked.
    linked
        What linkage said of them.
    judgements
        JUDGEMENTS that were honoured; null = none.
    params
        Cut-offs of linkage.
    rows
        How many rows were linked, if ``people`` are but some of them.
    """

    people: pl.DataFrame
    linked: Linked
    judgements: pl.DataFrame | None
    params: LinkParams
    rows: int | None = None

    def among(self, pairs: pl.DataFrame) -> Evidence:
        """Return what there is on these pairs: among a million records each look takes as long as all of them."""
        ids = pl.concat(
            pairs.select(source=f"source_{side}", record_id=f"record_id_{side}") for side in ("l", "r")
        ).unique()
        linked = replace(
            self.linked,
            pairs=self.linked.pairs.join(first_left(pairs), on=PAIR, how="semi"),
            entities=self.linked.entities.join(ids, on=["source", "record_id"], how="semi"),
        )
        people = self.people.join(ids, on=["source", "record_id"], how="semi")
        return replace(self, people=people, linked=linked, rows=self.rows or self.people.height)


def explain_pair(what: str, known: Evidence) -> dict[str, Any]:
    """Explain two records, named by their ids joined by a comma; see :func:`tell_pair`.

    Raises
    ------
    UsageError
        If an id names no record, or several.
    """
    asked = _find_pair(what, known.people)
    return tell_pair(compare_pairs(known.people, asked, known.params), known)


def tell_pair(compared: pl.DataFrame, known: Evidence) -> dict[str, Any]:
    """Explain a pair.

    Parameters
    ----------
    compared
        One row: the pair and its ``gamma_*``.
    known
        What it is explained from.

    Returns
    -------
    dict
        ``title``; ``sentences``; ``rows``, one a comparison that both records speak to, the weightiest first:
        ``compared``, ``found``, ``bits``, ``left``, ``right`` (the values that were compared); ``not_compared``, and
        ``one_sided``: those of them that one record speaks to, with its value; ``pair``: who, ``outcome``,
        ``match_weight``, ``weight_in_words`` (in as many digits as its sign needs), ``match_probability``, ``prior``
        and ``threshold`` in bits, ``opposite`` and ``opposite_weight``.
    """
    asked = compared.select(PAIR)
    rows = known.rows or known.people.height
    gammas = compared.row(0, named=True)
    fall = waterfall(gammas, known.linked.model, rows, known.params)
    reported = known.linked.pairs.join(first_left(asked), on=PAIR, how="semi")
    outcome = reported["outcome"][0] if reported.height else None
    entities = [_side(known.linked.entities, asked, side)["entity_id"] for side in ("l", "r")]
    together = entities[0] == entities[1]
    left, right = (readable(_side_frame(known.people, asked, side)).row(0, named=True) for side in ("l", "r"))
    speaking = sorted((share for share in fall.shares if share.known), key=lambda share: -abs(share.bits))
    compared_with = {share.comparison for share in speaking}
    # Where addresses are compared, they speak for the town as well.
    told_by = {"town"} if "address" in compared_with else set()
    silent = [share for share in fall.shares if share.comparison not in compared_with | told_by]
    verdict = "one person" if together else "two people"
    decided = _settled_in_words(asked, outcome, reported, fall, known) or _entity_in_words(fall, together=together)
    return {
        "title": f"{_named(left, right)} and {_named(right, left)} are taken for {verdict}",
        "sentences": [
            _outcome_in_words(outcome, fall),
            *([decided] if decided else []),
            _opposite_in_words(fall),
        ],
        "rows": [
            {
                "compared": share.field,
                "found": share.found,
                "bits": round(share.bits, 2),
                "left": left[share.comparison],
                "right": right[share.comparison],
            }
            for share in speaking
        ],
        "not_compared": [share.field for share in silent],
        "one_sided": [
            {"compared": share.field, "left": left[share.comparison], "right": right[share.comparison]}
            for share in silent
            if left[share.comparison] or right[share.comparison]
        ],
        "pair": {
            "left": {name: left[name] for name in ("source", "record_id", "name")},
            "right": {name: right[name] for name in ("source", "record_id", "name")},
            "together": together,
            "outcome": outcome,
            "match_weight": round(fall.weight, 4),
            "weight_in_words": _bits(fall.weight),
            "match_probability": round(fall.probability, 6),
            "prior": round(fall.prior, 4),
            "threshold": round(fall.bar, 4),
            "opposite": [change._asdict() for change in fall.opposite],
            "opposite_weight": None if fall.opposite_weight is None else round(fall.opposite_weight, 4),
        },
    }


def _named(record: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    """Return the id of a record, with its source where the other has the same id."""
    same = record["record_id"] == other["record_id"]
    return f"{record['source']}:{record['record_id']}" if same else str(record["record_id"])


def without_values(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return an explanation without anything that the records say: ids, words and numbers are left."""
    named = ("source", "record_id")
    sides = {side: {name: told["pair"][side][name] for name in named} for side in ("left", "right")}
    return {
        "title": told["title"],
        "sentences": told["sentences"],
        "rows": [{name: row[name] for name in ("compared", "found", "bits")} for row in told["rows"]],
        "not_compared": told["not_compared"],
        "pair": {**told["pair"], **sides},
    }


def _find_pair(what: str, people: pl.DataFrame) -> pl.DataFrame:
    """Return the pair that is asked for, one row of source and id of each.

    An id that stands in several sources is told by ``SOURCE:ID``. Where two sources have both ids, the first id is
    taken from the first source.
    """
    texts = [part.strip() for part in what.split(",")]
    if len(texts) != len(("left", "right")) or not all(texts):
        raise UsageError(f"{what}: expected two record ids joined by a comma")
    ids = people.select("source", "record_id").unique().sort("source", "record_id")
    sides = []
    for text, side in zip(texts, ("l", "r"), strict=True):
        full = pl.concat_str("source", "record_id", separator=":")
        named = ids.filter((pl.col("record_id") == text) | (full == text))
        if named.is_empty():
            raise UsageError(f"{text}: no record of that id entered the matching")
        sides.append(named.select(pl.all().name.suffix(f"_{side}")))
    same_source = pl.col("source_l") == pl.col("source_r")
    found = sides[0].join(sides[1], how="cross").filter(~same_source | (pl.col("record_id_l") != pl.col("record_id_r")))
    across = found.filter(pl.col("source_l") < pl.col("source_r"))
    found = across if across.height == 1 else found
    if found.is_empty():
        raise UsageError(f"{what}: one and the same record")
    if found.height > 1:
        raise UsageError(f"{what}: several records have these ids; write SOURCE:ID for each")
    return found.select(PAIR)


def _side_frame(frame: pl.DataFrame, asked: pl.DataFrame, side: str) -> pl.DataFrame:
    named = asked.select(source=f"source_{side}", record_id=f"record_id_{side}")
    return frame.join(named, on=["source", "record_id"], how="semi")


def _side(frame: pl.DataFrame, asked: pl.DataFrame, side: str) -> dict[str, Any]:
    return _side_frame(frame, asked, side).row(0, named=True)


def _outcome_in_words(outcome: str | None, fall: Waterfall) -> str:
    told = outcome.replace("_", " ") if outcome else "none, since nothing much speaks for one person"
    bar = f"such a pair is a match from {_bits(fall.bar)} on"
    if fall.bar >= SETTLED_BITS:
        bar = "a name alone makes no match in a file so short"
    return f"Outcome: {told}. Match weight {_bits(fall.weight)}, probability {fall.probability:.3f}; {bar}."


def _settled_in_words(
    asked: pl.DataFrame, outcome: str | None, reported: pl.DataFrame, fall: Waterfall, known: Evidence
) -> str | None:
    """Say who has settled the pair, whatever its fields say."""
    if known.judgements is not None:
        judged = newest(known.judgements).join(first_left(asked), on=PAIR, how="semi")
        if judged.height and judged["judgement"][0] in (Judgement.MATCH, Judgement.NOT_MATCH):
            word = "one person" if judged["judgement"][0] == Judgement.MATCH else "two people"
            return f"A reviewer has judged them to be {word}, and that goes before their fields."
    if outcome == PairOutcome.DISCLOSED_RELATION:
        return "One of them was disclosed as related to the other: they are two people, whatever their fields say."
    if reported.height:
        told = min(max(fall.weight, -_MOST_BITS), _MOST_BITS)
        if abs(reported["match_weight"][0] - told) > _ROUNDED_BITS:
            return "The creditor's own person_id says that they are one person, and that goes before their fields."
    return None


def _entity_in_words(fall: Waterfall, *, together: bool) -> str | None:
    if together and fall.weight < fall.bar:
        return "Their own fields do not make them one person; other records tie them together."
    if not together and fall.weight >= fall.bar:
        return (
            "Their own fields would make them one person; they are kept apart because something in them, or in records "
            "tied to them, cannot be true of one."
        )
    return None


def _opposite_in_words(fall: Waterfall) -> str:
    """Say what would have to change for the opposite answer."""
    if fall.opposite_weight is None:
        return "No change of one field, nor of two, would turn the answer."
    changes = " and ".join(f"{each.field}: “{each.instead}” instead of “{each.found}”" for each in fall.opposite)
    answer = "no match" if fall.weight >= fall.bar else "a match"
    return f"It would be {answer} with {changes} ({_bits(fall.opposite_weight)})."


def _bits(weight: float) -> str:
    """Return a weight in so many digits that its sign can be believed."""
    return f"{weight:+.1f} bits" if abs(weight) >= _SIGN_SHOWS or not weight else f"{weight:+.2f} bits"
