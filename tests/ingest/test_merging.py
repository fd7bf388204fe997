from __future__ import annotations

import datetime as dt
import random

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

HEAD = "account_id,full_name,birth_date,employer,phone_1,balance\n"
ATTEMPT = "attempt_id,account_id,channel,started_at,outcome\n"
CONSENT = "consent_id,given_by,given_to,basis,purposes,channels,given_at,valid_until,revoked_at\n"
REPEATED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)


def rejected(read) -> list[tuple[str, int, str | None, str]]:
    return [(row[0], row[1], row[2], row[3].split(":")[0]) for row in read.rejected.iter_rows()]


def test_a_row_given_twice_is_read_once(batch):
    read = batch({"accounts.csv": HEAD + "A1,Ann,,,,1\nA2,Bo,,,,2\nA1,Ann,,,,1\n"})
    assert read.tables["accounts"].get_column("_line").to_list() == [2, 3]
    assert rejected(read) == [("accounts.csv", 4, "account_id", "duplicate")]
    assert read.conflicts.is_empty()


def test_a_later_row_fills_what_the_first_left_open(batch):
    read = batch({"accounts.csv": HEAD + "A1,Ann,,,,1\n", "accounts_2.csv": HEAD + "A1,Ann,1980,Acme,+15550100,1\n"})
    row = read.tables["accounts"].row(0, named=True)
    assert (row["birth_date"], row["employer"], row["phones"]) == ("1980", "Acme", ["+15550100"])
    assert read.rejected.is_empty()
    assert read.files.get_column("accepted").to_list() == [1, 1]


def test_rows_that_disagree_keep_the_first_and_name_the_columns(batch):
    read = batch({"accounts.csv": HEAD + "A1,Ann,1980,,,1\nA1,Ann,1981,Acme,,2\n"})
    assert read.tables["accounts"].select("birth_date", "employer", "balance").row(0) == ("1980", None, 1.0)
    assert rejected(read) == [("accounts.csv", 3, "birth_date;balance", "conflict")]
    assert read.conflicts.row(0) == ("accounts.csv", 3, "accounts", "A1", "birth_date;balance")


def test_two_rows_that_fill_one_gap_differently_disagree(batch):
    read = batch({"accounts.csv": HEAD + "A1,Ann,,,,1\nA1,Ann,1980,,,1\nA1,Ann,1981,,,1\n"})
    assert read.tables["accounts"].get_column("birth_date").to_list() == ["1980"]
    assert rejected(read) == [("accounts.csv", 4, "birth_date", "conflict")]


def test_phones_of_one_account_are_put_together(batch):
    read = batch({"accounts.csv": HEAD + "A1,Ann,,,+15550100,1\nA1,Ann,,,+15550101,1\n"})
    assert read.tables["accounts"].get_column("phones").to_list() == [["+15550100", "+15550101"]]
    assert read.tables["contact_points"].height == 2


def test_of_two_versions_of_an_attempt_the_stricter_counts(batch):
    rows = "X,A1,call,2026-03-05T10:00:00Z,busy\nX,A1,call,2026-03-05T10:00:00Z,no_answer\n"
    read = batch({"attempts.csv": ATTEMPT + rows + "X,A1,call,2026-03-05T10:00:00Z,right_party\n"})
    assert read.tables["attempts"].get_column("outcome").to_list() == ["right_party"]
    assert [line for _, line, *_ in rejected(read)] == [2, 3]


def test_an_outcome_that_leaves_a_conversation_open_binds_like_one(batch):
    rows = "X,A1,call,2026-03-05T10:00:00Z,no_answer\nX,A1,call,2026-03-05T10:00:00Z,human_unverified\n"
    assert batch({"attempts.csv": ATTEMPT + rows}).tables["attempts"].get_column("outcome").to_list() == [
        "human_unverified"
    ]


def test_attempts_without_ids_that_are_alike_in_every_column_are_one(batch):
    row = "A1,call,2026-03-05T10:00:00Z,busy\n"
    read = batch(
        {"attempts.csv": "account_id,channel,started_at,outcome\n" + row + row + row.replace("busy", "no_answer")}
    )
    assert read.tables["attempts"].height == 2
    assert rejected(read) == [("attempts.csv", 3, "attempt_id", "duplicate")]


def test_of_a_consent_only_what_all_versions_grant_is_kept(batch):
    rows = (
        "C,debtor,creditor,consent,locate;contact,call;sms,2026-01-01,2027-01-01,\n"
        "C,debtor,this_collector,consent,contact;share,,2026-02-01,2026-12-01,2026-06-01\n"
    )
    read = batch({"consents.csv": CONSENT + rows})
    row = read.tables["consents"].row(0, named=True)
    assert (row["purposes"], row["channels"], row["given_to"]) == (["contact"], ["call", "sms"], None)
    assert [row[name].date() for name in ("given_at", "valid_until", "revoked_at")] == [
        dt.date(2026, 2, 1),
        dt.date(2026, 12, 1),
        dt.date(2026, 6, 1),
    ]
    assert [line for _, line, *_ in rejected(read)] == [3]


def test_consents_that_share_no_purpose_grant_none(batch):
    rows = "C,debtor,,consent,locate,call,2026-01-01,,\nC,debtor,,consent,share,sms,2026-01-01,,\n"
    row = batch({"consents.csv": CONSENT + rows}).tables["consents"].row(0, named=True)
    assert (row["purposes"], row["channels"]) == ([], [])


def test_every_distinct_stop_is_its_own(batch):
    head = "account_id,kind,since,until\n"
    rows = "A1,refused,2026-01-01,\nA1,refused,2026-01-01,2026-02-01\nA1,refused,2026-01-01,\n"
    read = batch({"stops.csv": head + rows})
    assert read.tables["stops"].height == 2
    assert rejected(read) == [("stops.csv", 4, "account_id;kind;channel;since", "duplicate")]


def test_of_two_checks_for_reassignment_the_latest_counts_and_of_one_moment_the_worse(batch):
    head = "account_id,kind,value,first_seen,last_seen,reassignment_checked_on,reassignment_result\n"
    rows = (
        "A1,phone,+15550100,2026-01-02,2026-02-01,2026-01-01,not_reassigned\n"
        "A1,phone,+15550100,2026-01-01,2026-03-01,2026-02-01,not_reassigned\n"
        "A1,phone,+15550100,,,2026-02-01,reassigned\n"
    )
    read = batch({"contact_points.csv": head + rows})
    row = read.tables["contact_points"].row(0, named=True)
    assert row["reassignment_result"] == "reassigned"
    assert (row["first_seen"], row["last_seen"]) == (dt.date(2026, 1, 1), dt.date(2026, 3, 1))
    assert read.rejected.is_empty()


FILES = {
    "accounts.csv": HEAD + "A1,Ann,,,+15550100,1\nA2,Bo,1980,,,2\nA2,Bo,1981,,,2\nA1,Ann,1970,,+15550101,1\nA3,,,,,\n",
    "attempts.csv": ATTEMPT
    + "X,A1,call,2026-03-05T10:00:00Z,no_answer\nX,A1,call,2026-03-05T10:00:00Z,right_party\n"
    + "Y,A2,call,2026-03-05T10:00:00Z,busy\nZ,A2,call,soon,busy\nW,A9,call,2026-03-05T10:00:00Z,busy\n"
    + "V,A1,call,2026-03-05T10:00:00Z,teleported\n",
    "consents.csv": CONSENT
    + "C,debtor,creditor,consent,locate;contact,,2026-01-01,,\nC,debtor,,consent,locate,,2026-01-02,,\n",
    "records.csv": "record_id,source,consent_id,full_name\nR1,s,C,Ann\nR1,s,C,Bob\nR2,s,Q,Cy\n",
    "relations.csv": "account_id,relation,full_name,consent_id\nA1,spouse,Zoe,C\nA1,spouse,Zoe,C\n",
    "stops.csv": "account_id,kind,since\nA1,cease,2026-01-01\nA1,cease,2026-01-01\nA2,what,2026-01-01\n",
    "contact_points.csv": "account_id,kind,value,label\nA1,phone,+15550100,home\nA1,phone,+15550100,work\n",
}


def test_the_same_files_again_change_nothing(batch):
    first = batch(FILES)
    again = batch(FILES, first.tables)
    for name in first.tables:
        assert again.tables[name].equals(first.tables[name]), name
    assert again.rejected.equals(first.rejected)
    assert again.files.equals(first.files)
    assert again.uncoded_attempts.equals(first.uncoded_attempts)


@pytest.mark.slow
@REPEATED
@given(seed=st.integers(0, 10**6))
def test_the_order_of_rows_without_conflicts_does_not_matter(batch, seed):
    def shuffled(text: str) -> str:
        head, *rows = text.splitlines(keepends=True)
        random.Random(seed).shuffle(rows)  # noqa: S311  # shuffles a test's rows, no secret
        return head + "".join(rows)

    free = {
        "accounts.csv": HEAD + "A1,Ann,,,+15550100,1\nA2,Bo,1980,,,2\nA3,Cy,,,,\nA3,,1990,,,\n",
        "attempts.csv": FILES["attempts.csv"],
        "stops.csv": FILES["stops.csv"],
    }
    plain, other = batch(free), batch({name: shuffled(text) for name, text in free.items()})
    for name in plain.tables:
        mine, yours = (read.tables[name].drop("_line") for read in (plain, other))
        assert mine.equals(yours), name
    assert plain.uncoded_attempts.equals(other.uncoded_attempts)


def test_a_newer_batch_changes_what_changes_and_fills_what_was_unknown_but_not_who_it_is(batch):
    first = batch({"accounts.csv": HEAD + "A1,Ann,,,+15550100,100\nA2,Bo,1980,,,5\n"})
    later = batch({"accounts.csv": HEAD + "A1,Ann,1970,,+15550101,50\nA2,Bob,1980,,,4\n"}, first.tables)
    ann, bo = later.tables["accounts"].sort("account_id").iter_rows(named=True)
    assert (ann["balance"], ann["birth_date"], ann["phones"]) == (50, "1970", ["+15550100", "+15550101"])
    assert (bo["balance"], bo["full_name"]) == (5, "Bo")
    assert rejected(later) == [("accounts.csv", 3, "full_name", "conflict")]
    assert later.tables["contact_points"].height == 2


def test_a_stricter_version_of_a_known_attempt_takes_its_place_and_is_told(batch):
    known = batch({"attempts.csv": ATTEMPT + "X,A1,call,2026-03-05T10:00:00Z,no_answer\n"}).tables
    later = batch({"attempts.csv": ATTEMPT + "X,A1,call,2026-03-05T10:00:00Z,right_party\n"}, known)
    assert later.tables["attempts"].get_column("outcome").to_list() == ["right_party"]
    assert later.rejected.is_empty()
    assert later.conflicts.row(0) == ("attempts.csv", 2, "attempts", "X", "outcome")


def test_known_accounts_and_consents_count_for_rows_that_name_them(batch):
    known = batch({"consents.csv": CONSENT + "C,debtor,,consent,locate,,2026-01-01,,\n"}).tables
    rows = "record_id,source,consent_id,full_name\nR1,s,C,Ann\n"
    later = batch({"accounts.csv": "account_id,full_name\n", "records.csv": rows}, known)
    assert later.tables["records"].height == 1
    assert later.tables["accounts"].height == 2
    assert later.tables["accounts"].get_column("_file").null_count() == 2


@pytest.mark.parametrize(
    "table", ["accounts", "attempts", "consents", "records", "relations", "stops", "contact_points"]
)
def test_a_table_of_one_key_many_times_is_merged_in_reasonable_time(batch, table):
    head, *rows = FILES[f"{table}.csv"].splitlines()
    many = "\n".join([head, *(f"{rows[0]}" for _ in range(20_000))])
    read = batch({**FILES, f"{table}.csv": many})
    assert read.tables[table].filter(pl.col("_file") == f"{table}.csv").height == 1
