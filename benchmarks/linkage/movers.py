"""A world of movers: ten years in which people move, marry, change their surname, their telephone and their e-mail.

Homes and numbers that one person leaves pass to another, and old data lives on in records that nobody refreshed.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl
from linkage import lives, slips, stocks
from linkage.chance import Chance, chosen

__all__ = ["make"]

_YEARS = 10
_FIRST_YEAR = 2015
_COPIES = (34, 28, 18, 10, 6, 4)
_NEVER = 99


class _Couples(NamedTuple):
    """Marriages: rows of wife and husband, first and last year, and what becomes of her surname."""

    wife: np.ndarray
    husband: np.ndarray
    since: np.ndarray
    until: np.ndarray
    surname: np.ndarray
    """0 takes his, 1 takes both, 2 keeps her own."""
    reverts: np.ndarray


def make(size: int, seed: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return a file of ``size`` records and its truth: person, household (the couple), name and birth as they are."""
    chance = Chance(seed, "movers")
    copies = chance.copies(size, _COPIES)
    count = len(copies)
    female = chance.often(0.5, count)
    born = chance.rng.integers(-10900, 10500, count)  # 1940 to 1998
    couples = _couples(female, born, chance)
    people = pl.DataFrame(
        {
            "person": np.arange(count),
            "given_name": lives.given_names(female, chance),
            "family": chance.words(stocks.SURNAMES, count),
            "born": np.datetime64("1970-01-01") + born.astype("timedelta64[D]"),
        }
    ).with_columns(pl.col("born").cast(pl.Date))
    rows = np.repeat(np.arange(count), copies)
    household = np.arange(count)
    household[couples.wife] = couples.husband
    records = _records(people, couples, rows, chance)
    truth = people[rows].select("person", given_true="given_name", birth_true="born")
    return lives.identified(
        records, truth.with_columns(pl.Series("household", household[rows]), role=pl.lit("adult")), chance
    )


def _couples(female: np.ndarray, born: np.ndarray, chance: Chance) -> _Couples:
    """Marry three people in four to somebody of about their age; a third were married before the first year."""
    rng = chance.rng
    near = born + rng.normal(0, 900, len(born))
    wives, husbands = (np.flatnonzero(sex)[np.argsort(near[sex])] for sex in (female, ~female))
    both = min(len(wives), len(husbands))
    weds = chance.often(0.75, both)
    wives, husbands = wives[:both][weds], husbands[:both][weds]
    count = len(wives)
    since = np.where(chance.often(0.33, count), -1, rng.integers(0, _YEARS, count))
    until = np.where(chance.often(0.15, count), since + rng.integers(2, 7, count), _NEVER)
    return _Couples(wives, husbands, since, until, chance.kinds((65, 15, 20), count), chance.often(0.5, count))


def _stays(count: int, share: float, forced: tuple[np.ndarray, np.ndarray], chance: Chance) -> np.ndarray:
    """Count through each person's stays (with a home, a number, an e-mail) year by year: people × years."""
    changes = chance.rng.random((count, _YEARS)) < share
    changes[:, 0] = True
    changes[forced] = True
    return np.cumsum(changes.ravel()).reshape(count, _YEARS) - 1


def _passed_on(stays: np.ndarray, lag: int, share: float, chance: Chance) -> np.ndarray:
    """Give each stay a thing (home or number): ``share`` of the new stays get one that was left ``lag`` years before.

    Returns the thing by stay; stays nobody is in have -1.
    """
    kinds = int(stays.max()) + 1
    first, last = np.full(kinds, _NEVER), np.full(kinds, -1)
    for year in range(_YEARS):
        here = np.unique(stays[:, year])
        first[here] = np.minimum(first[here], year)
        last[here] = year
    thing, used = np.full(kinds, -1), 0
    free = np.empty(0, int)
    for year in range(_YEARS):
        free = np.concatenate([free, thing[np.flatnonzero((last == year - lag) & (thing >= 0))]])
        coming = chance.rng.permutation(np.flatnonzero(first == year))
        second_hand = min(int(share * len(coming)), len(free))
        free = chance.rng.permutation(free)
        thing[coming[:second_hand]], free = free[:second_hand], free[second_hand:]
        fresh = len(coming) - second_hand
        thing[coming[second_hand:]] = used + np.arange(fresh)
        used += fresh
    return thing


def _homes(couples: _Couples, count: int, chance: Chance) -> np.ndarray:
    """Return the home of each person in each year; a wife lives in her husband's from the wedding to the end."""
    parted = couples.until < _YEARS
    stays = _stays(count, 0.11, (couples.wife[parted], couples.until[parted]), chance)
    for year in range(_YEARS):
        lives_with = (couples.since <= year) & (year < couples.until)
        stays[couples.wife[lives_with], year] = stays[couples.husband[lives_with], year]
    return _passed_on(stays, 1, 0.6, chance)[stays]


def _surname(people: pl.DataFrame, couples: _Couples, rows: np.ndarray, year: np.ndarray) -> pl.Series:
    """Return the surname each person bears in the year of the record."""
    count = people.height
    match = np.full(count, -1)
    match[couples.wife] = np.arange(len(couples.wife))
    marriage = match[rows]
    wed = marriage >= 0
    at = np.where(wed, marriage, 0)
    bears = wed & (couples.since[at] <= year) & ((year < couples.until[at]) | ~couples.reverts[at])
    own, his = people["family"].gather(rows), people["family"].gather(couples.husband[at])
    kind = couples.surname[at]
    taken = chosen(bears & (kind == 0), his, own)
    return chosen(bears & (kind == 1), own + "-" + his, taken)


def _records(people: pl.DataFrame, couples: _Couples, rows: np.ndarray, chance: Chance) -> pl.DataFrame:
    """Write down what was true of each person in the year of each record, or the year before."""
    count, persons = len(rows), people.height
    told = people[rows]
    year = chance.rng.integers(0, _YEARS, count)
    stale = np.maximum(year - (chance.often(0.15, count) * chance.rng.integers(1, 3, count)), 0)
    home = _homes(couples, persons, chance)[rows, stale]
    at = lives.homes(int(home.max()) + 1, 0.35, chance)[home]
    nothing = (np.empty(0, int), np.empty(0, int))
    line = _stays(persons, 0.1, nothing, chance)
    number = _passed_on(line, 2, 0.5, chance)
    phone = lives.numbers(int(number.max()) + 1, chance).gather(number[line[rows, stale]])
    surname = _surname(people, couples, rows, year)
    box = _stays(persons, 0.06, nothing, chance)
    owner = np.repeat(np.arange(persons), _YEARS)[np.unique(box.ravel(), return_index=True)[1]]
    mail = lives.emails(
        people["given_name"].gather(owner),
        people["family"].gather(owner),
        people["born"].gather(owner).dt.year(),
        chance,
    )
    given = chosen(chance.often(0.12, count), told["given_name"].replace(stocks.NICKNAMES), told["given_name"])
    casing = chance.kinds((75, 22, 3), count)
    day = np.datetime64(f"{_FIRST_YEAR}-01-01") + (year * 365 + chance.rng.integers(0, 365, count)).astype(
        "timedelta64[D]"
    )
    return pl.DataFrame(
        {
            "first_name": slips.cased(slips.slip(given, 0.025, chance), casing),
            "last_name": slips.cased(slips.slip(surname, 0.025, chance), casing),
            "date_of_birth": slips.dates_as(
                slips.blank(slips.date_slip(told["born"], 0.03, chance), 0.2, chance), (1, 0, 0), chance
            ),
            "phone": slips.phones_as(slips.slip(slips.blank(phone, 0.15, chance), 0.012, chance), chance),
            "email": slips.blank(slips.slip(mail.gather(box[rows, stale]), 0.012, chance), 0.35, chance),
            "address": slips.cased(
                slips.blank(slips.slip(lives.street_lines(at, chance), 0.04, chance), 0.06, chance), casing
            ),
            "city": slips.cased(slips.blank(at["city"], 0.05, chance), casing),
            "state": slips.blank(at["state"], 0.05, chance),
            "zip": slips.blank(slips.slip(at["zip"], 0.01, chance), 0.08, chance),
            "updated": pl.Series(day).cast(pl.Date).cast(pl.String),
        }
    )
