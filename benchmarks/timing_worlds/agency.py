"""Nine months of attempts, as agents make them: in their office hours, back to what worked, away from what failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from timing_worlds.answering import CALL, EMAIL, SMS, Came, Tried, came_of
from timing_worlds.world import DEBTORS, FIRST_LAWFUL, LAST_LAWFUL, MAILBOX, MOBILE, WEEKS

if TYPE_CHECKING:
    from timing_worlds.world import World

__all__ = ["attempts", "phoned_back"]

_ROUNDS = 2
"""Rounds a week, in each of which an account is tried once or not at all."""
_OFFICE = np.array([5, 9, 11, 10, 6, 8, 10, 10, 7]) / 76
"""Shares of the agency's hours from nine."""
_FIRST_HOUR, _EVENING = 9, 17
_FINAL = {"wrong_number": 6.0, "disconnected": 4.0, "bounced": 6.0, "undelivered": 2.0}
_NO_ANSWER = 0.25
_WORKED = 2.5
_SAME_DAY = 0.4
"""Of those who go back to an hour, so many go back to its weekday too."""
_SUNDAY = 6


class _Desk:
    """What agents remember: what a number is worth to them, and when somebody was reached."""

    def __init__(self, world: World, rng: np.random.Generator) -> None:
        self.world, self.rng = world, rng
        points = world.points
        count = world.accounts.height
        self.owner = points["person"].to_numpy()
        kind = points["kind"].to_numpy()
        self.fit = {CALL: kind != MAILBOX, SMS: kind == MOBILE, EMAIL: kind == MAILBOX}
        chance = points["p_owner"].to_numpy() * points["p_live"].to_numpy()
        self.worth = 1.5 * np.log(chance / (1 - chance))
        self.worked = np.full(count, -1)
        self.eager = rng.gamma(2.5, 1 / 2.5, count) * world.policy.tries / (WEEKS * _ROUNDS)

    def round(self, week: int, turn: int) -> tuple[Tried, Came]:
        """Choose whom to try, and where, how and when; and see what comes of it."""
        rng, policy = self.rng, self.world.policy
        known = self.worked >= 0
        person = np.flatnonzero(rng.random(len(known)) < self.eager * np.where(known, 1.25, 1.0))
        draw = rng.random(len(person))
        channel = np.where(draw < policy.texts, SMS, np.where(draw < policy.texts + policy.mails, EMAIL, CALL))
        point = self._point(person, channel)
        person, channel, point = (column[point >= 0] for column in (person, channel, point))
        when = np.full(len(person), week)
        tried = Tried(person, point, channel, when, self._hour(person, turn))
        came = came_of(self.world, tried, rng)
        self._learn(tried, came)
        return tried, came

    def _point(self, person: np.ndarray, channel: np.ndarray) -> np.ndarray:
        """Return the point each is tried at: mostly the one that seems best; -1 = none of that kind."""
        score = self.worth + self.rng.gumbel(size=len(self.worth))
        found = np.full((len(self.worked), len(self.fit)), -1)
        order = np.argsort(score)
        for way, fit in self.fit.items():
            rows = order[fit[order]]
            # The last one written stays.
            found[self.owner[rows], way] = rows
        return found[person, channel]

    def _hour(self, person: np.ndarray, turn: int) -> np.ndarray:
        """Return the hour of the person's week, lawful where the file believes the person to live."""
        rng, policy, count = self.rng, self.world.policy, len(person)
        half = (0, 3) if turn == 0 else (3, 5)
        day = rng.integers(*half, count)
        day = np.where((turn == 1) & (rng.random(count) < 2.5 * policy.saturdays), 5, day)
        hour = _FIRST_HOUR + rng.choice(len(_OFFICE), count, p=_OFFICE)
        behind = self.world.believed[person]
        hour = np.maximum(hour - behind, FIRST_LAWFUL)
        evening = rng.integers(_EVENING, LAST_LAWFUL + 1, count)
        hour = np.where(rng.random(count) < policy.evenings, evening, hour)
        worked = self.worked[person]
        back = (worked >= 0) & (rng.random(count) < policy.returns)
        near = np.clip(worked % 24 + rng.choice([-1, 0, 1], count, p=[0.15, 0.7, 0.15]), FIRST_LAWFUL, LAST_LAWFUL)
        hour = np.where(back, near, hour)
        day = np.where(back & (rng.random(count) < _SAME_DAY), worked // 24, day)
        # What is believed to be eight may be five: the person lives by the true zone.
        shift = behind - self.world.zone[person]
        return (day * 24 + hour + shift) % 168

    def _learn(self, tried: Tried, came: Came) -> None:
        drops = self.world.policy.drops
        lost = np.full(len(tried.person), _NO_ANSWER)
        for word, cost in _FINAL.items():
            lost[came.outcome == word] = cost
        self.worth[tried.point] -= np.where(came.reached, -_WORKED, drops * lost)
        right = np.flatnonzero(came.reached)
        shift = (self.world.believed - self.world.zone)[tried.person[right]]
        after = np.nan_to_num(came.later[right]).astype(int)
        self.worked[tried.person[right]] = (tried.hour[right] + after - shift) % 168


def attempts(world: World, rng: np.random.Generator) -> tuple[Tried, Came]:
    """Return nine months of outbound attempts."""
    desk = _Desk(world, rng)
    rounds = [desk.round(week, turn) for week in range(WEEKS) for turn in range(_ROUNDS)]
    tried = Tried(*(np.concatenate(column) for column in zip(*(tried for tried, _ in rounds), strict=True)))
    return tried, Came(*(np.concatenate(column) for column in zip(*(came for _, came in rounds), strict=True)))


def phoned_back(world: World, rng: np.random.Generator) -> Tried:
    """Return the calls of debtors to the agency, from a number of theirs, while it is open and they are free."""
    points = world.points
    person = np.repeat(np.arange(world.accounts.height), rng.poisson(world.traits.phones_back))
    week = rng.integers(0, WEEKS, len(person))
    mine = points.with_row_index("point").filter((points["state"] == DEBTORS) & (points["kind"] != MAILBOX))
    first = np.full(world.accounts.height, -1)
    first[mine["person"].to_numpy()] = mine["point"].to_numpy()
    keep = first[person] >= 0
    person, week = person[keep], week[keep]
    hours = np.arange(168)
    local = hours[None, :] + world.zone[person][:, None]
    opened = (local % 24 >= _FIRST_HOUR - 1) & (local % 24 < LAST_LAWFUL) & (local // 24 % 7 < _SUNDAY)
    shares = world.week.at("free", person[:, None], week[:, None], hours[None, :]) * opened + 1e-9
    edges = np.cumsum(shares, axis=1)
    hour = (edges < edges[:, -1:] * rng.random((len(person), 1))).sum(axis=1)
    return Tried(person, first[person], np.full(len(person), CALL), week, hour)
