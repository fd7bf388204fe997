import csv
import json
import subprocess
import sys
from collections import Counter
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from dialer import COLUMNS, TRUTH, dial, main, read_truth

from skiptrace.vocabulary import Outcome, outcome_meanings


@pytest.fixture(scope="module")
def truth():
    return read_truth(TRUTH)


def point_of(truth, kind, *, live):
    """Find a debtor's own point of a kind, alive or dead, and an account it belongs to."""
    of = {person_id: account_id for account_id, person_id in truth.debtors.items()}
    for point, (one, _, holders) in truth.points.items():
        if one == kind and not live and holders is None:
            return next(iter(truth.debtors)), point
        if one == kind and live and holders and len(holders) == 1 and holders[0] in of:
            return of[holders[0]], point
    raise AssertionError(kind)


def row(account_id, point, channel="call", start="2026-11-23T18:00:00-05:00", **more):
    begun = datetime.fromisoformat(start)
    return {
        "attempt_id": more.pop("attempt_id", f"S-{account_id}-{channel}"),
        "account_id": account_id,
        "channel": channel,
        "contact_point": point,
        "party": "debtor",
        "time_zone": "America/New_York",
        "not_before": begun.isoformat(),
        "not_after": (begun + timedelta(minutes=30)).isoformat(),
        **more,
    }


def schedule(truth, n):
    accounts = sorted(truth.debtors)[:n]
    points = sorted(point for point, (kind, _, _) in truth.points.items() if kind == "mobile")
    return [row(account, points[i]) for i, account in enumerate(accounts)]


def test_every_call_starts_inside_its_window_and_has_an_outcome_of_its_channel(truth):
    meanings = outcome_meanings()
    channels = dict(zip(meanings["outcome"], meanings["channels"].to_list(), strict=True))
    rows = schedule(truth, 200)
    windows = {one["attempt_id"]: one for one in rows}
    seen = Counter()
    for result in dial(rows, truth, 1):
        if result["attempt_id"] not in windows:
            continue
        window = windows[result["attempt_id"]]
        assert window["not_before"] <= result["started_at"] < window["not_after"]
        seen[result["outcome"]] += 1
        assert result["outcome"] == "XFER-7" or "call" in channels[result["outcome"]]
    assert len(seen) > 8


def test_the_same_seed_gives_the_same_results_in_whatever_order_the_rows_stand(truth):
    rows = schedule(truth, 60)
    assert dial(rows, truth, 3) == dial(rows[::-1], truth, 3)
    assert dial(rows, truth, 3) != dial(rows, truth, 4)


def test_a_dead_number_is_never_answered(truth):
    account, point = point_of(truth, "mobile", live=False)
    outcomes = {dial([row(account, point)], truth, seed)[0]["outcome"] for seed in range(60)}
    assert "disconnected" in outcomes
    assert not outcomes & {"right_party", "promise_to_pay", "third_party", "wrong_number"}


def test_a_number_no_one_has_is_dead(truth):
    account, _ = point_of(truth, "mobile", live=True)
    outcomes = Counter(dial([row(account, "+19995550100")], truth, seed)[0]["outcome"] for seed in range(60))
    assert outcomes["disconnected"] > 30


def test_only_the_owner_is_the_right_party(truth):
    owner, point = point_of(truth, "mobile", live=True)
    other = next(account for account, person in truth.debtors.items() if person != truth.debtors[owner])
    mine = {dial([row(owner, point)], truth, seed)[0]["outcome"] for seed in range(200)}
    theirs = {dial([row(other, point)], truth, seed)[0]["outcome"] for seed in range(200)}
    assert "right_party" in mine
    assert "wrong_number" not in mine
    assert "right_party" not in theirs
    assert "wrong_number" in theirs


def test_a_third_party_that_answers_is_a_third_party(truth):
    owner, point = point_of(truth, "mobile", live=True)
    outcomes = {dial([row(owner, point, party="third_party")], truth, seed)[0]["outcome"] for seed in range(200)}
    assert "third_party" in outcomes
    assert not outcomes & {"right_party", "promise_to_pay", "wrong_number"}


def test_people_answer_by_their_routine(truth):
    owner, point, zone = next(
        (account, point, truth.people[person].time_zone)
        for account, person in truth.debtors.items()
        for point, (kind, _, holders) in truth.points.items()
        if kind == "mobile" and holders == (person,) and truth.people[person].routine == "office"
        if truth.people[person].rate > 0.7
    )

    def answered(hour):
        start = datetime(2026, 11, 24, hour, tzinfo=ZoneInfo(zone)).isoformat()
        outcomes = [dial([row(owner, point, start=start)], truth, seed)[0]["outcome"] for seed in range(200)]
        return sum(outcome in {"right_party", "promise_to_pay", "refused", "human_unverified"} for outcome in outcomes)

    assert answered(19) > 2 * answered(10)


@pytest.mark.parametrize("channel", ["sms", "email", "letter"])
def test_other_channels_give_their_own_outcomes(truth, channel):
    kind = "email" if channel == "email" else "mobile"
    account, point = point_of(truth, kind, live=True)
    if channel == "letter":
        point = "1 Nowhere Lane, Columbus, OH 43215"
    meanings = outcome_meanings()
    allowed = {
        one for one, channels in zip(meanings["outcome"], meanings["channels"], strict=True) if channel in channels
    }
    outcomes = {dial([row(account, point, channel)], truth, seed)[0]["outcome"] for seed in range(100)}
    assert outcomes <= allowed
    assert len(outcomes) > 1


def test_a_letter_reaches_the_home_however_its_address_is_written(truth, samples):
    with (samples / "lost_contacts_truth" / "points.csv").open(encoding="utf-8") as stream:
        live = next(
            r
            for r in csv.DictReader(stream)
            if r["kind"] == "address" and r["state"] == "live" and r["country"] == "US"
        )
    account = next(a for a, person in truth.debtors.items() if person == live["person_ids"])
    for written in (live["point"], live["point"].upper().replace(",", "")):
        outcomes = {dial([row(account, written, "letter")], truth, seed)[0]["outcome"] for seed in range(80)}
        assert outcomes == {"sent", "responded"}


def test_a_report_tells_nothing_of_what_comes_later(truth):
    rows = schedule(truth, 40)
    late = [
        one
        | {"attempt_id": f"L{i}", "not_before": "2026-11-25T10:00:00-05:00", "not_after": "2026-11-25T11:00:00-05:00"}
        for i, one in enumerate(rows)
    ]
    until = datetime.fromisoformat("2026-11-24T09:00:00+00:00")
    results = dial(rows + late, truth, 1, until)
    assert len({one["attempt_id"] for one in results} - {"MANUAL-0001"}) == 40
    assert all(datetime.fromisoformat(str(one["started_at"])) < until for one in results)


def test_the_nuisances_of_real_result_files_are_there(truth):
    rows = schedule(truth, 50)
    results = dial(rows, truth, 1)
    ids = Counter(one["attempt_id"] for one in results)
    assert sorted(ids.values())[-2:] == [1, 2]
    assert set(ids) - {one["attempt_id"] for one in rows} == {"MANUAL-0001"}
    assert sum(one["outcome"] not in set(Outcome) for one in results) == 1
    times = [datetime.fromisoformat(str(one["started_at"])) for one in results]
    assert times != sorted(times)


def test_an_empty_schedule_gives_no_results(truth):
    assert dial([], truth, 1) == []


def test_the_command_writes_a_results_file(truth, tmp_path, samples):
    path, out = tmp_path / "schedule.jsonl", tmp_path / "results.csv"
    path.write_text("".join(json.dumps(one) + "\n" for one in schedule(truth, 8)), encoding="utf-8")
    subprocess.run(  # noqa: S603  # our own script
        [sys.executable, "-B", samples / "dialer.py", path, out, "--until", "2026-11-25T00:00:00Z", "--seed", "5"],
        check=True,
        capture_output=True,
    )
    with out.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == 10


def test_a_report_without_an_offset_is_refused(tmp_path, capsys):
    with pytest.raises(SystemExit) as stopped:
        main([str(tmp_path / "a"), str(tmp_path / "b"), "--until", "2026-11-25T00:00:00"])
    assert stopped.value.code == 2
    assert "Traceback" not in capsys.readouterr().err
