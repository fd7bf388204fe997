from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from skiptrace.contracts.stages import CODED_ATTEMPTS, LEADS, PEOPLE
from skiptrace.settings import LearnParams
from skiptrace.timing.beliefs import believe
from skiptrace.timing.cast import assemble
from skiptrace.timing.evidence import OPEN, QUIET, SETTLED, deadliness, gather, hear

AS_OF = datetime(2026, 11, 20, 12, tzinfo=UTC)


def lead(**values):
    base = {
        "account_id": "A1",
        "contact_point": "+12125550100",
        "kind": "phone",
        "rank": 1,
        "party": "debtor",
        "p_owner": 0.8,
        "p_live": 0.8,
        "zones": ["America/New_York"],
    }
    row = base | values
    return row | {"point_key": row["contact_point"]}


def heard_of(*attempts, leads=None, as_of=AS_OF):
    """Attempts as (hours before as_of, outcome, further columns)."""
    rows = [
        {
            "attempt_id": f"T{i}",
            "account_id": "A1",
            "channel": "call",
            "point_key": "+12125550100",
            "started_at": AS_OF - timedelta(hours=ago),
            "outcome": outcome,
            **more,
        }
        for i, (ago, outcome, more) in enumerate(attempts)
    ]
    schema = {"started_at": pl.Datetime("us", "UTC"), "response_at": pl.Datetime("us", "UTC")}
    frame = CODED_ATTEMPTS.conform(pl.DataFrame(rows, schema_overrides=schema, infer_schema_length=None))
    cast = assemble(LEADS.conform(pl.DataFrame(leads or [lead()])), frame, PEOPLE.empty())
    heard = hear(frame, cast)
    evidence = gather(heard, deadliness(heard, cast, as_of), as_of, LearnParams())
    return cast, heard, evidence


def trials(*attempts, **more):
    evidence = heard_of(*attempts, **more)[2]
    return list(zip(evidence.part.tolist(), evidence.reached.tolist(), strict=True))


@pytest.mark.parametrize("outcome", ["human_unverified", "abandoned", "failed", None])
def test_what_tells_nothing_is_missing_and_not_a_failure(outcome):
    assert trials((5, outcome, {})) == []


@pytest.mark.parametrize("outcome", ["disconnected", "wrong_number"])
def test_what_proves_the_point_useless_says_nothing_of_the_person(outcome):
    assert trials((5, outcome, {})) == []


def test_silence_after_the_last_sign_of_life_is_told_apart():
    got = trials(
        (9, "no_answer", {}), (8, "right_party", {}), (7, "no_answer", {}), (6, "busy", {}), (5, "no_answer", {})
    )
    assert sorted(got) == sorted([(SETTLED, 0.0), (SETTLED, 1.0), (OPEN, 0.0), (OPEN, 0.0), (QUIET, 0.0)])


def test_a_mailbox_that_takes_the_call_speaks_for_life_and_a_phone_switched_off_against_it():
    def death(outcome):
        return heard_of((5, outcome, {}))[2].death.tolist()

    assert trials((5, "voicemail", {})) == [(QUIET, 0.0)]
    assert death("voicemail") < death("no_answer") < death("switched_off")
    assert death("busy") == [0.0]


def test_an_attempt_after_the_moment_is_not_known():
    assert trials((-1, "right_party", {})) == []


def test_a_message_is_no_failure_before_its_day_is_over():
    sms = {"channel": "sms"}
    assert trials((5, "delivered", sms)) == []
    assert trials((25, "delivered", sms)) == [(OPEN, 0.0)]
    assert trials((25, "opened", {"channel": "email"})) == [(OPEN, 0.0)]


def test_a_reply_counts_if_it_came_in_time_and_by_then():
    def replied(after, ago=100):
        more = {"channel": "sms", "response_at": AS_OF - timedelta(hours=ago - after)}
        return (ago, "replied", more)

    assert trials(replied(3)) == [(SETTLED, 1.0)]
    assert trials(replied(30)) == [(OPEN, 0.0)]
    assert trials(replied(9, ago=10), as_of=AS_OF - timedelta(hours=5)) == []


def test_the_time_of_reading_is_no_reply_but_that_of_an_answer_is():
    at = {"response_at": AS_OF - timedelta(hours=99)}
    assert trials((100, "opened", {"channel": "email"} | at)) == [(OPEN, 0.0)]
    assert trials((100, "delivered", {"channel": "sms"} | at)) == [(SETTLED, 1.0)]


def test_a_letter_never_answered_is_soft_evidence_once_its_fortnight_is_over():
    letter = {"channel": "letter"}
    evidence = heard_of((15 * 24, "sent", letter), (13 * 24, "sent", letter))[2]
    assert evidence.reached.tolist() == [0.0]
    assert evidence.trust.tolist() == [LearnParams().soft_weight]


def test_an_inbound_call_shows_when_and_is_no_trial():
    evidence = heard_of((2, "right_party", {"direction": "inbound"}))[2]
    assert len(evidence.point) == 0
    assert evidence.present_hour.tolist() == [4 * 24 + 5]


def test_older_attempts_count_less():
    evidence = heard_of((180 * 24, "no_answer", {}), (0, "no_answer", {}))[2]
    assert sorted(evidence.weight.tolist()) == pytest.approx([0.5, 1.0])
    assert evidence.fresh().weight.tolist() == [1.0, 1.0]


def test_an_attempt_without_a_point_or_lead_still_counts_for_the_person():
    cast, _, evidence = heard_of((5, "right_party", {"point_key": None}), (5, "no_answer", {"point_key": "+1646"}))
    assert cast.points.height == 3
    assert cast.points["zone"].to_list() == ["America/New_York"] * 3
    assert evidence.person.tolist() == [0, 0]


def test_of_a_third_party_reached_means_that_somebody_answered():
    leads = [lead(party="third_party", relation_id="R1", relation="parent")]
    cast, _, evidence = heard_of((5, "third_party", {}), (4, "no_answer", {}), leads=leads)
    assert sorted(evidence.reached.tolist()) == [0.0, 1.0]
    assert cast.persons.filter(pl.col("third_id") == "R1")["person"].to_list() == evidence.person[:1].tolist()


def test_what_came_later_is_not_heard_in_a_test_of_the_past():
    told = lead(p_owner=0.2, p_live=0.95, prior_owner=0.5, prior_live=0.6)
    cast, heard, _ = heard_of((24, "wrong_number", {}), (72, "busy", {}), leads=[told])

    def at(days):
        return believe(cast, heard, AS_OF, AS_OF - timedelta(days=days))

    assert (at(0).p_owner[0], at(0).p_live[0]) == (0.2, 0.95)
    # A busy line works, whoever has it; before that, nothing had been heard.
    assert at(2).p_owner[0] == pytest.approx(0.5, abs=0.01)
    assert at(2).p_live[0] > 0.65
    assert (at(4).p_owner[0], at(4).p_live[0]) == pytest.approx((0.5, 0.6), abs=1e-6)


def test_a_call_pushed_away_shows_that_the_phone_is_in_somebodys_hand():
    def heard(outcome, ring, **more):
        evidence = heard_of((2, outcome, {"ring_s": ring, **more}))[2]
        return len(evidence.present_hour), float(evidence.death.sum())

    # That a busy line lives, trace has heard already.
    for outcome, death in (("no_answer", -3.0), ("busy", 0.0)):
        assert heard(outcome, 7.0) == (1, death)
        assert heard(outcome, 3.0) == (1, death)
        for ring in (2.9, 12.0, 28.0, None):  # in use, or rung out, or not told
            present, said = heard(outcome, ring)
            assert present == 0
            assert said > -3.0
    assert heard("voicemail", 7.0)[0] == 0  # it may be that of a phone switched off
    assert heard("no_answer", 7.0, direction="inbound")[1] == 0.0
