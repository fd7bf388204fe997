"""A world of households: people who share a home, a landline, a surname, at times an e-mail or a mobile.

Couples, families, single parents, flatmates, three generations under one roof; twins; sons named after their fathers;
blocks of flats whose letters go astray. Everybody stands in the file between once and six times.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl
from linkage import lives, slips, stocks
from linkage.chance import Chance, chosen

__all__ = ["make"]

_KINDS = (20, 22, 30, 9, 12, 7)
"""Shares of: single, couple, family, single parent, flatmates, three generations."""
_SINGLE, _COUPLE, _FAMILY, _ALONE_WITH, _FLATMATES, _THREE = range(6)
_COPIES = (50, 27, 12, 6, 3, 2)


class _Seats(NamedTuple):
    """Who lives where: arrays over people, all of one length."""

    household: np.ndarray
    kind: np.ndarray
    seat: np.ndarray
    role: np.ndarray
    head: np.ndarray
    """Row of the household's first adult."""


def make(size: int, seed: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return a file of ``size`` records and its truth: person, household, role, name and birth as they really are."""
    chance = Chance(seed, "households")
    copies = chance.copies(size, _COPIES)
    people = _people(len(copies), chance)
    rows = np.repeat(np.arange(len(copies)), copies)
    truth = people[rows].select("person", "household", "role", given_true="given_name", birth_true="born")
    return lives.identified(_records(people, rows, chance), truth, chance)


def _seats(count: int, chance: Chance) -> _Seats:
    """Fill households until there are ``count`` people."""
    kind = chance.kinds(_KINDS, count)
    children = chance.kinds((35, 40, 18, 7), count) + 1
    sizes = np.select(
        [kind == _SINGLE, kind == _COUPLE, kind == _FAMILY, kind == _ALONE_WITH, kind == _FLATMATES],
        [np.ones(count, int), np.full(count, 2), 2 + children, 1 + children, 1 + children],
        3 + children,
    )
    homes = int(np.searchsorted(np.cumsum(sizes), count)) + 1
    sizes = sizes[:homes]
    household = np.repeat(np.arange(homes), sizes)[:count]
    first = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    head = first[household]
    seat = np.arange(count) - head
    kind = kind[household]
    role = np.where(seat == 0, "first", np.where(seat == 1, "second", "child"))
    role = np.where((kind == _ALONE_WITH) & (seat > 0), "child", role)
    role = np.where(kind == _FLATMATES, "flatmate", role)
    role = np.where((kind == _THREE) & (seat == 2), "grandparent", role)  # noqa: PLR2004  # the seat after the couple's
    return _Seats(household, kind, seat, role, head)


def _people(count: int, chance: Chance) -> pl.DataFrame:
    """Return a row a person: true name, sex, birth, home, telephone numbers and e-mail."""
    seats = _seats(count, chance)
    child, second = seats.role == "child", seats.role == "second"
    female = chance.often(0.5, count)
    female = np.where(second & chance.often(0.96, count), ~female[seats.head], female)
    born = _births(seats, chance)
    given = lives.given_names(female, chance)
    family = _surnames(seats, chance)
    given, middle = _named_after(seats, given, female, chance)
    given = _twins(seats, born, given, chance)
    number = lives.numbers(count + int(seats.household[-1]) + 1, chance)
    landline = number[count:].gather(seats.household)
    has_landline = chance.often(0.5, count)[seats.household]
    youth = child & (born > np.datetime64("2006-01-01")) & chance.often(0.6, count)
    mobile = number[:count].gather(np.where(youth, seats.head, np.arange(count)))
    days = pl.Series("born", born)
    own = lives.emails(given, family, days.dt.year(), chance)
    shared = "the" + family.gather(seats.head).str.to_lowercase() + "s" + pl.Series(seats.household).cast(pl.String)
    shares = chance.often(0.13, count)[seats.household] & (seats.kind != _FLATMATES) & chance.often(0.6, count)
    spouse = np.where(second, seats.head, np.where((seats.seat == 0) & (seats.kind != _SINGLE), seats.head + 1, -1))
    spouse = np.where(np.isin(seats.kind, (_COUPLE, _FAMILY, _THREE)) & (spouse < count), spouse, -1)
    at = lives.homes(int(seats.household[-1]) + 1, 0.3, chance)
    return pl.DataFrame(
        {
            "person": np.arange(count),
            "household": seats.household,
            "role": seats.role,
            "given_name": given,
            "middle_name": middle,
            "surname": family,
            "sex": np.where(female, "F", "M"),
            "born": days,
            "mobile": mobile,
            "landline": landline.zip_with(
                pl.Series(has_landline), pl.Series([None], dtype=pl.String).new_from_index(0, count)
            ),
            "partners": mobile.gather(np.where(spouse < 0, np.arange(count), spouse)),
            "email": chosen(shares, shared + "@example.com", own),
        }
    ).hstack(at[seats.household])


def _births(seats: _Seats, chance: Chance) -> np.ndarray:
    """Return days of birth; a twin has its elder sibling's."""
    rng, count = chance.rng, len(seats.seat)
    head = rng.integers(-12800, 8000, count)[seats.head]  # 1934 to 1991
    apart = np.select(
        [seats.seat == 0, seats.role == "second", seats.role == "child", seats.role == "grandparent"],
        [
            np.zeros(count),
            rng.normal(0, 1300, count),
            rng.integers(7600, 13500, count),
            -rng.integers(7600, 12500, count),
        ],
        rng.normal(0, 1800, count),
    )
    days = head + apart.astype(int)
    twin = (seats.role == "child") & (np.roll(seats.role, 1) == "child") & (seats.seat > 1) & chance.often(0.035, count)
    days[twin] = np.roll(days, 1)[twin]
    return np.datetime64("1970-01-01") + days.clip(-22000, 19000).astype("timedelta64[D]")


def _surnames(seats: _Seats, chance: Chance) -> pl.Series:
    """Return family names: most wives take the husband's, children have it, flatmates each their own."""
    count = len(seats.seat)
    own = chance.words(stocks.SURNAMES, count)
    shared = own.gather(seats.head)
    keeps = (seats.role == "flatmate") | ((seats.role == "second") & chance.often(0.22, count))
    keeps |= (seats.role == "grandparent") & chance.often(0.4, count)
    double = (seats.role == "child") & chance.often(0.04, count)
    return chosen(double, shared + "-" + own, chosen(keeps, own, shared))


def _named_after(seats: _Seats, given: pl.Series, female: np.ndarray, chance: Chance) -> tuple[pl.Series, pl.Series]:
    """Name one first-born in twenty after the parent in the first seat, if of one sex; return both names."""
    count = len(seats.seat)
    middle = slips.blank(lives.given_names(female, chance), 0.2, chance)
    eldest = (seats.role == "child") & (np.roll(seats.role, 1) != "child") & (seats.seat > 0)
    after = eldest & (female == female[seats.head]) & chance.often(0.1, count)
    same_middle = after & chance.often(0.6, count)
    return chosen(after, given.gather(seats.head), given), chosen(same_middle, middle.gather(seats.head), middle)


def _twins(seats: _Seats, born: np.ndarray, given: pl.Series, chance: Chance) -> pl.Series:
    """Give four twins in ten a name that begins as the other's does."""
    twin = (born == np.roll(born, 1)) & (seats.household == np.roll(seats.household, 1)) & chance.often(0.4, len(born))
    initial = given.gather(np.arange(len(born)) - 1).str.head(1).to_numpy()
    for letter in sorted(set(initial[twin])):
        rows = np.flatnonzero(twin & (initial == letter))
        alike = [name for name in (*stocks.MEN, *stocks.WOMEN) if name[0] == letter]
        given = given.clone().scatter(rows, chance.evenly(alike, len(rows)))
    return given


def _records(people: pl.DataFrame, rows: np.ndarray, chance: Chance) -> pl.DataFrame:
    """Write each person down as often as they stand in the file, each time a little differently."""
    count = len(rows)
    told = people[rows]
    casing = chance.kinds((70, 25, 5), count)
    nick = told["given_name"].replace(stocks.NICKNAMES)
    given = chosen(chance.often(0.12, count), nick, told["given_name"])
    given = chosen(chance.often(0.02, count), told["given_name"].str.head(1), given)
    eldest = (told["role"] == "child").to_numpy()
    suffix = chance.often(0.01, count)
    surname = chosen(suffix & eldest, told["surname"] + " Jr", told["surname"])
    middle = chosen(chance.often(0.55, count), told["middle_name"].str.head(1), told["middle_name"])
    kind = chance.kinds((62, 32, 6), count)
    phone = chosen(kind == 1, pl.select(pl.coalesce(told["landline"], told["mobile"])).to_series(), told["mobile"])
    phone = chosen(kind == 2, told["partners"], phone)  # noqa: PLR2004  # the third of the kinds above
    # A tenth of the people lived elsewhere when some of their records were made.
    movers = np.isin(rows, chance.rng.permutation(people.height)[: people.height // 10]) & chance.often(0.5, count)
    _, before = np.unique(rows[movers], return_inverse=True)
    place = ["number", "street", "kind", "city", "state", "zip", "flat"]
    at = told.select(place)
    old = lives.homes(int(before.max(initial=0)) + 1, 0.3, chance)[before].select(place)
    at = pl.concat([at.filter(pl.Series(~movers)), old.cast(dict(at.schema))])[
        np.argsort(np.concatenate([np.flatnonzero(~movers), np.flatnonzero(movers)]))
    ]
    return pl.DataFrame(
        {
            "given_name": slips.cased(slips.blank(slips.slip(given, 0.03, chance), 0.01, chance), casing),
            "middle_name": slips.cased(slips.blank(middle, 0.5, chance), casing),
            "surname": slips.cased(slips.slip(surname, 0.03, chance), casing),
            "sex": slips.blank(
                chosen(chance.often(0.005, count), told["sex"].replace({"F": "M", "M": "F"}), told["sex"]), 0.25, chance
            ),
            "dob": slips.dates_as(
                slips.blank(slips.date_slip(told["born"], 0.03, chance), 0.18, chance), (1, 0, 0), chance
            ),
            "phone": slips.phones_as(slips.slip(slips.blank(phone, 0.15, chance), 0.012, chance), chance),
            "email": slips.blank(slips.slip(told["email"], 0.012, chance), 0.4, chance),
            "address": slips.cased(
                slips.blank(slips.slip(lives.street_lines(at, chance), 0.04, chance), 0.06, chance), casing
            ),
            "city": slips.cased(slips.blank(slips.slip(at["city"], 0.01, chance), 0.05, chance), casing),
            "state": slips.blank(at["state"], 0.05, chance),
            "zip": slips.blank(slips.slip(at["zip"], 0.01, chance), 0.08, chance),
        }
    )
