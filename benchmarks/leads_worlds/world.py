"""Write a world: the files a creditor would deliver, and apart from them the truth."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from leads_worlds.creditor import Book, book
from leads_worlds.dialing import STATES, attempts, states
from leads_worlds.lines import FIRM, MOBILE, line_uses
from leads_worlds.people import FIRST, NEVER, Cast, cast, named
from leads_worlds.vendors import filed
from leads_worlds.ways import WORLDS
from linkage import lives, slips
from linkage.chance import Chance, chosen

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["AS_OF", "write"]

AS_OF = datetime(2026, 11, 23, 9, tzinfo=UTC)
_ONE_DIGIT = "6175555555"
_SHOPS = 3
_RELATION = {"spouse": "spouse", "parent": "parent", "friend": "friend"}


def write(name: str, accounts: int, seed: int, folder: Path) -> int:
    """Write the world into the folder; return how many records there are.

    ``batch/`` holds the input files. ``truth.parquet``: ``account_id``, ``point_key`` of each number that is the
    debtor's at the day of the trace. ``held.parquet``: ``account_id``, ``point_key``, ``state`` (see STATES) of each
    number that anything names for the account. ``named.parquet``: what the account itself or a record of its debtor
    names. ``whom.parquet``: ``record_id``, ``account_id`` (whose debtor it is of; null = somebody else).
    """
    ways, chance = WORLDS[name], Chance(seed, f"leads {name}")
    people = cast(accounts, ways, chance)
    uses, fillers = _with_shops(line_uses(people, ways, chance))
    held = book(people, uses, ways, fillers, chance)
    records = filed(people, uses, ways, chance)
    made = attempts(people, uses, held, records.filter(pl.col("person") < accounts), ways, chance)
    digits = lives.numbers(int(uses["number"].max() or 0) + 1, chance)
    digits = pl.concat([digits, pl.Series([_ONE_DIGIT])])
    batch = folder / "batch"
    batch.mkdir(parents=True, exist_ok=True)
    file = _records(records, people, digits, accounts, chance)
    tables = {
        "accounts": _accounts(held, people, chance),
        "contact_points": _points(held, digits),
        "records": file.drop("person"),
        "relations": _relations(held, people, digits, chance),
        "attempts": _attempts(made, digits),
        "consents": _consents(held),
    }
    for table, frame in tables.items():
        if frame.height:
            frame.write_csv(batch / f"{table}.csv")
    _truth(uses, digits, accounts).write_parquet(folder / "truth.parquet")
    file.select(
        "record_id", account_id=pl.when(pl.col("person") < accounts).then(_account(pl.col("person")))
    ).write_parquet(folder / "whom.parquet")
    _held(people, uses, held, records, digits).write_parquet(folder / "held.parquet")
    _named(held, records, digits, accounts).write_parquet(folder / "named.parquet")
    return records.height


def _with_shops(uses: pl.DataFrame) -> tuple[pl.DataFrame, np.ndarray]:
    """Add the shops' own numbers; return them, and what clerks type: those and, last, a number of one digit."""
    number, person = int(uses["number"].max() or 0) + 1, int(uses["person"].max() or 0) + 1
    shops = pl.DataFrame(
        {
            "number": number + np.arange(_SHOPS),
            "person": person + np.arange(_SHOPS),
            "since": np.full(_SHOPS, FIRST),
            "until": np.full(_SHOPS, NEVER),
            "ends": np.full(_SHOPS, NEVER),
            "kind": np.full(_SHOPS, FIRM),
        }
    )
    return pl.concat([uses, shops]), number + np.arange(_SHOPS + 1)


def _account(person: pl.Expr) -> pl.Expr:
    return pl.lit("A") + person.cast(pl.String).str.zfill(7)


def _day(name: str) -> pl.Expr:
    return (pl.lit(AS_OF.date()) + pl.duration(days=pl.col(name))).cast(pl.Date)


def _moment(name: str) -> pl.Expr:
    """Return days before AS_OF, with a fraction, as an instant."""
    midnight = AS_OF - timedelta(hours=AS_OF.hour)
    return (pl.lit(midnight) + pl.duration(seconds=(pl.col(name) * 86_400).cast(pl.Int64))).dt.strftime(
        "%Y-%m-%dT%H:%M:%SZ"
    )


def _key(number: pl.Series, digits: pl.Series) -> pl.Series:
    return "+1" + digits.gather(number)


def _described(people: pl.DataFrame, homes: pl.DataFrame, day: pl.Series, chance: Chance) -> pl.DataFrame:
    """Write down people as of a day: names with slips, birth dates at times missing, the home of that day."""
    lived = (
        people.with_columns(day=day)
        .select(pl.when(pl.col("day") >= pl.col("moved")).then("home_2").otherwise("home_1"))
        .to_series()
    )
    at = homes[lived]
    born = people.select((pl.lit(AS_OF.date()) + pl.duration(days=pl.col("born"))).cast(pl.Date)).to_series()
    return pl.DataFrame(
        {
            "given_name": slips.slip(people["given"], 0.02, chance),
            "family_name": slips.slip(people["family"], 0.02, chance),
            "birth_date": slips.dates_as(
                slips.blank(slips.date_slip(born, 0.02, chance), 0.12, chance), (1, 0, 0), chance
            ),
            "address": slips.blank(slips.slip(lives.street_lines(at, chance), 0.03, chance), 0.08, chance),
            "city": at["city"],
            "region": at["state"],
            "postal_code": at["zip"],
            "country": pl.Series(["US"]).new_from_index(0, people.height),
        }
    )


def _accounts(held: Book, people: Cast, chance: Chance) -> pl.DataFrame:
    """Every account has a birth date: the creditor saw a paper."""
    debtors = people.people.head(held.accounts.height)
    told = _described(debtors, people.homes, held.accounts["opened"], chance)
    born = debtors.select(
        (pl.lit(AS_OF.date()) + pl.duration(days=pl.col("born"))).cast(pl.Date).cast(pl.String)
    ).to_series()
    return told.with_columns(
        born.alias("birth_date"),
        held.accounts.select(account_id=_account(pl.col("person")))["account_id"],
        held.accounts.select(opened_on=_day("opened"))["opened_on"],
        balance=pl.lit(1000.0),
        currency=pl.lit("USD"),
        tag=pl.lit("lost"),
    )


def _points(held: Book, digits: pl.Series) -> pl.DataFrame:
    return held.points.select(
        account_id=_account(pl.col("person")),
        kind=pl.lit("phone"),
        value=_key(held.points["number"], digits),
        label="label",
        first_seen=pl.when(pl.col("seen").is_not_null()).then(_day("given")),
        last_seen=_day("seen"),
        reassignment_checked_on=_moment("checked"),
        reassignment_result="result",
    )


def _records(records: pl.DataFrame, people: Cast, digits: pl.Series, accounts: int, chance: Chance) -> pl.DataFrame:
    """Return the file of records, shuffled, with the person each is of."""
    rows = records[chance.rng.permutation(records.height)]
    known = people.people.select("person", "given", "family", "born", "home_1", "home_2", "moved")
    new = rows.filter(pl.col("person") >= known.height)["person"].unique().sort()
    homes = chance.rng.integers(0, people.homes.height, len(new))
    strangers = named(len(new), chance).select(
        pl.Series("person", new),
        "given",
        "family",
        "born",
        home_1=pl.Series(homes),
        home_2=pl.Series(homes),
        moved=pl.lit(NEVER, pl.Int64),
    )
    whom = rows.select("person").join(
        pl.concat([known, strangers.cast(known.schema)]), on="person", how="left", maintain_order="left"
    )
    told = _described(whom, people.homes, rows["heard"], chance)
    own = (rows["person"] < accounts).to_numpy()
    number = rows["number"].fill_null(0)
    former = rows["former"].fill_null(0)
    phone_1 = chosen(
        rows["number"].is_not_null().to_numpy(), slips.phones_as(digits.gather(number), chance), _none(rows)
    )
    phone_2 = chosen(
        rows["former"].is_not_null().to_numpy(), slips.phones_as(digits.gather(former), chance), _none(rows)
    )
    return pl.DataFrame(
        {
            "record_id": "R" + pl.Series(np.arange(rows.height)).cast(pl.String).str.zfill(8),
            "source": rows["vendor"],
            "consent_id": chosen(own, "C" + rows["person"].cast(pl.String).str.zfill(7), _same("CX", rows)),
            "observed_on": rows.select(_day("observed")).to_series(),
            "phone_1": phone_1,
            "phone_2": phone_2,
            "person": rows["person"],
        }
    ).hstack(told)


def _none(rows: pl.DataFrame) -> pl.Series:
    return pl.Series([None], dtype=pl.String).new_from_index(0, rows.height)


def _same(word: str, rows: pl.DataFrame) -> pl.Series:
    return pl.Series([word]).new_from_index(0, rows.height)


def _relations(held: Book, people: Cast, digits: pl.Series, chance: Chance) -> pl.DataFrame:
    rows = held.relations.join(people.people, on="person", maintain_order="left")
    told = _described(rows, people.homes, pl.Series(np.full(rows.height, -500)), chance)
    return told.hstack(
        rows.select(account_id=_account(pl.col("debtor")), relation=pl.col("role").replace(_RELATION))
    ).with_columns(
        slips.blank(told["birth_date"], 0.6, chance),
        consent_id=pl.lit("CX"),
        phone_1=slips.phones_as(digits.gather(rows["number"]), chance),
    )


def _attempts(made: pl.DataFrame, digits: pl.Series) -> pl.DataFrame:
    return made.select(
        attempt_id=pl.lit("T") + pl.int_range(pl.len()).cast(pl.String).str.zfill(8),
        account_id=_account(pl.col("person")),
        channel=pl.lit("call"),
        contact_point=_key(made["number"], digits),
        started_at=_moment("at"),
        outcome="outcome",
    )


def _consents(held: Book) -> pl.DataFrame:
    own = held.accounts.select(
        consent_id=pl.lit("C") + pl.col("person").cast(pl.String).str.zfill(7), given_by=pl.lit("debtor")
    )
    others = pl.DataFrame({"consent_id": ["CX"], "given_by": ["third_party"]})
    return pl.concat([own, others]).with_columns(
        given_to=pl.lit("this_collector"),
        basis=pl.lit("consent"),
        purposes=pl.lit("locate;contact"),
        given_at=pl.lit("2016-01-04T09:00:00Z"),
    )


def _truth(uses: pl.DataFrame, digits: pl.Series, accounts: int) -> pl.DataFrame:
    now = uses.filter(pl.col("person") < accounts, pl.col("since") <= 0, pl.col("until") > 0)
    return now.select(
        account_id=_account(pl.col("person")),
        point_key=_key(now["number"], digits),
        mobile=pl.col("kind") == MOBILE,
    ).sort("account_id", "point_key")


def _held(people: Cast, uses: pl.DataFrame, held: Book, records: pl.DataFrame, digits: pl.Series) -> pl.DataFrame:
    """Return who has each number now that the creditor, or a record of one near the debtor, names."""
    owner = people.people.select("person", "debtor")
    named_there = records.join(owner, on="person")
    asked = pl.concat(
        [
            held.points.select("number", debtor="person"),
            named_there.select("number", "debtor"),
            named_there.select("debtor", number="former").select("number", "debtor"),
        ]
    )
    asked = asked.drop_nulls().unique(maintain_order=True).with_columns(day=pl.lit(0, pl.Int64))
    state = pl.Series(STATES).gather(states(asked, uses, people))
    return asked.select(account_id=_account(pl.col("debtor")), point_key=_key(asked["number"], digits), state=state)


def _named(held: Book, records: pl.DataFrame, digits: pl.Series, accounts: int) -> pl.DataFrame:
    own = records.filter(pl.col("person") < accounts)
    both = [
        held.points.select("person", "number"),
        *(own.select("person", number=name) for name in ("number", "former")),
    ]
    rows = pl.concat(both).drop_nulls().unique(maintain_order=True)
    return rows.select(account_id=_account(pl.col("person")), point_key=_key(rows["number"], digits))
