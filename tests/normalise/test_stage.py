from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from skiptrace.contracts.inputs import ACCOUNTS, ATTEMPTS, CONTACT_POINTS, INPUTS, RECORDS, RELATIONS, STOPS
from skiptrace.contracts.stages import CODED_ATTEMPTS, CODED_STOPS, PEOPLE, POINTS
from skiptrace.normalise import UNREADABLE_SCHEMA, normalise, point_keys, sealed_national_ids
from skiptrace.settings import NormaliseParams
from skiptrace.tables import PROVENANCE

PARAMS = NormaliseParams()
AT = dt.datetime(2026, 1, 5, 9, tzinfo=dt.UTC)


def table(contract, rows):
    return contract.conform(pl.DataFrame(rows, infer_schema_length=None))


def account(account_id="A1", **more):
    return {"account_id": account_id, "full_name": "Bob Smith", "country": "US", **more}


def people(*rows, params=PARAMS, **options):
    return normalise({"accounts": table(ACCOUNTS, list(rows))}, params, **options).people


def attempt(attempt_id, contact_point, account_id="A1", channel="call"):
    return {"attempt_id": attempt_id, "account_id": account_id, "channel": channel, "contact_point": contact_point,
            "started_at": AT, "outcome": "busy"}  # fmt: skip


def keys_of_attempts(accounts, attempts, params=PARAMS):
    done = normalise({"accounts": table(ACCOUNTS, accounts), "attempts": table(ATTEMPTS, attempts)}, params)
    return done.attempts["point_key"].to_list()


@pytest.fixture
def batch():
    return {
        "accounts": table(
            ACCOUNTS,
            [
                account(
                    "A1", full_name="Dr. SMITH, Bob", phones=["(212) 555-0123", "bad"], emails=["Bob@gmail.com"],
                    address="15 W 32nd St Apt 4", city="New York", region="NY", postal_code="10001",
                    birth_date="25/05/1978", national_id="219-45-6788", employer="Acme, Inc.", aliases=["Bobby Smith"],
                    language="EN_us", time_zone="america/new_york", jurisdiction="us-ny",
                ),
                account("A2", full_name="张伟", country="China", phones=["138 0000 1234"], birth_date="03/05/1980",
                        address="广东省深圳市南山区科技园路12号", national_id="11010519491231002X"),
                account("A3", kind="company", full_name="Acme Ltd", country=None, phones=["07700 900123"],
                        address="1 High St, Oxford OX1 4AB", time_zone="Mars/Base"),
            ],
        ),
        "contact_points": table(
            CONTACT_POINTS,
            [
                {"account_id": "A1", "kind": "phone", "value": "212 555 0123", "source": "accounts", "label": "mobile"},
                {"account_id": "A1", "kind": "phone", "value": "+44 20 7946 0123", "source": "crm", "consent_id": "C1"},
                {"account_id": "A1", "kind": "email", "value": "nobody", "source": "crm"},
            ],
        ),
        "records": table(
            RECORDS,
            [{"record_id": "R1", "source": "s", "consent_id": "C1", "full_name": "Robert Smith",
              "phones": ["+12125550123"], "observed_on": dt.date(2025, 1, 1), "region": "NY", "postal_code": "10001"}],
        ),
        "relations": table(
            RELATIONS,
            [{"relation_id": "L1", "account_id": "A2", "relation": "spouse", "full_name": "李丽",
              "phones": ["13900001234"], "consent_id": "C2"}],
        ),
        "attempts": table(ATTEMPTS, [attempt("T1", "555-0123"), attempt("T2", None), attempt("T3", "??")]),
        "stops": table(
            STOPS,
            [{"account_id": None, "contact_point": "20 7946 0123", "kind": "opt_out", "since": AT},
             {"account_id": "A1", "contact_point": None, "kind": "cease", "since": AT}],
        ),
    }  # fmt: skip


def test_frames_have_the_schema_of_their_contract(batch):
    for done in (
        normalise(batch, PARAMS),
        normalise({}, PARAMS),
        normalise({n: t.empty() for n, t in INPUTS.items()}, PARAMS),
    ):
        assert dict(done.people.schema) == PEOPLE.schema
        assert dict(done.points.schema) == POINTS.schema
        assert dict(done.attempts.schema) == CODED_ATTEMPTS.schema
        assert dict(done.stops.schema) == CODED_STOPS.schema
        assert dict(done.unreadable.schema) == dict(UNREADABLE_SCHEMA)


def test_what_leaves_the_stage_passes_the_checks_of_its_contract(batch):
    done = normalise(batch, PARAMS)
    for frame, contract in ((done.people, PEOPLE), (done.points, POINTS), (done.stops, CODED_STOPS)):
        assert contract.validate(frame).rejected.is_empty()
        assert frame.select(contract.key).is_duplicated().sum() == 0


def test_a_person_is_brought_to_comparable_form(batch):
    row = normalise(batch, PARAMS).people.row(0, named=True)
    expected = {
        "table": "accounts", "record_id": "A1", "kind": "person", "full_name": "Dr. SMITH, Bob", "given": "bob",
        "family": "smith", "given_root": "robert", "aliases": ["bobby smith"], "birth_from": dt.date(1978, 5, 25),
        "birth_to": dt.date(1978, 5, 25), "national_id_last4": "6788", "national_id_type": "us_ssn",
        "phones": ["+12125550123", "+442079460123"], "emails": ["bob@gmail.com"], "house_number": "15", "unit": "4",
        "address_tokens": ["32nd", "st", "w"], "postal_code": "10001", "city": "new york", "region": "US-NY",
        "country": "US", "employer_key": "acme", "language": "en-us", "time_zone": "America/New_York",
        "jurisdiction": "US-NY",
    }  # fmt: skip
    assert {name: row[name] for name in expected} == expected


def test_the_order_of_days_and_months_is_deduced_from_the_column(batch):
    assert normalise(batch, PARAMS).people["birth_from"].to_list()[:2] == [dt.date(1978, 5, 25), dt.date(1980, 5, 3)]
    assert people(account(birth_date="03/05/1980"), date_order="mdy")["birth_from"].item() == dt.date(1980, 3, 5)


def test_a_birth_date_missing_is_taken_from_the_chinese_id():
    row = people(account(national_id="11010519491231002X", country="CN")).row(0, named=True)
    assert (row["birth_from"], row["birth_to"]) == (dt.date(1949, 12, 31),) * 2


def test_national_ids_leave_only_as_hash_and_last_four(batch):
    done = normalise(batch, PARAMS, key=b"one")
    assert not any("21945" in str(row) or "110105" in str(row) for row in done.people.rows())
    assert (
        done.people["national_id_hash"].to_list()
        != normalise(batch, PARAMS, key=b"two").people["national_id_hash"].to_list()
    )
    sealed = batch["accounts"].with_columns(sealed_national_ids(batch["accounts"]["national_id"], b"one"))
    again = normalise({**batch, "accounts": sealed}, PARAMS)
    assert_frame_equal(again.people, done.people)


def test_companies_and_declared_zones(batch):
    row = normalise(batch, PARAMS).people.row(2, named=True)
    assert (row["kind"], row["given"], row["family"], row["time_zone"]) == ("company", None, "acme", None)
    assert (row["country"], row["phones"]) == ("GB", ["+447700900123"])


def test_points_of_wide_columns_and_of_the_list_are_one(batch):
    points = normalise(batch, PARAMS).points.filter((pl.col("record_id") == "A1") & (pl.col("kind") == "phone"))
    assert points.select("contact_point", "source", "label", "consent_id").rows() == [
        ("+12125550123", "accounts", "mobile", None),
        ("+442079460123", "crm", None, "C1"),
    ]


def test_points_name_the_row_they_come_from(batch):
    points = normalise(batch, PARAMS).points
    record = points.row(by_predicate=(pl.col("record_id") == "R1"), named=True)
    assert (record["table"], record["account_id"], record["source"], record["consent_id"], record["last_seen"]) == (
        "records", None, "s", "C1", dt.date(2025, 1, 1),
    )  # fmt: skip
    relation = points.row(by_predicate=(pl.col("record_id") == "L1"), named=True)
    assert (relation["table"], relation["account_id"], relation["source"], relation["contact_point"]) == (
        "relations", "A2", "relations", "+8613900001234",
    )  # fmt: skip


def test_the_place_of_a_listed_address_is_that_of_the_account(batch):
    listed = table(
        CONTACT_POINTS, [{"account_id": "A1", "kind": "address", "value": "15 W 32nd St Apt 4", "source": "x"}]
    )
    points = normalise({**batch, "contact_points": listed}, PARAMS).points
    addresses = points.filter((pl.col("record_id") == "A1") & (pl.col("kind") == "address"))
    assert addresses["point_key"].n_unique() == 1
    assert addresses["places"].to_list() == [["US-NY", "US-NY-NYC"]] * 2


def test_unreadable_points_are_listed_with_a_reason_and_their_place(batch):
    batch["accounts"] = batch["accounts"].with_columns(_file=pl.lit("a.csv"), _line=pl.int_range(2, 5, dtype=pl.Int64))
    lost = normalise(batch, PARAMS).unreadable
    assert lost.select("table", "value", "_file", "_line").rows() == [
        ("attempts", "??", None, None),
        ("contact_points", "nobody", None, None),
        ("contact_points", "bad", "a.csv", 2),
    ]
    assert not any(value in reason for value, reason in lost.select("value", "reason").rows())


def test_a_local_number_in_an_attempt_is_the_account_s_point():
    accounts = [account(phones=["+44 7700 900123"], country=None), account("A2", phones=["+1 212 555 0123"])]
    attempts = [
        attempt("1", "07700 900123"),
        attempt("2", "7700900123"),
        attempt("3", "555-0123", "A2"),
        attempt("4", "+44 20 7946 0123"),
        attempt("5", "07700 900999"),
    ]
    assert keys_of_attempts(accounts, attempts) == [
        "+447700900123",
        "+447700900123",
        "+12125550123",
        "+442079460123",
        None,
    ]


def test_a_local_number_two_points_end_in_is_neither():
    accounts = [account(phones=["+1 212 555 0123", "+1 415 555 0123"])]
    assert keys_of_attempts(accounts, [attempt("1", "555-0123"), attempt("2", "415 555 0123")]) == [
        None,
        "+14155550123",
    ]


def test_letters_and_messages_find_their_point():
    accounts = [account(address="15 W 32nd St Apt 4", city="New York", region="NY", postal_code="10001",
                        emails=["Bob.Smith@gmail.com"])]  # fmt: skip
    attempts = [
        attempt("1", "15 West 32nd Street #4", channel="letter"),
        attempt("2", "bobsmith+x@gmail.com", channel="email"),
    ]
    assert keys_of_attempts(accounts, attempts) == ["us|10001|15|4|32nd st w", "bobsmith@gmail.com"]


def test_attempts_on_a_number_no_table_knows_are_read_by_the_account_s_country():
    assert keys_of_attempts([account()], [attempt("1", "(212) 555-0199")]) == ["+12125550199"]
    unknown = [attempt("1", "(212) 555-0199", "A9")]
    assert keys_of_attempts([account()], unknown, NormaliseParams(default_country="US")) == ["+12125550199"]


def test_a_stop_without_account_or_country_bars_every_point_it_can_mean():
    accounts = [account("A1", phones=["+44 20 7946 0123"]), account("A2", phones=["+61 2 7946 0123"])]
    stops = [{"contact_point": "2079460123", "kind": "opt_out", "since": AT}]
    done = normalise({"accounts": table(ACCOUNTS, accounts), "stops": table(STOPS, stops)}, PARAMS)
    assert done.stops["point_key"].to_list() == ["+442079460123"]


def test_every_attempt_and_stop_comes_out_once(batch):
    done = normalise(batch, PARAMS)
    assert done.attempts["attempt_id"].to_list() == ["T1", "T2", "T3"]
    assert done.stops.height == batch["stops"].height
    assert done.people.height == sum(batch[name].height for name in ("accounts", "records", "relations"))


def test_the_order_of_rows_does_not_matter(batch):
    once = normalise(batch, PARAMS)
    turned = normalise({name: frame.reverse() for name, frame in batch.items()}, PARAMS)
    for name in ("people", "points", "attempts", "stops", "unreadable"):
        assert_frame_equal(getattr(once, name), getattr(turned, name))


def test_input_is_not_changed_and_provenance_does_not_come_out(batch):
    before = {name: frame.clone() for name, frame in batch.items()}
    done = normalise(batch, PARAMS)
    for name, frame in batch.items():
        assert_frame_equal(frame, before[name])
    assert not set(PROVENANCE) & {*done.people.columns, *done.points.columns, *done.attempts.columns}


def test_rows_of_nulls_are_harmless():
    row = people({"account_id": "A1"}).row(0, named=True)
    assert {name for name, value in row.items() if value is not None} == {
        "table",
        "record_id",
        "source",
        "account_id",
        "kind",
    }


def test_the_default_country_stands_in_only_where_nothing_else_tells():
    rows = [
        account("A1", country=None, phones=["212 555 0123"]),
        account("A2", country=None, jurisdiction="GB", phones=["020 7946 0123"]),
        account("A3", country="CN", phones=["138 0000 1234"]),
    ]
    found = people(*rows, params=NormaliseParams(default_country="US"))
    assert found["phones"].to_list() == [["+12125550123"], ["+442079460123"], ["+8613800001234"]]
    assert people(rows[0])["phones"].to_list() == [None]


def test_point_keys_keeps_rows_columns_and_order():
    values = pl.DataFrame(
        {
            "n": [1, 2, 3, 4, 5],
            "kind": ["phone", None, "address", "phone", None],
            "value": ["212 555 0123", "A.B@gmail.com", "1 High St, Oxford OX1 4AB", None, "+44 20 7946 0123"],
            "country": ["US", None, "GB", "US", None],
        }
    )
    keyed = point_keys(values)
    assert keyed.columns == [*values.columns, "contact_point", "point_key"]
    assert_frame_equal(keyed.select(values.columns), values)
    assert keyed["point_key"].to_list() == [
        "+12125550123",
        "ab@gmail.com",
        "gb|ox14ab|1||high st",
        None,
        "+442079460123",
    ]
    assert point_keys(values.clear()).is_empty()
    nulls = point_keys(pl.DataFrame({"kind": [None], "value": [None], "country": [None]}))
    assert nulls["point_key"].to_list() == [None]


def test_a_sex_is_told_by_its_column_or_by_the_form_of_address():
    told = {"a": ("Mr. Lee Poe", "F"), "b": ("Poe, Ms Lee", None), "c": ("Lee Poe", "male"), "d": ("王伟先生", None)}
    silent = {"e": ("Missy Lee", "divers"), "f": ("Srinivas Poe", None), "g": ("Lee Poe Sr", None)}
    rows = [account(name, full_name=full, sex=sex) for name, (full, sex) in {**told, **silent}.items()]
    assert people(*rows)["sex"].to_list() == ["f", "f", "m", "m", None, None, None]
