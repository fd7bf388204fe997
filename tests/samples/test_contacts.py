"""The committed batch, read with the plainest readers there are, is what its README says."""

import csv
import io
import json
import re
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import polars as pl
import pytest
from make import make_world
from world import Size

from skiptrace.vocabulary import Outcome, Relation, StopKind, outcome_meanings

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
FOLDER = SAMPLES / "lost_contacts"
AS_OF = datetime.fromisoformat("2026-11-23T09:00:00+00:00")
DIRTY_ATTEMPTS = {"T9000001", "T9000002", "T9000003"}

FICTION = re.compile(
    r"""\+(?:
      1[2-9]\d\d55501\d\d                                              # North America: NPA-555-0100 to 0199
    | 447700900\d{3}                                                    # United Kingdom: Ofcom's numbers for drama
    | 44(?:2079460|1134960|1214960|1614960|1174960|1414960|2920180)\d{3}
    | 61491(?:57\d)\d{3} | 61[2378](?:5550|7010)\d{4}                   # Australia: ACMA's numbers for fiction
    | 861[3-9]\d0000\d{4} | 86\d{2}55500\d{3}                           # China and India have none: recognisable blocks
    | 91[7-9]\d00000\d{3} | 91\d\d55500\d{3}
    )""",
    re.VERBOSE,
)
PLACEHOLDERS = {"000-000-0000", "9999999999", "1111111111", "n/a", "unknown", "call after six"}
ENCODINGS = {"accounts_cn.csv": "gb18030", "records_cn.csv": "gb18030", "records_directory.tsv": "latin-1"}
CODES = {"US": "1", "CA": "1", "GB": "44", "CN": "86", "IN": "91", "AU": "61"}


@cache
def read(name: str) -> tuple[dict[str, str], ...]:
    path = FOLDER / name
    if path.suffix == ".jsonl":
        return tuple(json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    if path.suffix == ".parquet":
        return tuple(pl.read_parquet(path).rows(named=True))
    if path.suffix == ".xlsx":
        return tuple(pl.read_excel(path, infer_schema_length=0).rows(named=True))
    text = path.read_bytes().decode(ENCODINGS.get(name, "utf-8-sig"))
    delimiter = "\t" if path.suffix == ".tsv" else ";" if name == "records_bureau_uk.csv" else ","
    return tuple(csv.DictReader(io.StringIO(text), delimiter=delimiter))


@cache
def table(stem: str) -> tuple[dict[str, str], ...]:
    return tuple(row for path in sorted(FOLDER.glob(f"{stem}*")) for row in read(path.name))


@cache
def accounts() -> dict[str, str]:
    """Return account_id → country."""
    home = {row["account_id"]: row["country"] for row in read("accounts.csv")}
    return home | {row["账号"]: row["国家"] for row in read("accounts_cn.csv")}


def attempts():
    return [row for row in table("attempts") if row["attempt_id"] not in DIRTY_ATTEMPTS]


def started(row):
    return datetime.fromisoformat(row["started_at"])


def numbers():
    """Yield every cell that is meant as a phone number, with a country that tells its national form."""
    for row in read("accounts.csv"):
        yield from ((row[f"phone_{i}"], row["country"]) for i in range(1, 5))
    for row in read("accounts_cn.csv"):
        yield from ((row[name], row["国家"]) for name in ("手机号", "手机号2", "手机号3"))
    for path in sorted(FOLDER.glob("records*")):
        for row in read(path.name):
            names = ("phone", "phone_1", "phone_2", "手机号")
            yield from ((row[name], row.get("country") or row.get("国家")) for name in names if row.get(name))
    for row in (*attempts(), *table("contact_points"), *table("stops"), *table("relations")):
        value = row.get("contact_point") or row.get("phone_1") or row.get("value") or ""
        if re.fullmatch(r"[+()\d\s.-]+", value):
            yield value, accounts().get(row["account_id"])


def possible(text, country):
    """Return the E.164 numbers a cell can mean."""
    digits = "".join(str(int(char)) for char in text if char.isdigit())
    if text.startswith("+") or digits.startswith("00"):
        return {f"+{digits.removeprefix('00')}"}
    countries = [country] if country else list(CODES)
    return {
        f"+{digits}"
        if len(digits) == 11 and digits[0] == "1" and CODES[one] == "1"
        else f"+{CODES[one]}{digits.lstrip('0')}"
        for one in countries
    }


def test_no_phone_number_lies_outside_the_ranges_kept_for_fiction():
    strange = [
        (text, country)
        for text, country in numbers()
        if text and text not in PLACEHOLDERS and not any(FICTION.fullmatch(one) for one in possible(text, country))
    ]
    assert not strange


def test_every_account_country_has_numbers():
    prefixes = {found.group() for text, _ in numbers() for found in [re.match(r"\+(86|91|61|44|1)", text)] if found}
    assert prefixes == {"+1", "+44", "+61", "+86", "+91"}


def test_every_e_mail_address_is_at_a_domain_kept_for_examples():
    address = re.compile(r"[^\s,;\"<>]+@([^\s,;\"<>]+)")
    for path in SAMPLES.rglob("*"):
        if path.suffix not in {".csv", ".tsv", ".jsonl"} or "out" in path.parts:
            continue
        for domain in address.findall(path.read_bytes().decode("latin-1")):
            assert re.fullmatch(r"([a-z]+\.)?example\.(com|org|net)", domain.lower()), path.name


def test_the_batch_stays_small():
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 3_000_000
    assert sum(path.stat().st_size for path in SAMPLES.rglob("*") if path.is_file()) < 5_000_000


def test_the_batch_has_the_size_it_is_said_to_have():
    assert len(accounts()) == 400
    assert len({row["attempt_id"] for row in attempts()}) == 5000
    assert len(table("records")) == 1500


def test_ids_are_given_once():
    ids = [row.get("record_id") or row.get("rec_id") or row.get("记录编号") for row in table("records")]
    consents = [row["consent_id"] for row in table("consents")]
    assert len(ids) == len(set(ids))
    assert None not in ids
    assert len(consents) == len(set(consents))
    assert [key for key, n in Counter(row["attempt_id"] for row in attempts()).items() if n > 1] == [
        read("attempts.csv")[500]["attempt_id"]
    ]


def test_every_row_names_an_account_of_the_batch():
    for stem in ("contact_points", "relations", "stops"):
        assert {row["account_id"] for row in table(stem)} - {""} <= accounts().keys(), stem
    assert {row["account_id"] for row in attempts()} <= accounts().keys()
    debts = {debt for row in attempts() for debt in _listed(row.get("debt_ids"))}
    assert debts
    assert debts <= accounts().keys()


def _listed(value):
    return value if isinstance(value, list) else [one for one in (value or "").split(";") if one]


def test_the_few_bad_rows_are_those_the_readme_names():
    bad = {row["attempt_id"]: row for row in table("attempts") if row["attempt_id"] in DIRTY_ATTEMPTS}
    assert bad["T9000001"]["account_id"] not in accounts()
    assert datetime.fromisoformat(bad["T9000002"]["started_at"]).tzinfo is None
    assert bad["T9000003"]["outcome"] not in set(Outcome)
    assert [row["balance"] for row in read("accounts.csv") if row["balance"].startswith("-")] == ["-12.50"]


def test_every_outcome_of_the_vocabulary_occurs_and_only_where_it_may():
    meanings = outcome_meanings()
    allowed = dict(zip(meanings["outcome"], meanings["channels"].to_list(), strict=True))
    assert {row["outcome"] for row in attempts()} == set(Outcome)
    assert {
        (row["outcome"], row["channel"]) for row in attempts() if row["channel"] not in allowed[row["outcome"]]
    } == set()


def test_every_kind_of_stop_and_relation_occurs():
    assert {row["kind"] for row in table("stops")} == set(StopKind) - {StopKind.UNREADABLE, StopKind.ACCOUNT_UNREADABLE}
    assert {row["relation"] for row in table("relations")} == set(Relation)
    details = {row["detail"] for row in table("stops") if row["kind"] == "inconvenient_time"}
    crossing = [
        detail for detail in details if (hours := re.search(r"(\d\d:\d\d)-(\d\d:\d\d)", detail)) and hours[2] < hours[1]
    ]
    assert crossing


def test_consents_stand_in_every_state():
    states = Counter()
    known = {row["consent_id"]: row for row in table("consents")}
    for row in known.values():
        given, until = row["given_at"], row["valid_until"] or "9999"
        states["expired"] += until <= AS_OF.isoformat()
        states["revoked"] += bool(row["revoked_at"] or row["revocation_received_at"])
        states["not yet valid"] += given > AS_OF.isoformat()
        states["wrong purpose"] += row["purposes"] == "contact" and not row["channels"].startswith("call;sms")
        states["to nobody"] += row["given_to"] == ""
    named = {row.get("consent_id") or row.get("授权编号") for row in (*table("records"), *table("relations"))}
    states["missing"] = len(named - known.keys() - {"", None})
    assert all(
        states[state] >= 5 for state in ("expired", "revoked", "not yet valid", "wrong purpose", "to nobody", "missing")
    )
    assert sum(states.values()) < len(known) / 3


def test_no_attempt_lies_after_the_sample_day_nor_more_than_nine_months_before():
    times = [started(row) for row in attempts()]
    assert max(times) < AS_OF
    assert min(times) > AS_OF - timedelta(days=275)
    assert all(
        started(row) <= datetime.fromisoformat(row["response_at"]) < AS_OF
        for row in attempts()
        if row.get("response_at")
    )


def test_most_accounts_rest_this_week_and_some_have_had_their_seven_calls():
    week = Counter(row["account_id"] for row in attempts() if started(row) > AS_OF - timedelta(days=7))
    assert len(week) < 0.35 * len(accounts())
    assert sum(n >= 7 for n in week.values()) >= 3


def test_calls_keep_to_the_hours_of_the_day():
    hours = Counter(
        started(row).hour for row in read("attempts.csv") if row["channel"] == "call" and row["direction"] == "outbound"
    )
    assert set(hours) <= set(range(8, 21))
    assert sum(hours[hour] for hour in range(9, 18)) > 0.75 * hours.total()


def test_chinese_names_stand_in_characters_at_home_and_in_latin_letters_elsewhere():
    han = re.compile(r"[\u4e00-\u9fff]+")
    assert all(han.fullmatch(row["姓名"]) for row in read("accounts_cn.csv"))
    assert not any(han.search(row["姓名"]) for row in read("records_cn.csv"))
    assert len(read("records_cn.csv")) > 100


def test_chinese_ids_have_a_right_check_digit_and_a_province_that_does_not_exist():
    ids = {row["身份证号"] for row in read("accounts_cn.csv")} - {""}
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    assert len(ids) > 20
    for one in ids:
        assert one.startswith("39")
        assert "10X98765432"[sum(w * int(d) for w, d in zip(weights, one, strict=False)) % 11] == one[17]


def test_some_people_have_several_accounts_and_some_numbers_stand_in_several():
    people = Counter(row["person_id"] for row in read("accounts.csv") if row["person_id"])
    assert sum(n > 1 for n in people.values()) >= 10
    holders = defaultdict(set)
    for row in read("accounts.csv"):
        for one in possible(row["phone_2"], row["country"]) if row["phone_2"] else ():
            holders[one].add(row["family_name"])
    assert sum(len(names) > 1 for names in holders.values()) >= 3


@pytest.mark.parametrize(
    ("routine", "better", "worse"),
    [("office", range(18, 21), range(10, 15)), ("evening_work", range(11, 15), range(17, 21))],
)
def test_the_log_shows_the_routines_of_the_truth(routine, better, worse, tmp_path):
    make_world(tmp_path, Size(1500, 18_000, 0), 11, truth=True)
    with (tmp_path / "truth" / "people.csv").open(encoding="utf-8") as stream:
        routines = {row["person_id"]: row["routine"] for row in csv.DictReader(stream)}
    with (tmp_path / "truth" / "accounts.csv").open(encoding="utf-8") as stream:
        debtors = {row["account_id"]: routines[row["person_id"]] for row in csv.DictReader(stream)}
    tried, reached = Counter(), Counter()
    with (tmp_path / "attempts.csv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            when = started(row)
            if (
                row["channel"] == "call"
                and row["direction"] == "outbound"
                and when.weekday() < 5
                and debtors[row["account_id"]] == routine
            ):
                part = "better" if when.hour in better else "worse" if when.hour in worse else ""
                tried[part] += 1
                reached[part] += row["outcome"] in {"right_party", "promise_to_pay"}
    assert reached["better"] / tried["better"] > 1.5 * reached["worse"] / tried["worse"]
