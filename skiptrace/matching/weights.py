"""The model: what each level of agreement says for and against two rows being one person.

After Fellegi and Sunter (1969, "A theory for record linkage"), with more than one way in which two people can be
alike without being one. A pair of rows is of one of five kinds:

* *same person*: what we look for; each level's probability is the m probability.
* *household*: two people of one home. Address, landline and family name agree *together*, so that adding up their
  weights as if they were independent would merge wife and husband. Given names and birth dates do not agree.
* *workplace*: two people of one employer, with its switchboard and perhaps its address.
* *namesake*: another person of the same name, who is in the file because records are searched by name. They are why a
  name alone, however rare, stays short of a match.
* *strangers*: everybody else; each level's probability is the u probability.

Each kind expects a number of partners a row; with the row count that makes the prior. The match weight of a pair is
log2 of the odds of *same person* against the four others, given its levels and the prior.

The rarity of a value is part of the level, so that Zhang Wei weighs less than Xenia Quill. Missing values have no
level and weigh nothing.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl
from pydantic import BaseModel, ConfigDict, ValidationError

from skiptrace.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["KINDS", "Level", "Model", "Odds", "bits_of", "default_model"]

KINDS = ("same_person", "household", "workplace", "namesake")
"""Ways in which two rows may belong together, in the order of the columns of tables of probabilities."""

_WORLD = 10_000
"""A shorter file is taken as drawn from a world of so many rows: else in a file of ten a name would identify."""
_FEWEST, _MOST = 1e-3, 50.0
"""Bounds of the partners a row can be learned to have."""


def bits_of(probability: float) -> float:
    """Return the odds of a probability in bits.

    >>> round(bits_of(0.8), 6)
    2.0
    """
    return float(np.log2(probability / max(1 - probability, 1e-12)))


class Level(BaseModel):
    """One level of one comparison.

    Attributes
    ----------
    comparison, gamma
        Which level it is in ``gamma_{comparison}``.
    level, grade
        Its name, and how rare the agreeing value is; m of a level's grades is one number.
    m, household, workplace, namesake
        Probability of the level among pairs of that kind; null = as among strangers.
    u
        The same among strangers; null where ``holders`` speaks: strangers have a thing in common as often as it is
        held, u = holders / rows.
    learn
        What training may change: ``mu``, ``m``, or nothing.
    meaning
        The level in a reviewer's words.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    comparison: str
    gamma: int
    level: str
    grade: str | None = None
    m: float
    household: float | None = None
    workplace: float | None = None
    namesake: float | None = None
    u: float | None = None
    holders: float | None = None
    learn: str | None = None
    meaning: str

    def probabilities(self, rows: int) -> tuple[float, float, float, float, float]:
        """Return the probability of the level among pairs of each kind, strangers last, in a file of ``rows``."""
        u = self.u if self.u is not None else min((self.holders or 1) / max(rows, _WORLD), 0.5)
        related = [u if value is None else value for value in (self.household, self.workplace, self.namesake)]
        return (self.m, related[0], related[1], related[2], u)


class Odds(NamedTuple):
    """What a model says of comparison vectors, one entry a vector.

    Attributes
    ----------
    weight
        Match weight: log2 odds of being one person.
    probability
        Of being one person.
    related
        Of being two people of one household or workplace.
    kinds
        Columns: probability of each of :data:`KINDS`.
    """

    weight: NDArray[np.float64]
    probability: NDArray[np.float64]
    related: NDArray[np.float64]
    kinds: NDArray[np.float64]


class Model(BaseModel):
    """All that is needed to weigh a comparison vector.

    Attributes
    ----------
    partners
        How many rows of the same file a row goes with, on average, by kind of pair, as far as they can be told from
        strangers.
    levels
        Grain: comparison × gamma.
    trained_pairs
        How many pairs it was trained on; 0 = defaults.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int = 1
    partners: dict[str, float]
    levels: tuple[Level, ...]
    trained_pairs: int = 0

    def to_json(self) -> str:
        """Return the model as JSON; :meth:`from_json` reads it back unchanged."""
        return self.model_dump_json(exclude_none=True)

    @classmethod
    def from_json(cls, text: str) -> Model:
        """Read a model written by :meth:`to_json`.

        Raises
        ------
        InputError
            If the text is not such a model.
        """
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            first = error.errors(include_url=False, include_context=False)[0]
            where = ".".join(str(part) for part in first["loc"]) or "the file"
            raise InputError(f"not a linkage model: {where}: {first['msg'].lower()}") from error

    def of(self, comparison: str) -> list[Level]:
        """Return the levels of a comparison in the order of their gamma."""
        return sorted((level for level in self.levels if level.comparison == comparison), key=lambda level: level.gamma)

    def weigh(self, vectors: NDArray[np.int8], comparisons: tuple[str, ...], rows: int) -> Odds:
        """Weigh comparison vectors.

        Parameters
        ----------
        vectors
            Shape (vectors, comparisons): gammas, -1 = missing.
        comparisons
            What each column compares.
        rows
            Rows in the file the pairs are from.
        """
        # log P(levels | kind) - log P(levels | strangers): a missing value (the first entry) adds nothing.
        log_ratio = np.zeros((len(vectors), len(KINDS)))
        for column, comparison in enumerate(comparisons):
            table = np.log([level.probabilities(rows) for level in self.of(comparison)])
            ratios = np.vstack([np.zeros(len(KINDS)), table[:, :-1] - table[:, -1:]])
            log_ratio += ratios[vectors[:, column] + 1]
        prior = np.array([self.partners[kind] for kind in KINDS]) / max(rows - 1, _WORLD)
        log_ratio += np.log(prior)
        strangers = np.log1p(-min(prior.sum(), 0.5))
        every = np.concatenate([log_ratio, np.full((len(vectors), 1), strangers)], axis=1)
        peak = every.max(axis=1, keepdims=True)
        # Sums of exponentials are taken after subtracting the largest exponent: the largest term is then exactly 1.
        against = np.log(np.exp(every[:, 1:] - peak).sum(axis=1) + 1e-300) + peak[:, 0]
        weight = (log_ratio[:, 0] - against) / np.log(2)
        kinds = np.exp(every - peak)
        kinds = (kinds / kinds.sum(axis=1, keepdims=True))[:, :-1]
        return Odds(weight=weight, probability=kinds[:, 0], related=kinds[:, 1] + kinds[:, 2], kinds=kinds)

    def with_learned(self, partners: dict[str, float], m: dict[tuple[str, str], float], trained_pairs: int) -> Model:
        """Return the model with other partners and other m probabilities, by comparison and level."""
        bounded = {kind: min(max(value, _FEWEST), _MOST) for kind, value in partners.items()}
        levels = tuple(
            level.model_copy(update={"m": m.get((level.comparison, level.level), level.m)}) for level in self.levels
        )
        return self.model_copy(update={"partners": bounded, "levels": levels, "trained_pairs": trained_pairs})


@cache
def default_model() -> Model:
    """Return the model to begin with, and to fall back on where a batch is too small to learn from.

    The numbers are those of a careful reader of such files, to the nearest round figure. Of two rows of one person,
    three in a thousand have given names that nothing connects (an alias, the wrong person written down), one in
    twenty another family name (marriage, transliteration), three in ten another address, and nearly half no phone in
    common, since lost contacts are what the file is about. Two of one household have the same given name once in
    fifty times (father and son), the same birth date three times in a hundred (twins, more than there are, since to
    merge them would tell one of the other's debt), the same family name two times in three. A namesake was found by
    name and often by town, so that neither speaks for the same person. How often strangers agree is counted in the
    file itself wherever it can be.

    A row is taken to have half a row of the same person beside it, and a third, a fifth and a tenth of a row of the
    same household, workplace and name.
    """
    raw = pl.read_csv(BytesIO(files("skiptrace.matching").joinpath("default_weights.csv").read_bytes()))
    return Model(
        partners={"same_person": 0.5, "household": 0.3, "workplace": 0.2, "namesake": 0.1},
        levels=tuple(Level(**row) for row in raw.iter_rows(named=True)),
    )
