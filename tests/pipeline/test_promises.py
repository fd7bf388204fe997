"""One test a promise: each fails if the promise is broken, and was seen to fail when it was broken on purpose."""

import csv
import json
import shutil

import polars as pl
import pytest

from skiptrace.compliance.verify import verify
from skiptrace.errors import PromiseBroken
from skiptrace.pipeline import gathering, planned, runs
from skiptrace.pipeline.manifest import reconcile
from skiptrace.pipeline.understanding import understand
from skiptrace.pipeline.unread import UNREAD
from skiptrace.tables import empty

TABULAR = ("schedule.csv", "withheld.csv", "leads.csv", "rejected.csv")


def _run(batch, out, terms, casefile=None):
    return runs.run(gathering.gather([batch], casefile, terms), casefile, out, terms)


@pytest.fixture
def out(five, tmp_path, terms):
    _run(five, tmp_path / "out", terms)
    return tmp_path / "out"


def test_nothing_is_lost(out, five):
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    for name, counts in manifest["reconciliation"]["inputs"].items():
        with (five / name).open(encoding="utf-8", newline="") as file:
            assert counts["read"] == sum(1 for _ in csv.reader(file)) - 1
        assert counts["read"] == counts["accepted"] + counts["rejected"]
    rejected = pl.read_csv(out / "rejected.csv")
    assert rejected.height == sum(counts["rejected"] for counts in manifest["reconciliation"]["inputs"].values())
    accounts = set(pl.read_csv(five / "accounts.csv", infer_schema=False)["account_id"])
    scheduled = set(pl.read_csv(out / "schedule.csv", infer_schema=False)["account_id"])
    withheld = pl.read_csv(out / "withheld.csv", infer_schema=False)
    altogether = set(withheld.filter(pl.col("channel").is_null())["account_id"])
    assert scheduled | altogether == accounts
    assert not scheduled & altogether


def test_a_count_that_does_not_add_up_stops_the_release():
    files = pl.DataFrame({"file": ["a"], "table": ["accounts"], "read": [3], "accepted": [1], "rejected": [1]})
    accounts, unread = pl.DataFrame({"account_id": ["A", "B"]}), empty(UNREAD)
    schedule = pl.DataFrame({"account_id": ["A"]})
    withheld = pl.DataFrame({"account_id": ["B"], "channel": [None], "contact_point": [None]})
    with pytest.raises(PromiseBroken, match="rows read"):
        reconcile(files, unread, accounts, schedule, withheld)
    whole = files.with_columns(read=pl.lit(2))
    assert reconcile(whole, unread, accounts, schedule, withheld)["accounts"]["withheld"] == 1
    with pytest.raises(PromiseBroken, match="neither"):
        reconcile(whole, unread, accounts, schedule, withheld.clear())
    with pytest.raises(PromiseBroken, match="both"):
        reconcile(whole, unread, accounts, pl.DataFrame({"account_id": ["A", "B"]}), withheld)


def test_the_recheck_accepts_what_was_planned_and_refuses_a_wrong_row(five, terms):
    gathered = gathering.gather([five], None, terms)
    picture = understand(gathered.tables, gathered.history, terms)
    schedule = planned.make_plan(picture, gathered.set_aside, "b", terms).schedule
    assert not schedule.is_empty()
    assert verify(schedule, picture.facts, picture.rulebook, terms.as_of).is_empty()
    ohio = schedule["account_id"] == "OH-1001"
    row = schedule.filter(ohio).head(1)
    rest = schedule.filter(~ohio)
    wrong = {
        "three in the night": {"not_before": "2026-11-25T03:00:00-05:00", "not_after": "2026-11-25T03:30:00-05:00"},
        "a number of nobody's": {"contact_point": "+12125550199"},
        "an account that does not exist": {"account_id": "nobody"},
        "in the past": {"not_before": "2026-11-20T15:00:00+00:00", "not_after": "2026-11-20T15:30:00+00:00"},
    }
    for what, changes in wrong.items():
        changed = row.with_columns(**{column: pl.lit(value) for column, value in changes.items()})
        findings = verify(pl.concat([rest, changed]), picture.facts, picture.rulebook, terms.as_of)
        assert row["attempt_id"][0] in findings["attempt_id"].to_list(), what


def test_a_plan_that_the_recheck_refuses_is_not_released(five, tmp_path, terms, monkeypatch):
    def refuse(schedule, *_):
        return schedule.select("attempt_id", provision=pl.lit("x"), reason=pl.lit("y")).head(1)

    monkeypatch.setattr(planned, "verify", refuse)
    with pytest.raises(PromiseBroken, match="nothing was released"):
        _run(five, tmp_path / "out", terms)
    assert not (tmp_path / "out").exists()


def test_same_inputs_same_bytes(five, tmp_path, terms, casefile):
    first, second, third = (tmp_path / name for name in ("first", "second", "third"))
    _run(five, first, terms)
    shuffled = tmp_path / "shuffled"
    shutil.copytree(five, shuffled)
    _run(shuffled, second, terms, casefile)
    _run(five, third, terms, casefile)
    names = sorted(path.name for path in first.iterdir())
    assert len(names) >= 11
    for name in names:
        assert (first / name).read_bytes() == (second / name).read_bytes(), name
        assert (first / name).read_bytes() == (third / name).read_bytes(), name


def test_no_record_without_consent_enters_the_matching(five, terms):
    gathered = gathering.gather([five], None, terms)
    refused = gathered.rejected.filter(pl.col("column") == "consent_id")
    assert not refused.is_empty()
    picture = understand(gathered.tables, gathered.history, terms)
    entered = set(picture.normalised.people["record_id"])
    for row in refused["row"]:
        ids = json.loads(row)
        assert set(ids) <= {"record_id", "relation_id", "account_id", "relation", "source", "consent_id"}
        assert ids.get("record_id", ids.get("relation_id")) not in entered


def test_no_message_carries_a_personal_value(five, tmp_path, terms):
    broken = tmp_path / "broken"
    shutil.copytree(five, broken)
    secret = "Quillfeather"
    with (broken / "attempts.csv").open("a", encoding="utf-8") as file:
        file.write(f"x,{secret},{secret},{secret},{secret},{secret}\n")
    gathered = gathering.gather([broken], None, terms)
    assert gathered.rejected.height > 0
    assert secret not in "".join(gathered.rejected["reason"])
