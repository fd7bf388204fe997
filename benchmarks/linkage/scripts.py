"""A world of immigrants: names in two scripts and several spellings, surname first or last, English given names.

Dates stand in three orders, as each office writes them. Families share home and landline, as everywhere.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from linkage import lives, slips
from linkage.chance import Chance, chosen
from linkage.tongues import NAMERS

__all__ = ["make"]

_COPIES = (46, 28, 14, 7, 3, 2)
_SHARES = (38, 16, 14, 13, 19)
_NATIVE = (0.22, 0.12, 0.12, 0.15, 0.35)
"""Share of the records in the name's own script (for Spanish: with its accents), by language."""
_TURNED = (0.12, 0.12, 0.02, 0.01, 0.01)
"""Share with given name and surname in each other's column."""


def make(size: int, seed: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return a file of ``size`` records and its truth: person, household, language as role, true name and birth."""
    chance = Chance(seed, "scripts")
    copies = chance.copies(size, _COPIES)
    people = _people(len(copies), chance)
    rows = np.repeat(np.arange(len(copies)), copies)
    truth = people[rows].select("person", "household", "role", given_true="native_given", birth_true="born")
    return lives.identified(_records(people[rows], chance), truth, chance)


def _people(count: int, chance: Chance) -> pl.DataFrame:
    """Return a row a person: names in both scripts, birth, home, telephone number, e-mail."""
    household = np.repeat(np.arange(count), chance.kinds((50, 22, 14, 14), count) + 1)[:count]
    head = np.searchsorted(household, household)
    seat = np.arange(count) - head
    homes = int(household[-1]) + 1
    tongue = chance.kinds(_SHARES, homes)[household]
    female = chance.often(0.5, count)
    female[seat == 1] = ~female[head[seat == 1]]
    names = []
    for number, namer in enumerate(NAMERS.values()):
        here = np.flatnonzero(tongue == number)
        # Children bear the first adult's surname; of the wives only the Russians do.
        bears = (seat[here] > 1) | ((seat[here] == 1) & (number == 3))  # noqa: PLR2004  # as in _SHARES
        place = np.searchsorted(here, np.where(bears, head[here], here))
        names.append(namer(female[here], place, chance).with_columns(pl.Series("row", here)))
    named = pl.concat(names).sort("row").drop("row")
    born = chance.rng.integers(-9000, 5000, count)[head]
    born += np.select(
        [seat == 0, seat == 1], [0, chance.rng.integers(-1500, 1500, count)], chance.rng.integers(7500, 12500, count)
    )
    days = pl.Series("born", np.datetime64("1970-01-01") + born.astype("timedelta64[D]")).cast(pl.Date)
    # Who has no birth certificate gets the first of January.
    days = chosen(chance.often(0.03, count), pl.select(pl.date(days.dt.year(), 1, 1)).to_series(), days)
    number = lives.numbers(count + homes, chance)
    latin = named["family"].list.get(0).str.replace_all(" ", "")
    own = {
        "person": np.arange(count),
        "household": household,
        "role": pl.Series(list(NAMERS)).gather(tongue),
        "tongue": tongue,
        "born": days,
        "mobile": number[:count],
        "landline": number[count:].gather(household),
        "email": lives.emails(named["west"].str.replace_all(" ", ""), latin, days.dt.year(), chance),
        # Each person has a spelling of their own, which most papers keep to.
        "habit": chance.rng.integers(0, 12, count),
    }
    return pl.DataFrame(own).hstack(named).hstack(lives.homes(homes, 0.4, chance)[household])


def _records(told: pl.DataFrame, chance: Chance) -> pl.DataFrame:
    """Write each person down as often as they stand in the file, as the office at hand would."""
    count = told.height
    given, family = (_spelt(told[column], told["habit"], chance) for column in ("given", "family"))
    west = chance.often(0.12, count)
    given = chosen(west, told["west"], given)
    given, family = slips.slip(given, 0.025, chance), slips.slip(family, 0.025, chance)
    tongue = told["tongue"].to_numpy()
    native = (chance.rng.random(count) < np.asarray(_NATIVE)[tongue]) & ~west
    given, family = chosen(native, told["native_given"], given), chosen(native, told["native_family"], family)
    turned = (chance.rng.random(count) < np.asarray(_TURNED)[tongue]) & ~west
    casing = chance.kinds((76, 22, 2), count)
    phone = chosen(chance.often(0.2, count), told["landline"], told["mobile"])
    return pl.DataFrame(
        {
            "given_name": slips.cased(chosen(turned, family, given), casing),
            "surname": slips.cased(chosen(turned, given, family), casing),
            "dob": slips.dates_as(
                slips.blank(slips.date_slip(told["born"], 0.02, chance), 0.14, chance), (58, 30, 12), chance
            ),
            "phone": slips.phones_as(slips.slip(slips.blank(phone, 0.14, chance), 0.015, chance), chance),
            "email": slips.blank(slips.slip(told["email"], 0.01, chance), 0.45, chance),
            "address": slips.cased(
                slips.blank(slips.slip(lives.street_lines(told, chance, 0.2), 0.05, chance), 0.1, chance), casing
            ),
            "city": slips.cased(slips.blank(told["city"], 0.06, chance), casing),
            "postcode": slips.blank(slips.slip(told["zip"], 0.012, chance), 0.1, chance),
        }
    )


def _spelt(forms: pl.Series, habit: pl.Series, chance: Chance) -> pl.Series:
    """Take each person's own spelling in three records of four, and any of the others else."""
    count = len(forms)
    at = chosen(chance.often(0.75, count), habit, pl.Series(chance.rng.integers(0, 12, count)))
    return (
        pl.DataFrame({"forms": forms, "at": at})
        .select(pl.col("forms").list.get(pl.col("at") % pl.col("forms").list.len()))
        .to_series()
    )
