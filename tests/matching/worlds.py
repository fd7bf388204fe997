"""Seeded worlds of people who live together, move, marry and are written down badly, with the truth beside them.

Each world returns PEOPLE and a truth frame: one row a record with ``source``, ``record_id``, ``person``, ``home``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from skiptrace.contracts.stages import PEOPLE

SOURCES = np.array(["accounts", "bureau", "utility", "telecom"])


@dataclass(frozen=True, kw_only=True)
class Habits:
    """How a world's people live and how its records are made: shares of people, or of records."""

    home: float = 2.6
    """People in a home, on average."""
    twins: float = 0.03
    namesake_sons: float = 0.02
    other_family_name: float = 0.2
    landline: float = 0.6
    mobile: float = 0.85
    mailbox: float = 0.6
    job: float = 0.5
    records: float = 1.8
    """Records of a person, on average."""
    knows_birth: float = 0.6
    knows_address: float = 0.8
    knows_phone: float = 0.8
    knows_mailbox: float = 0.4
    knows_job: float = 0.3
    moved: float = 0.2
    married: float = 0.03
    new_mobile: float = 0.2
    slip: float = 0.04
    nickname: float = 0.3
    initial: float = 0.03
    turned: float = 0.01


HOUSEHOLDS = Habits()
SPARSE = Habits(knows_birth=0, knows_address=0.1, knows_phone=1, knows_mailbox=0.1, knows_job=0, landline=0.3)
MOVERS = Habits(moved=0.5, married=0.15, new_mobile=0.4, knows_birth=0.85)


def world(
    size: int, seed: int, habits: Habits = HOUSEHOLDS, *, chinese: bool = False
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Make a world of about ``size`` records."""
    rng = np.random.default_rng(seed)
    people = _people(rng, int(size / habits.records), habits, chinese=chinese)
    return _records(rng, people, habits, chinese=chinese)


def _zipf(rng, count: int, words: int, power: float = 0.9) -> np.ndarray:
    weights = 1 / np.arange(3, words + 3) ** power
    return rng.choice(words, count, p=weights / weights.sum())


def _people(rng, count: int, habits: Habits, *, chinese: bool) -> dict[str, np.ndarray]:
    home = np.sort(rng.integers(0, max(int(count / habits.home), 1), count))
    homes = home.max() + 1
    place = np.arange(count) - np.searchsorted(home, home)  # 0 and 1 are a couple, the others their children
    surnames = 60 if chinese else 4000
    family = _zipf(rng, homes, surnames, 1.0)[home]
    own = (place == 1) & (rng.random(count) < (0.95 if chinese else habits.other_family_name))
    family[own] = _zipf(rng, int(own.sum()), surnames, 1.0)
    given = _zipf(rng, count, 900 if chinese else 500)
    order = np.lexsort((given, home))
    again = order[1:][(home[order][1:] == home[order][:-1]) & (given[order][1:] == given[order][:-1])]
    given[again] = 500 + again % 400  # nobody names a child after its sister
    couple_born = rng.integers(-9000, 5500, homes)[home] + rng.integers(-1500, 1500, count) * (place == 1)
    born = np.where(place < 2, couple_born, couple_born + rng.integers(8500, 13000, count))
    twin = (place > 2) & (rng.random(count) < habits.twins)
    born[twin] = born[np.flatnonzero(twin) - 1]
    son = (place > 1) & (rng.random(count) < habits.namesake_sons)
    given[son] = given[np.searchsorted(home, home[son])]
    family[son] = family[np.searchsorted(home, home[son])]
    suffix = np.where(son, "jr", "")
    return {
        "home": home, "family": family, "given": given, "born": born, "suffix": suffix,
        "landline": (rng.random(homes) < habits.landline)[home],
        "mobile": rng.random(count) < habits.mobile,
        "mailbox": rng.random(count) < habits.mailbox,
        "job": np.where(rng.random(count) < habits.job, _zipf(rng, count, max(count // 20, 5)), -1),
        "middle": np.where(rng.random(count) < 0.4, rng.integers(0, 300, count), -1),
    }  # fmt: skip


def _records(rng, people, habits: Habits, *, chinese: bool) -> tuple[pl.DataFrame, pl.DataFrame]:
    count = len(people["home"])
    copies = 1 + rng.poisson(habits.records - 1, count)
    person = np.repeat(np.arange(count), copies)
    rows = len(person)

    def happens(share: float) -> np.ndarray:
        return rng.random(rows) < share

    of = {name: values[person] for name, values in people.items()}
    married = happens(habits.married)
    of["family"] = np.where(married, _zipf(rng, rows, 60 if chinese else 4000, 1.0), of["family"])
    homes = people["home"].max() + 1
    dwelling = np.where(happens(habits.moved), rng.integers(0, homes * 2, rows), of["home"])
    new_mobile = happens(habits.new_mobile)
    mobile = np.where(of["mobile"], np.where(new_mobile, count + rng.integers(0, 9 * count, rows), person), -1)
    landline = np.where(of["landline"] & (dwelling == of["home"]) & happens(0.6), of["home"], -1)
    born = np.where(happens(habits.slip), of["born"] + rng.choice([1, -1, 10, 31, 365, 3652], rows), of["born"])
    knows_phone, knows_mailbox = happens(habits.knows_phone), happens(habits.knows_mailbox) & of["mailbox"]
    frame = pl.DataFrame(
        {
            "person": person, "home": of["home"], "g": of["given"], "f": of["family"], "m": of["middle"],
            "suffix": of["suffix"], "born": born, "dwelling": dwelling, "mobile": mobile, "landline": landline,
            "job": of["job"], "knows_birth": happens(habits.knows_birth), "year_only": happens(0.05),
            "knows_address": happens(habits.knows_address), "knows_phone": knows_phone,
            "knows_mailbox": knows_mailbox, "knows_job": happens(habits.knows_job), "slip": happens(habits.slip),
            "slip_at": rng.integers(0, 4, rows), "slip_in_given": happens(0.5), "nick": happens(habits.nickname),
            "initial": happens(habits.initial), "turned": happens(habits.turned), "says_suffix": happens(0.5),
            "says_middle": happens(0.5), "source": SOURCES[rng.integers(0, len(SOURCES), rows)],
        }
    )  # fmt: skip
    return _written(frame, chinese=chinese)


def _written(frame: pl.DataFrame, *, chinese: bool) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Write the rows down as PEOPLE has them."""
    given, family = (_pinyin_given, _pinyin_family) if chinese else (_given, _family)
    names = frame.with_columns(
        given=_spelt("g", given), family=_spelt("f", family), middle=_spelt("m", given), root=_spelt("g", given)
    ).with_columns(
        # Every fifth given name is also written as its first three letters and -y.
        given=pl.when(pl.col("nick") & (pl.col("g") % 5 == 0) & pl.lit(not chinese))
        .then(pl.col("given").str.head(3) + "y")
        .otherwise("given")
    )
    slip = pl.col("slip")
    names = names.with_columns(
        given=pl.when(slip & pl.col("slip_in_given")).then(_slipped("given")).otherwise("given"),
        family=pl.when(slip & ~pl.col("slip_in_given")).then(_slipped("family")).otherwise("family"),
        root=pl.when(slip & pl.col("slip_in_given")).then(_slipped("given")).otherwise("root"),
        middle=pl.when((pl.col("m") >= 0) & pl.col("says_middle") & ~pl.col("turned")).then("middle"),
    ).with_columns(
        given=pl.when("initial").then(pl.col("given").str.head(1)).otherwise("given"),
        root=pl.when("initial").then(pl.col("given").str.head(1)).otherwise("root"),
    )
    turned = pl.col("turned")
    names = names.with_columns(
        given=pl.when(turned).then("family").otherwise("given"),
        family=pl.when(turned).then("given").otherwise("family"),
        root=pl.when(turned).then("family").otherwise("root"),
    ).with_columns(given_sound=_sounding("given"), family_sound=_sounding("family"))
    born = pl.lit(date(1970, 1, 1)) + pl.duration(days="born")
    house, street, area = pl.col("dwelling") % 97 + 1, pl.col("dwelling") * 31 % 2003, pl.col("dwelling") // 60
    knows, has_phone = pl.col("knows_address"), pl.col("knows_phone")
    number = pl.lit("+1999")
    people = names.with_row_index("n").select(
        "person",
        "home",
        table=pl.when(pl.col("source") == "accounts").then(pl.lit("accounts")).otherwise(pl.lit("records")),
        record_id=pl.format("r{}", "n"),
        source="source",
        kind=pl.lit("person"),
        given="given",
        middle="middle",
        family="family",
        suffix=pl.when((pl.col("suffix") != "") & pl.col("says_suffix")).then("suffix"),
        given_root="root",
        given_sound="given_sound",
        family_sound="family_sound",
        birth_from=pl.when("knows_birth").then(pl.when("year_only").then(born.dt.truncate("1y")).otherwise(born)),
        birth_to=pl.when("knows_birth").then(
            pl.when("year_only").then(born.dt.truncate("1y").dt.offset_by("1y").dt.offset_by("-1d")).otherwise(born)
        ),
        phones=pl.concat_list(
            pl.when(has_phone & (pl.col("mobile") >= 0)).then(number + pl.col("mobile").cast(pl.String).str.zfill(8)),
            pl.when(has_phone & (pl.col("landline") >= 0)).then(number + "9" + pl.col("landline").cast(pl.String)),
        ).list.drop_nulls(),
        emails=pl.concat_list(
            pl.when("knows_mailbox").then(pl.format("{}{}@example.com", _spelt("g", given), "person"))
        ).list.drop_nulls(),
        address_key=pl.when(knows).then(pl.format("{} s{} street z{}", house, street, area)),
        address_tokens=pl.when(knows).then(pl.concat_list(pl.format("s{}", street), pl.lit("street"))),
        house_number=pl.when(knows).then(house.cast(pl.String)),
        postal_code=pl.when(knows).then(pl.format("z{}", area)),
        city=pl.when(knows).then(pl.format("c{}", area // 20)),
        country=pl.lit("CN" if chinese else "US"),
        employer_key=pl.when(pl.col("knows_job") & (pl.col("job") >= 0)).then(pl.format("firm {}", "job")),
    )
    truth = people.select("source", "record_id", "person", "home")
    return PEOPLE.conform(people.drop("person", "home")), truth


def _spelt(column: str, spell) -> pl.Expr:
    return pl.col(column).replace_strict({n: spell(n) for n in range(-1, 4000)}, return_dtype=pl.String)


def _slipped(column: str) -> pl.Expr:
    """Drop one of the letters after the first."""
    at = 1 + pl.col("slip_at") % (pl.col(column).str.len_chars() - 1).clip(1)
    return pl.col(column).str.slice(0, at) + pl.col(column).str.slice(at + 1)


def _sounding(column: str) -> pl.Expr:
    return pl.col(column).str.replace_all(r"[aeiouyhw]", "").str.replace_all("[ck]", "k").str.replace_all(
        "[sz]", "s"
    ) + pl.col(column).str.head(1).replace({"c": "k", "z": "s"})


_HEADS = ("b", "br", "c", "ch", "d", "f", "g", "gr", "h", "j", "k", "l", "m", "n", "p", "r", "s", "st", "t", "v", "w")
_HEARTS = ("a", "e", "i", "o", "u", "ai", "ea", "ou")
_TAILS = ("n", "l", "r", "s", "t", "m", "nd", "ck", "th", "rd")


def _given(n: int) -> str:
    return _word(n * 7919 % 100_003, ("a", "ie", "o", "as", "en", "is", ""))


def _family(n: int) -> str:
    return _word(n * 104_729 % 1_000_003, ("son", "ley", "man", "ton", "er", "ski", "ez", "well"))


def _word(n: int, ends: tuple[str, ...]) -> str:
    parts = []
    for letters in (_HEADS, _HEARTS, _TAILS, _HEARTS, ends):
        n, at = divmod(n, len(letters))
        parts.append(letters[at])
    return "".join(parts)


_SYLLABLES = tuple(
    head + tail
    for head in ("b", "p", "m", "d", "t", "n", "l", "g", "j", "q", "x", "zh", "ch", "sh", "r", "y", "w", "h")
    for tail in ("i", "a", "an", "ang", "en", "u")
)


def _pinyin_family(n: int) -> str:
    return _SYLLABLES[n * 37 % len(_SYLLABLES)]


def _pinyin_given(n: int) -> str:
    first, second = _SYLLABLES[n * 11 % len(_SYLLABLES)], _SYLLABLES[n * 29 // 7 % len(_SYLLABLES)]
    return first if n % 3 == 0 else first + second


def merged(entities: pl.DataFrame, truth: pl.DataFrame) -> dict[str, float]:
    """Return how well the entities tell the truth: counts of pairs, precision, recall, F1, merges within a home."""
    rows = entities.join(truth, on=["source", "record_id"])
    sizes = rows.group_by("entity_id").len()["len"].cast(pl.Int64)
    right = rows.group_by("entity_id", "person").len()["len"].cast(pl.Int64)
    true = truth.group_by("person").len()["len"].cast(pl.Int64)
    at_home = rows.group_by("entity_id", "home").len()["len"].cast(pl.Int64)

    def pairs(counts: pl.Series) -> int:
        return int((counts * (counts - 1) // 2).sum())

    made, hit, wanted = pairs(sizes), pairs(right), pairs(true)
    return {
        "precision": hit / max(made, 1),
        "recall": hit / max(wanted, 1),
        "f1": 2 * hit / max(made + wanted, 1),
        "false": made - hit,
        "false_at_home": pairs(at_home) - hit,
        "true": wanted,
    }
