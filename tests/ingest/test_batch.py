from __future__ import annotations

import datetime as dt
import json

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skiptrace.contracts.inputs import INPUTS
from skiptrace.errors import InputError, SettingsError
from skiptrace.ingest import read
from skiptrace.settings import IngestParams
from skiptrace.tables import PROVENANCE, REJECTED_SCHEMA

HEADS = {
    name: ",".join(column for column in table.columns if column != "extra") + "\n" for name, table in INPUTS.items()
}


def test_every_table_may_be_empty(batch):
    got = batch({f"{name}.csv": head for name, head in HEADS.items()})
    for name, table in INPUTS.items():
        assert got.tables[name].is_empty()
        assert dict(got.tables[name].schema) == {**table.schema, **PROVENANCE}
    assert dict(got.rejected.schema) == dict(REJECTED_SCHEMA)
    assert got.files.select("read", "accepted", "rejected").unique().rows() == [(0, 0, 0)]
    assert len(got.notes) == 7


def test_a_row_of_nothing_but_its_id_is_rejected_with_all_it_lacks(batch):
    files = {f"{name}.csv": head + "A1" + "," * (head.count(",")) + "\n" for name, head in HEADS.items()}
    got = batch(files)
    reasons = dict(got.rejected.select("file", "reason").iter_rows())
    assert reasons["accounts.csv"].startswith("no name")
    assert reasons["contact_points.csv"].startswith("missing value; ") or reasons["contact_points.csv"].startswith(
        "missing"
    )
    columns = dict(got.rejected.select("file", "column").iter_rows())
    assert columns["attempts.csv"] == "account_id;channel;started_at;outcome"
    assert columns["consents.csv"] == "given_by;basis;purposes;given_at"


def test_wide_columns_become_contact_points_with_their_label(batch):
    text = (
        "account_id,name,mobile,work_phone,email_1,street,city,zip,country\n"
        "A1,Ann,+1 415 555 0100; +1 415 555 0101,ask Bob,ann@example.com,1 High St,Leeds,LS1,GB\n"
    )
    got = batch({"accounts.csv": text})
    points = got.tables["contact_points"].select("kind", "value", "label", "source", "consent_id").rows()
    assert points == [
        ("address", "1 High St, Leeds, LS1, GB", None, "accounts", None),
        ("email", "ann@example.com", None, "accounts", None),
        ("phone", "+1 415 555 0100", "mobile", "accounts", None),
        ("phone", "+1 415 555 0101", "mobile", "accounts", None),
    ]
    assert got.set_aside.rows() == [
        ("accounts.csv", 2, "work_phone", "found a phone with letters, expected digits", "A1", "ask Bob")
    ]
    assert got.tables["accounts"].get_column("phones").to_list() == [["+1 415 555 0100", "+1 415 555 0101"]]


def test_unknown_columns_come_back_out_untouched(batch):
    got = batch({"accounts.csv": 'account_id,full_name,Zeta,alpha\nA1,Ann," x ",\n'})
    assert got.tables["accounts"].get_column("extra").to_list() == ['{"Zeta":" x ","alpha":""}']


def test_a_row_with_several_faults_stands_once_with_all_of_them(batch):
    got = batch({"accounts.csv": "account_id,full_name,balance,days_past_due,opened_on\nA1,Ann,-5,x,2026-02-30\n"})
    (row,) = got.rejected.iter_rows(named=True)
    assert row["column"] == "days_past_due;opened_on;balance"
    assert row["reason"].count("; ") == 2
    assert json.loads(row["row"])["balance"] == "-5"


def test_reasons_name_kinds_and_never_the_value(batch):
    secret = "Zanzibar-4711"
    rows = f"A9,{secret},{secret},{secret},{secret},{secret},{secret},{secret},{secret}\n"
    head = "account_id,kind,balance,days_past_due,tag,promise_due_on,opened_on,birth_date,full_name\n"
    got = batch({"accounts.csv": head + rows, "accounts_2.csv": "account_id,full_name\nA1,Ann\n"})
    assert secret not in " ".join(got.rejected.get_column("reason"))
    assert got.rejected.height == 1


def test_a_declared_zone_that_does_not_exist_is_no_zone_left_out(batch):
    """Its hours would bind: what may be done in the zones that are known may be forbidden in the one that was meant."""
    zones = ["America/Denver", "america/new york", "US/Eastern", "", "Mars/Olympus", "UTC+5", "../passwd"]
    rows = [f"A{number},Ann,{zone}" for number, zone in enumerate(zones)]
    relations = "account_id,relation,full_name,time_zone,consent_id\nA0,spouse,Bo,Mars/Olympus,\n"
    got = batch(
        {"accounts.csv": "\n".join(["account_id,full_name,time_zone", *rows]) + "\n", "relations.csv": relations}
    )
    assert got.tables["accounts"].get_column("account_id").to_list() == ["A0", "A1", "A2", "A3"]
    rejected = got.rejected.filter(pl.col("file") == "accounts.csv")
    assert rejected.get_column("line").to_list() == [6, 7, 8]
    assert set(rejected.get_column("column")) == {"time_zone"}
    assert set(rejected.get_column("reason")) == {
        "found no known time zone, expected an IANA name such as America/New_York"
    }
    assert "found no known time zone" in got.rejected.filter(pl.col("file") == "relations.csv")["reason"].item()


def test_records_without_a_consent_leave_only_ids_behind(batch):
    got = batch(
        {"records.csv": "record_id,source,consent_id,full_name,birth_date\nR1,s,C9,Zoe,1980-02-30\nR2,s,,Yan,\n"}
    )
    assert [json.loads(row) for row in got.rejected.get_column("row")] == [
        {"record_id": "R1", "consent_id": "C9", "source": "s"},
        {"record_id": "R2", "consent_id": None, "source": "s"},
    ]
    assert "consent not found" in got.rejected.get_column("reason")[0]


def test_a_damaged_line_of_records_leaves_nothing_behind(batch):
    got = batch({"records.csv": "record_id,source,consent_id,full_name\nR1,s,C9,Zoe,more\n"})
    assert got.rejected.get_column("row").to_list() == ["{}"]


def test_a_stop_that_cannot_be_read_bars_its_account(batch):
    rows = "A1,teleport,2026-01-01\nA2,cease,soon\nA9,cease,soon\nA2,cease\n"
    got = batch({"stops.csv": "account_id,kind,since\n" + rows})
    stops = got.tables["stops"]
    assert stops.select("account_id", "kind", "until").rows() == [
        ("A1", "unreadable", None),
        ("A2", "unreadable", None),
    ]
    assert (stops.get_column("since") < dt.datetime(1950, 1, 1, tzinfo=dt.UTC)).all()
    assert got.files.filter(pl.col("table") == "stops").select("read", "accepted", "rejected").row(0) == (4, 0, 4)


def test_a_stop_on_a_point_of_nobody_bars_whoever_has_it(batch):
    got = batch({"stops.csv": "account_id,contact_point,kind,since\nA9,+15550100,cease,2026-01-01\n,+15550101,x,\n"})
    assert got.tables["stops"].select("account_id", "contact_point", "kind").rows() == [
        (None, "+15550100", "cease"),
        (None, "+15550101", "unreadable"),
    ]


@pytest.mark.parametrize("table", ["stops", "attempts"])
def test_without_a_file_that_can_only_forbid_everybody_is_barred(batch, table):
    got = batch({f"{table}.csv": "this^is^no^header\n1^2^3^4\n"})
    assert got.tables["stops"].get_column("account_id").to_list() == ["A1", "A2"]
    assert got.rejected.row(0)[:2] == (f"{table}.csv", 1)


def test_an_empty_file_among_others_bars_nobody_and_is_named(batch):
    got = batch({"stops.csv": ""})
    assert got.tables["stops"].is_empty()
    assert got.rejected.rows() == [("stops.csv", 1, None, "empty file", None)]


def test_an_attempt_with_an_unknown_outcome_still_counts(batch):
    head = "attempt_id,account_id,channel,started_at,outcome,duration\n"
    rows = (
        "X,A1,call,2026-03-05T10:00:00Z,teleported,1\n"
        "Y,A1,call,2026-03-05T11:00:00Z,busy,long\n"
        "Z,A1,call,soon,teleported,1\n"
        "W,A9,call,2026-03-05T10:00:00Z,teleported,1\n"
        "V,A1,call,2026-03-05T12:00:00Z,busy,1\n"
        "V,A1,call,2026-03-05T12:00:00Z,teleported,1\n"
    )
    got = batch({"attempts.csv": head + rows})
    assert got.rejected.get_column("line").to_list() == [2, 3, 4, 5, 7]
    uncoded = got.uncoded_attempts
    assert uncoded.get_column("outcome").null_count() == uncoded.height == 3
    assert set(uncoded.get_column("attempt_id")) >= {"X", "Y"}
    assert not set(uncoded.get_column("attempt_id")) & set(got.tables["attempts"].get_column("attempt_id"))


def test_derived_ids_do_not_depend_on_file_order_or_place(batch):
    row = "A1,call,2026-03-05T10:00:00Z,busy\n"
    other = "A2,sms,2026-03-05T10:00:00Z,delivered\n"
    head = "account_id,channel,started_at,outcome\n"
    one = batch({"attempts.csv": head + row + other}).tables["attempts"]
    two = batch({"calls.csv": head + other, "dialer_log.jsonl": _as_json(head, row)}).tables["attempts"]
    assert one.get_column("attempt_id").to_list() == two.get_column("attempt_id").to_list()
    assert one.get_column("attempt_id").str.len_bytes().unique().to_list() == [20]


def _as_json(head: str, row: str) -> str:
    return json.dumps(dict(zip(head.strip().split(","), row.strip().split(","), strict=True))) + "\n"


def test_a_derived_attempt_id_is_the_same_on_every_machine(batch):
    got = batch({"attempts.csv": "account_id,channel,started_at,outcome\nA1,call,2026-03-05T10:00:00Z,busy\n"})
    assert got.tables["attempts"].get_column("attempt_id").to_list() == ["att_7533734bd89d2a0c"]


def test_one_bad_file_does_not_stop_the_others(batch):
    got = batch({"records.csv": "nothing\nx\n", "junk.csv": "a,b\n1,2\n", "consents.parquet": b"junk"})
    assert got.tables["accounts"].height == 2
    assert got.rejected.select("file", "line").rows() == [("consents.parquet", 1), ("junk.csv", 1), ("records.csv", 1)]
    assert got.files.get_column("rejected").to_list() == [0, 1, 1, 1]


def test_files_are_told_by_their_columns_where_their_name_says_nothing(batch):
    got = batch({"export.csv": "account_id,channel,started_at,outcome\nA1,call,2026-03-05T10:00:00Z,busy\n"})
    assert got.tables["attempts"].height == 1


def test_chinese_files_are_read(batch):
    accounts = '借款编号,姓名,手机号,欠款金额,逾期天数\nA1,张伟,13800000000,"1,200.50",30\n'
    attempts = "借款编号\t渠道\t拨打号码\t拨打时间\t通话结果\nA1\t电话\t13800000000\t2026年3月5日 10:00\t关机\n"
    got = batch({"账户.csv": accounts.encode("gb18030"), "联系记录.tsv": attempts}, time_zone="Asia/Shanghai")
    assert got.tables["accounts"].select("full_name", "balance", "days_past_due").row(0) == ("张伟", 1200.5, 30)
    assert got.tables["attempts"].select("channel", "outcome", "started_at").row(0) == (
        "call",
        "switched_off",
        dt.datetime(2026, 3, 5, 2, tzinfo=dt.UTC),
    )


def test_two_files_of_one_name_are_told_apart_by_their_folder(tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "accounts.csv").write_text(f"account_id,full_name\n{folder},Ann\n")
    got = read([tmp_path / "a", tmp_path / "b"], IngestParams())
    assert got.files.get_column("file").to_list() == ["a/accounts.csv", "b/accounts.csv"]


def test_hidden_and_foreign_files_of_a_folder_are_left_alone(batch):
    got = batch(
        {".accounts.csv": "x", "~$accounts.xlsx": "x", "README.md": "x", "manifest.json": "{}", "notes.txt": "x"}
    )
    assert got.files.get_column("file").to_list() == ["accounts.csv"]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"accounts.csv": ""}, "accounts.csv, line 1: empty file"),
        (
            {"accounts.csv": "acount_id,full_name\nA1,Ann\n"},
            "column account_id: required column .* nearest found: acount_id",
        ),
        (
            {"accounts.csv": "A1,Ann Lee,555\nA2,Bob,556\n"},
            "account_id and full_name is missing .* is the first line the header",
        ),
        ({"accounts.csv": "account_id^full_name\nA1^Ann\n"}, "account_id"),
        ({"accounts.csv": "account_id,full_name,balance,balance\nA1,Ann,1,2\n"}, "2 columns are headed balance"),
        ({"accounts_.json": "[\n{}\n]\n"}, "expected JSON Lines"),
    ],
)
def test_without_accounts_nothing_goes_on_and_one_line_says_why(batch, files, message):
    with pytest.raises(InputError, match=message) as stopped:
        batch(files)
    assert "\n" not in str(stopped.value)
    assert "Ann" not in str(stopped.value)


def test_what_does_not_exist_is_said(tmp_path):
    with pytest.raises(InputError, match="no such file or folder"):
        read([tmp_path / "nowhere"], IngestParams())
    with pytest.raises(InputError, match="no input files in this folder"):
        read([tmp_path], IngestParams())
    with pytest.raises(InputError, match="no input named"):
        read([], IngestParams())
    (tmp_path / "attempts.csv").write_text("account_id,channel,started_at,outcome\n")
    with pytest.raises(InputError, match="no accounts"):
        read([tmp_path / "attempts.csv"], IngestParams())


@pytest.mark.parametrize(
    "params", [{"columns": {"x": "qqqq"}}, {"outcomes": {"x": "qqqq"}}, {"time_zone": "Moon/Base"}]
)
def test_settings_that_name_nothing_are_an_error(batch, params):
    with pytest.raises(SettingsError):
        batch({}, **params)


VALUES = st.sampled_from(
    ["", "A1", "A2", "C1", "call", "phone", "1", "-1", "2026-01-01", "2026-01-01T00:00:00Z", "x", "无"]
)


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(data=st.data())
def test_every_row_of_every_file_is_accounted_for(batch, data):
    files = {}
    for name, head in HEADS.items():
        width = head.count(",") + 1
        rows = data.draw(st.lists(st.lists(VALUES, min_size=width, max_size=width), max_size=3))
        files[f"{name}.csv"] = head + "".join(",".join(row) + "\n" for row in rows)
    got = batch(files)
    assert got.files.filter(pl.col("read") != pl.col("accepted") + pl.col("rejected")).is_empty()
    counts = dict(got.rejected.group_by("file").len().iter_rows())
    for row in got.files.iter_rows(named=True):
        assert counts.get(row["file"], 0) == row["rejected"]
        assert row["read"] == sum(1 for line in files[row["file"]].splitlines()[1:] if line.strip(","))
    assert not got.rejected.select("file", "line").is_duplicated().any()
    for name, table in INPUTS.items():
        checked = table.validate(got.tables[name])
        assert checked.rejected.is_empty(), name
        assert not got.tables[name].select(table.key).is_duplicated().any() or name == "stops"
