"""What became of a contact point: three states, and how attempts tell them apart.

Seen from one person, a point is *theirs*, *others'* (in service, but somebody else's), or *out* of service. Outcomes
are noisy: networks do not always say that a number is dead, agents miscode, debtors deny being themselves. So each
outcome on each channel has a share in each state (``outcome_shares.csv``), and what is seen moves the odds by ratios of
shares (Bayes). As points change hands, what was seen long ago tells of the state *then*: going back from now, a point
that is not theirs today was theirs a time t ago with probability 1 − exp(−rate·t), while one that is theirs today was
so all along (people lose numbers; they hardly win back those they lost). The attempts on a point thus form a hidden
Markov chain with known steps, and :func:`heard` is its forward recursion (Rabiner 1989, "A tutorial on hidden Markov
models", section III), from the oldest attempt to now.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

from skiptrace.vocabulary import outcome_meanings

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "OTHERS",
    "OUT",
    "THEIRS",
    "Shares",
    "Tries",
    "beliefs",
    "heard",
    "owner_and_live",
    "posterior",
    "recalled",
    "stated_shares",
]

Floats = NDArray[np.float64]
THEIRS, OTHERS, OUT = 0, 1, 2
_STATES = ("theirs", "others", "out")
_CERTAIN = 1e-6
"""Nothing is surer than one in a million, however much was heard: log-odds stay finite, and six decimals are kept."""
_FITTINGS = 30
"""Rounds after which proportions are fitted as well as they get."""
_ALIKE = 0.3
"""Correlation of the same word said on the same point."""
_PILE = 1e-3
"""No pile of outcomes moves odds further: repeated attempts on one point are not independent."""


@dataclass(frozen=True, kw_only=True)
class Shares:
    """How often each word comes back, by state.

    Attributes
    ----------
    words
        Grain: channel × outcome. ``channel``, ``outcome``, ``word`` (u16, 0…), ``anchor`` (state that the outcome gives
        away; null: none does). How much rarer such a word is in the other states is a matter of how well agents and
        networks code, and stays as stated: were it learned too, states could change places.
    of
        State × word: share of the attempts on that channel which end so; of a channel they add up to one.
    """

    words: pl.DataFrame
    of: Floats

    def suited(self, seen: Floats, states: Floats, weight: float) -> Shares:
        """Return the shares at the levels of the attempts at hand: who is called, when and how changes them all.

        Parameters
        ----------
        seen
            Grain: word. How often it was said; these shares count as ``weight`` attempts on each channel.
        states
            How common each state is believed to be.
        weight
            How many.

        Returns
        -------
        Shares
            Those in which each word is by one factor more or less common in all states, so that the words together are
            as common as they were seen (iterative proportional fitting, Deming and Stephan 1940).
        """
        channel = _channel(self.words)
        wanted = _shared(channel, (seen + weight * (states @ self.of))[None])[0]
        of = self.of
        for _ in range(_FITTINGS):
            of = _shared(channel, of * (wanted / (states @ of)))
        return Shares(words=self.words, of=of)

    def learned(self, counts: Floats, weight: float) -> Shares:
        """Return the shares after attempts were counted, these ones counting as ``weight`` attempts in each state."""
        channel = _channel(self.words)
        seen = counts + weight * self.of
        tried = np.vstack([np.bincount(channel, weights=row) for row in seen])[:, channel]
        free = seen / tried
        for state in (THEIRS, OUT):
            word = np.flatnonzero(self.words["anchor"].fill_null(OTHERS).to_numpy() == state)
            ratio = self.of[:, word] / self.of[state, word]
            free[:, word] = ratio * seen[:, word].sum(axis=0) / (ratio * tried[:, word]).sum(axis=0)
        anchored = self.words["anchor"].is_not_null().to_numpy()
        held = np.where(anchored, free, 0.0)
        left = 1 - np.vstack([np.bincount(channel, weights=row) for row in held])[:, channel]
        return Shares(
            words=self.words, of=np.where(anchored, free, left * _shared(channel, np.where(anchored, 0.0, free)))
        )

    def likelihoods(self) -> Floats:
        """Return word × state, and after all words the same again for words that only tell whether a point works."""
        alive = self.of[[THEIRS, OTHERS]].mean(axis=0)
        return np.vstack([self.of.T, np.column_stack([alive, alive, self.of[OUT]])])


@dataclass(frozen=True, kw_only=True)
class Tries:
    """Attempts on some points in the order in which they are to be heard.

    Attributes
    ----------
    point
        Grain: attempt, sorted by point, the oldest first. Index of the point.
    word
        Index into :meth:`Shares.likelihoods`.
    gap
        Years from it to the next one on its point, or to now.
    weight
        How much it counts. The same word heard again and again is hardly news, so n of them count for
        n / (1 + (n − 1)·ρ), the latest in full: the design effect (Kish 1965, section 5.4). A third party who picks up
        does so each time, whether the line is theirs alone or the debtor's too, and counts once.
    """

    point: NDArray[np.int64]
    word: NDArray[np.int64]
    gap: Floats
    weight: Floats

    @staticmethod
    def of(point: NDArray[np.int64], word: NDArray[np.int64], years: Floats) -> Tries:
        """Return the tries whose age in ``years`` is known; sorted by point, the oldest first."""
        later = np.append(years[1:], 0.0)
        same = np.append(point[1:] == point[:-1], np.zeros(min(len(point), 1), dtype=bool))
        order = np.lexsort((np.arange(len(point))[::-1], word, point))
        anew = (np.diff(point[order], prepend=-1) != 0) | (np.diff(word[order], prepend=-1) != 0)
        first = np.flatnonzero(anew)
        since = np.empty(len(point), dtype=np.int64)
        since[order] = np.arange(len(point)) - np.repeat(first, np.diff(np.append(first, len(point))))
        alike = np.where(np.isin(word, _at_home()), 1.0, _ALIKE)
        together = (since + 1) / (1 + since * alike) - since / np.maximum(1 + (since - 1) * alike, _ALIKE)
        return Tries(point=point, word=word, gap=np.where(same, years - later, years), weight=together)

    def rounds(self) -> Iterator[NDArray[np.int64]]:
        """Return the first attempts of all points, then the second ones, and so on; no point twice in a round."""
        first = np.flatnonzero(np.diff(self.point, prepend=-1))
        turn = np.arange(len(self.point)) - np.repeat(first, np.diff(np.append(first, len(self.point))))
        order = np.argsort(turn, kind="stable")
        yield from np.split(order, np.cumsum(np.bincount(turn))[:-1]) if len(turn) else ()


@cache
def _at_home() -> NDArray[np.int64]:
    words = stated_shares().words
    return words.filter(pl.col("outcome") == "third_party")["word"].cast(pl.Int64).to_numpy()


@cache
def stated_shares() -> Shares:
    """Return the shares that are believed before any attempt was looked at."""
    raw = pl.read_csv(BytesIO(files("skiptrace.graph").joinpath("outcome_shares.csv").read_bytes()))
    meant = outcome_meanings().select(
        "outcome",
        anchor=pl.when(pl.col("owner") > 0)
        .then(THEIRS)
        .when((pl.col("live") < 0) & (pl.col("owner") == 0))
        .then(OUT)
        .cast(pl.Int8),
    )
    words = (
        raw.select("channel", "outcome")
        .with_row_index("word")
        .with_columns(pl.col("word").cast(pl.UInt16))
        .join(meant, on="outcome", how="left", maintain_order="left")
    )
    return Shares(words=words, of=_shared(_channel(words), raw.select(_STATES).to_numpy().T))


def beliefs(p_owner: Floats, p_live: Floats) -> Floats:
    """Return point × state from the probability that it works, and that, if so, it is theirs."""
    return np.column_stack([p_live * p_owner, p_live * (1 - p_owner), 1 - p_live])


def heard(tries: Tries, shares: Shares, points: int, rate: float) -> Floats:
    """Return how well each state of today explains all that was heard.

    Parameters
    ----------
    tries
        Attempts.
    shares
        What outcomes mean.
    points
        How many points there are.
    rate
        Changes a year, looking back; see the head of the module.

    Returns
    -------
    numpy.ndarray
        Point × state, the largest of a point about 1. All 1 where nothing was tried.
    """
    said = np.ones((points, 3))
    likelihoods = shares.likelihoods()
    for rows in tries.rounds():
        at = tries.point[rows]
        now = likelihoods[tries.word[rows]] ** tries.weight[rows, None]
        said[at] = _until_next(_scaled(said[at] * now), tries.gap[rows], rate)
    return said


def posterior(believed: Floats, said: Floats) -> Floats:
    """Return point × state after hearing; rows add up to one."""
    joint = believed * said
    joint /= joint.sum(axis=1, keepdims=True)
    joint = joint.clip(_CERTAIN, 1)
    result: Floats = joint / joint.sum(axis=1, keepdims=True)
    return result


def owner_and_live(state: Floats) -> tuple[Floats, Floats]:
    """Return, by point, the probability that it is theirs if it works, and that it works; undoes :func:`beliefs`."""
    works = state[:, THEIRS] + state[:, OTHERS]
    return state[:, THEIRS] / works, works


def recalled(tries: Tries, shares: Shares, believed: Floats, rate: float) -> tuple[Floats, Floats]:
    """Return what is believed of today, and how often each word was said in each state, after hearing everything.

    Returns
    -------
    numpy.ndarray
        Point × state: the posterior of today.
    numpy.ndarray
        State × word: expected counts at the time of the attempts, by the backward recursion. Words that only tell
        whether a point works are not counted. All count in full: that words repeat themselves makes us too sure of one
        point, but no share of all wrong.
    """
    likelihoods = shares.likelihoods()
    said = np.ones_like(believed)
    passed = []
    for rows in tries.rounds():
        at = tries.point[rows]
        then = _scaled(said[at] * likelihoods[tries.word[rows]])
        said[at] = _until_next(then, tries.gap[rows], rate)
        passed.append((rows, then, said[at]))
    now = posterior(believed, said)
    state = now.copy()
    counts = np.zeros_like(shares.of)
    words = counts.shape[1]
    for rows, then, later in reversed(passed):
        at, word = tries.point[rows], tries.word[rows]
        kept = np.exp(-rate * tries.gap[rows])[:, None]
        same = state[at, OTHERS:] * kept * then[:, OTHERS:] / later[:, OTHERS:]
        theirs = state[at, THEIRS] + (state[at, OTHERS:] - same).sum(axis=1)
        state[at] = np.column_stack([theirs, same])
        for number in range(len(_STATES)):
            counts[number] += np.bincount(word, weights=state[at, number], minlength=2 * words)[:words]
    return now, counts


def _until_next(then: Floats, gap: Floats, rate: float) -> Floats:
    """Return how well each later state explains what each state at the attempt does."""
    kept = np.exp(-rate * gap)[:, None]
    result: Floats = np.hstack([then[:, :OTHERS], kept * then[:, OTHERS:] + (1 - kept) * then[:, :OTHERS]])
    return result


def _scaled(said: Floats) -> Floats:
    result: Floats = np.maximum(said / said.max(axis=1, keepdims=True), _PILE)
    return result


def _channel(words: pl.DataFrame) -> NDArray[np.int64]:
    return words["channel"].rank("dense").to_numpy().astype(np.int64) - 1


def _shared(channel: NDArray[np.int64], weights: Floats) -> Floats:
    """Return weights (state × word) as shares of their channel."""
    total = np.vstack([np.bincount(channel, weights=row) for row in weights])
    result: Floats = weights / total[:, channel]
    return result
