"""A sparse world: name and telephone number, now and then a city; common names, switchboards, made-up numbers."""

from __future__ import annotations

import numpy as np
import polars as pl
from linkage import lives, slips, stocks
from linkage.chance import Chance, chosen

__all__ = ["make"]

_COPIES = (45, 28, 14, 7, 4, 2)
_DEFAULTS = ("9999999999", "0000000000", "9999999", "5555555555", "1234567890", "1111111111")
"""What clerks type when the form wants a number and there is none."""


def make(size: int, seed: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return a file of ``size`` records and its truth: person, household (who share a landline), name as it is."""
    chance = Chance(seed, "sparse")
    copies = chance.copies(size, _COPIES)
    count = len(copies)
    household = np.repeat(np.arange(count), chance.kinds((62, 22, 10, 6), count) + 1)[:count]
    head = np.searchsorted(household, household)
    female = chance.often(0.5, count)
    own = chance.words(stocks.SURNAMES, count, 1.1)
    junior = chance.often(0.02, count) & (head != np.arange(count)) & (female == female[head])
    given = lives.given_names(female, chance)
    homes = int(household[-1]) + 1
    firms = max(count // 400, 5)
    also = chance.often(0.15, count)
    number = lives.numbers(count + homes + firms + int(also.sum()), chance)
    landlines, offices, seconds = np.cumsum((count, homes, firms))
    people = pl.DataFrame(
        {
            "person": np.arange(count),
            "household": household,
            "role": np.where(junior, "namesake", "member"),
            "given": chosen(junior, given.gather(head), given),
            "middle": slips.blank(chance.evenly(list("ABCDEFGHJKLMNPRSTVW"), count), 0.25, chance),
            "family": chosen(chance.often(0.18, count), own, own.gather(head)),
            "title": np.where(female, "Ms", "Mr"),
            "mobile": number[:count],
            "landline": number[landlines:offices].gather(household),
            "second": chosen(
                also, number.gather(np.minimum(seconds + np.cumsum(also) - also, len(number) - 1)), number[:count]
            ),
            "work": number[offices:seconds].gather(chance.ranks(firms, count, 1.0)),
            "city": pl.Series(stocks.CITIES)
            .str.split("|")
            .list.get(0)
            .gather(chance.ranks(len(stocks.CITIES), homes, 0.8)[household]),
        }
    )
    rows = np.repeat(np.arange(count), copies)
    truth = people[rows].select(
        "person", "household", "role", given_true="given", birth_true=pl.lit(None, dtype=pl.Date)
    )
    return lives.identified(_records(people[rows], rows, chance), truth, chance)


def _records(told: pl.DataFrame, rows: np.ndarray, chance: Chance) -> pl.DataFrame:
    """Write each person down as often as they stand in the file."""
    count = told.height
    # One person in five gives the landline as a rule; one in seven has a second number, one in twelve one at work.
    rests, works = (chance.often(share, int(rows[-1]) + 1)[rows] for share in (0.2, 0.08))
    phone = chosen(rests ^ chance.often(0.1, count), told["landline"], told["mobile"])
    second = (told["second"] != told["mobile"]).to_numpy() & chance.often(0.4, count)
    phone = chosen(second, told["second"], phone)
    phone = chosen(works & chance.often(0.6, count), told["work"], phone)
    phone = slips.slip(phone, 0.025, chance)
    # In 3 % the area code is understood.
    phone = chosen(chance.often(0.03, count), phone.str.tail(7), phone)
    local = (phone.str.len_chars() == 7).to_numpy()  # noqa: PLR2004  # digits without the area code
    written = chosen(local, phone.str.head(3) + "-" + phone.str.tail(4), slips.phones_as(phone, chance))
    written = chosen(chance.often(0.02, count), chance.words(_DEFAULTS, count), written)
    return pl.DataFrame(
        {
            "name": _names(told, chance),
            "phone": slips.blank(written, 0.05, chance),
            "city": slips.blank(told["city"], 0.6, chance),
        }
    )


def _names(told: pl.DataFrame, chance: Chance) -> pl.Series:
    """Write a name in one of seven ways: with initial or title, surname first, short, in capitals."""
    count = told.height
    given = chosen(chance.often(0.13, count), told["given"].replace(stocks.NICKNAMES), told["given"])
    given, family = slips.slip(given, 0.03, chance), slips.slip(told["family"], 0.03, chance)
    middle = told["middle"].fill_null("")
    forms = (
        family + ", " + given,
        (given + " " + middle).str.strip_chars() + " " + family,
        (family + ", " + given + " " + middle).str.strip_chars(),
        told["title"] + " " + given + " " + family,
        given.str.head(1) + " " + family,
        family + " " + given,
    )
    kind = chance.kinds((50, 14, 12, 5, 8, 5, 4), count)
    written = given + " " + family
    for number, form in enumerate(forms, 1):
        written = chosen(kind == number, form, written)
    return slips.cased(written, chance.kinds((70, 26, 4), count))
