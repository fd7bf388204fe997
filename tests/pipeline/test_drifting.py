from dataclasses import replace
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from skiptrace.casefile.audit import entries
from skiptrace.contracts.inputs import ACCOUNTS
from skiptrace.contracts.outputs import SCHEDULE
from skiptrace.pipeline import results
from skiptrace.pipeline.drifting import drift_in_words, drift_values
from skiptrace.pipeline.result_words import untold_in_words

START = datetime(2026, 11, 25, 15, tzinfo=UTC)
COUNT = 120


@pytest.fixture
def planned(casefile):
    """A hundred and twenty calls on as many accounts, each stated to reach with 0.3, and forty texts with 0.2."""
    names = [f"A{number:03d}" for number in range(COUNT)]
    calls = pl.DataFrame({"attempt_id": [f"c{name}" for name in names], "account_id": names}).with_columns(
        channel=pl.lit("call"), p_reach=pl.lit(0.3)
    )
    texts = calls.head(40).with_columns(
        attempt_id=pl.format("t{}", "account_id"), channel=pl.lit("sms"), p_reach=pl.lit(0.2)
    )
    both = pl.concat([calls, texts]).with_columns(
        batch_id=pl.lit("b1"),
        party=pl.lit("debtor"),
        contact_point=pl.lit("+16145550142"),
        not_before=pl.lit(START.isoformat()),
        not_after=pl.lit((START + timedelta(minutes=30)).isoformat()),
    )
    with casefile.open() as opened:
        opened.replace("placements", SCHEDULE.conform(both))
        opened.replace("accounts", ACCOUNTS.conform(pl.DataFrame({"account_id": names, "full_name": names})))
    return casefile


def take(casefile, terms, path, outcomes, *, hours=1):
    lines = [f"{attempt},{START.isoformat()},{outcome}\n" for attempt, outcome in outcomes.items()]
    path.write_text("attempt_id,started_at,outcome\n" + "".join(lines))
    return results.take_results(path, casefile, replace(terms, as_of=START + timedelta(hours=hours)))


def calls(first, last, each):
    """Return outcomes of some calls: one in ``each`` reached."""
    return {
        f"cA{number:03d}": "right_party" if each and number % each == 0 else "no_answer"
        for number in range(first, last)
    }


def test_a_plan_that_promised_too_much_is_told_of(planned, terms, tmp_path):
    drift = take(planned, terms, tmp_path / "r.csv", calls(0, COUNT, 10)).drift
    assert (drift.results, drift.stated, drift.reached) == (COUNT, pytest.approx(0.3), pytest.approx(0.1))
    said = drift_in_words(drift)
    assert said.startswith("stated 30.0 %, reached 10.0 % of 120 results (95 %: ")
    assert "the plan overstates; " in said
    with planned.open() as opened:
        (entry,) = [entry for entry in entries(opened) if entry.command == "outcomes"]
    assert entry.details["drift"] == drift_values(drift)
    assert entry.details["drift"]["level"] == "overstates"


def test_a_plan_that_kept_its_word_is_not(planned, terms, tmp_path):
    drift = take(planned, terms, tmp_path / "r.csv", calls(0, COUNT, 3)).drift
    assert drift.level is None
    assert drift_in_words(drift) is None


def test_few_results_wait_for_more_and_each_counts_once(planned, terms, tmp_path):
    assert take(planned, terms, tmp_path / "a.csv", calls(0, 30, 10)).drift is None
    assert take(planned, terms, tmp_path / "b.csv", calls(30, 60, 10)).drift.results == 60
    assert take(planned, terms, tmp_path / "b.csv", calls(30, 60, 10)).drift is None
    assert take(planned, terms, tmp_path / "c.csv", calls(60, COUNT, 10)).drift.results == 60


def test_a_text_waits_until_nobody_can_answer_in_time_any_more(planned, terms, tmp_path):
    texts = {f"tA{number:03d}": "delivered" for number in range(40)}
    early = take(planned, terms, tmp_path / "a.csv", {**texts, **calls(0, 60, 3)}, hours=3)
    assert early.drift.results == 60
    late = take(planned, terms, tmp_path / "b.csv", calls(60, 80, 3), hours=30)
    assert late.drift.results == 60
    assert late.drift.stated == pytest.approx((40 * 0.2 + 20 * 0.3) / 60)


def test_third_parties_and_results_that_do_not_tell_are_left_out(planned, terms, tmp_path):
    with planned.open() as opened:
        rows = opened.read("placements", SCHEDULE.schema)
        third = pl.col("account_id") < "A060"
        opened.replace(
            "placements",
            rows.with_columns(party=pl.when(third).then(pl.lit("third_party")).otherwise("party")),
        )
    unclear = dict.fromkeys(calls(60, 65, 0), "human_unverified")
    drift = take(planned, terms, tmp_path / "a.csv", {**calls(0, COUNT, 3), **unclear}).drift
    assert drift.results == 55


def take_log(casefile, terms, path, statuses, own=None):
    """Take a log of VICIdial that names attempts."""
    head = "phone_number|call_date|call_status|vendor_lead_code|source_id\n"
    lines = [f"6145550142|{START:%Y-%m-%d %H:%M:%S}|{each}|{one}|{one[1:]}\n" for one, each in statuses.items()]
    path.write_text(head + "".join(lines))
    ingest = terms.settings.ingest.model_copy(update={"time_zone": "UTC"})
    settings = terms.settings.model_copy(update={"ingest": ingest})
    later = replace(terms, as_of=START + timedelta(hours=1), settings=settings)
    return results.take_results(path, casefile, later, "vicidial", own)


def test_a_log_that_cannot_tell_right_parties_judges_nothing(planned, terms, tmp_path):
    log = {attempt: "SALE" if outcome == "right_party" else "N" for attempt, outcome in calls(0, COUNT, 3).items()}
    taken = take_log(planned, terms, tmp_path / "log.txt", log)
    assert taken.new == COUNT
    assert (taken.drift, drift_in_words(taken.drift)) == (None, None)
    assert untold_in_words(taken).startswith("these results cannot tell a right party from anybody else, so no chance ")
    # Nor are its calls failures in a later judgement, by another file.
    texts = {f"tA{number:03d}": "delivered" for number in range(40)}
    assert take(planned, terms, tmp_path / "r.csv", texts, hours=30).drift is None
    # With a map the same log can.
    own = tmp_path / "own.toml"
    own.write_text('[outcomes]\nSALE = "right_party"\n')
    told = take_log(planned, terms, tmp_path / "log.txt", log, own)
    assert told.drift.results == COUNT
    assert told.drift.reached == pytest.approx(1 / 3)
    assert untold_in_words(told) is None
