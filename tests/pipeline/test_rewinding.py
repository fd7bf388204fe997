from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from skiptrace.contracts.inputs import INPUTS
from skiptrace.contracts.judgements import JUDGEMENTS
from skiptrace.pipeline.gathering import Gathered
from skiptrace.pipeline.rewinding import rewind

T = datetime(2026, 9, 1, 12, tzinfo=UTC)
BEFORE, AFTER = T - timedelta(days=30), T + timedelta(days=30)
DAY = timedelta(days=1)


def world(**rows):
    tables = {
        name: table.conform(pl.DataFrame(rows.get(name, []))) if rows.get(name) else table.empty()
        for name, table in INPUTS.items()
    }
    if not rows.get("accounts"):
        tables["accounts"] = INPUTS["accounts"].conform(pl.DataFrame([{"account_id": "A", "full_name": "Ann Example"}]))
    judgements = JUDGEMENTS.conform(pl.DataFrame(rows["judgements"])) if rows.get("judgements") else JUDGEMENTS.empty()
    return Gathered(tables=tables, history=tables["attempts"].clear(), judgements=judgements)


def attempt(name, at, **more):
    row = {"attempt_id": name, "account_id": "A", "channel": "call", "outcome": "no_answer", "started_at": at}
    return {**row, "response_at": None, "duration_s": None, **more}


def test_only_attempts_that_were_over_are_known():
    rows = [
        attempt("over", T - timedelta(minutes=10), duration_s=60.0),
        attempt("going on", T - timedelta(minutes=10), duration_s=1_200.0),
        attempt("later", T + timedelta(seconds=1)),
    ]
    assert rewind(world(attempts=rows), T).tables["attempts"]["attempt_id"].to_list() == ["over"]


@pytest.mark.parametrize(
    ("channel", "outcome", "ago", "answered", "known"),
    [
        ("sms", "replied", 5, 2, "replied"),
        ("sms", "replied", 5, 8, "sent"),
        ("sms", "replied", 5, None, "sent"),
        ("sms", "replied", 30, None, "replied"),
        ("letter", "returned", 24 * 10, None, "sent"),
        ("letter", "responded", 24 * 20, 24 * 13, "responded"),
        ("letter", "responded", 24 * 20, 24 * 21, "sent"),
        ("email", "sent", 5, None, "sent"),
        ("call", "right_party", 5, None, "right_party"),
    ],
)
def test_an_answer_is_known_once_it_has_come(channel, outcome, ago, answered, known):
    at = T - timedelta(hours=ago)
    reply = None if answered is None else at + timedelta(hours=answered)
    rows = [attempt("x", at, channel=channel, outcome=outcome, response_at=reply)]
    rows.append(attempt("y", BEFORE, channel="sms", outcome="replied", response_at=BEFORE))
    (found,) = rewind(world(attempts=rows), T).tables["attempts"].filter(pl.col("attempt_id") == "x").to_dicts()
    assert found["outcome"] == known
    assert found["response_at"] == (reply if reply and reply <= T else None)


def test_points_and_records_seen_later_are_not_known():
    points = [
        {"account_id": "A", "kind": "phone", "value": name, "first_seen": first, "last_seen": last}
        for name, first, last in [
            ("before", date(2026, 1, 1), date(2026, 2, 1)),
            ("still", date(2026, 1, 1), date(2026, 10, 1)),
            ("after", date(2026, 9, 2), date(2026, 10, 1)),
            ("today", date(2026, 9, 1), None),
            ("who knows", None, date(2026, 10, 1)),
            ("undated", None, None),
        ]
    ]
    found = rewind(world(contact_points=points), T)
    seen = dict(found.tables["contact_points"].select("value", "last_seen").iter_rows())
    assert seen == {"before": date(2026, 2, 1), "still": date(2026, 1, 1), "undated": None}
    assert found.undated == 1


def test_a_record_needs_a_consent_that_was_given():
    def consent(name, at, **more):
        given = {"consent_id": name, "given_by": "debtor", "given_to": "this_collector", "basis": "consent"}
        return {**given, "purposes": ["locate"], "given_at": at, "revoked_at": None, **more}

    consents = [consent("early", BEFORE), consent("late", AFTER), consent("gone", BEFORE, revoked_at=AFTER)]
    records = [
        {"record_id": f"{name} {day:%m}", "source": "bureau", "consent_id": name, "observed_on": day}
        for name in ("early", "late", "gone")
        for day in (date(2026, 8, 1), date(2026, 10, 1))
    ]
    found = rewind(world(consents=consents, records=records), T).tables
    assert found["records"]["record_id"].to_list() == ["early 08", "gone 08"]
    assert dict(found["consents"].select("consent_id", "revoked_at").iter_rows()) == {"early": None, "gone": None}


def test_accounts_stops_and_judgements_made_later_are_not_known():
    accounts = [
        {"account_id": name, "full_name": "Ann Example", "opened_on": opened}
        for name, opened in [("A", date(2026, 1, 1)), ("B", date(2026, 10, 1)), ("C", None)]
    ]
    stops = [
        {"account_id": who, "kind": "cease", "since": since}
        for who, since in [("A", BEFORE), ("A", AFTER), ("B", BEFORE)]
    ]
    pair = {
        "source_l": "accounts",
        "record_id_l": "A",
        "source_r": "accounts",
        "record_id_r": "C",
        "judgement": "match",
    }
    judgements = [{**pair, "judged_at": at} for at in (BEFORE, AFTER)]
    attempts = [attempt("a", BEFORE), attempt("b", BEFORE, account_id="B")]
    found = rewind(world(accounts=accounts, stops=stops, judgements=judgements, attempts=attempts), T)
    assert found.tables["accounts"]["account_id"].to_list() == ["A", "C"]
    assert found.tables["stops"].select("account_id", "since").rows() == [("A", BEFORE)]
    assert found.tables["attempts"]["attempt_id"].to_list() == ["a"]
    assert found.judgements["judged_at"].to_list() == [BEFORE]
