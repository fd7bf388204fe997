import csv
from datetime import datetime

from skiptrace.vocabulary import Outcome, StopKind


def rows(samples, name):
    with (samples / "five_accounts" / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_every_row_names_an_account_and_every_consent_asked_for_is_there(samples):
    accounts = {row["account_id"] for row in rows(samples, "accounts.csv")}
    consents = {row["consent_id"] for row in rows(samples, "consents.csv")}
    assert len(accounts) == 5
    for name in ("attempts.csv", "relations.csv", "stops.csv"):
        assert {row["account_id"] for row in rows(samples, name)} <= accounts
    assert {row["consent_id"] for name in ("records.csv", "relations.csv") for row in rows(samples, name)} - {
        ""
    } <= consents


def test_words_are_of_the_vocabulary_and_times_have_a_zone_and_lie_before_the_sample_day(samples):
    as_of = datetime.fromisoformat("2026-11-23T09:00:00+00:00")
    for row in rows(samples, "attempts.csv"):
        assert row["outcome"] in set(Outcome)
        assert datetime.fromisoformat(row["started_at"]) < as_of
    assert {row["kind"] for row in rows(samples, "stops.csv")} <= set(StopKind)


def test_it_can_be_read_by_eye(samples):
    assert (
        sum(len(path.read_text(encoding="utf-8").splitlines()) for path in (samples / "five_accounts").iterdir()) < 70
    )
