"""An account whose latest row could not be read is withheld until a readable one comes."""

from dataclasses import replace
from datetime import timedelta

import polars as pl
import pytest

from skiptrace.pipeline import exporting, gathering, runs

HEADER = "account_id,kind,full_name,birth_date,product,balance,time_zone\n"
GOOD = "UK-1002,person,Priya Hartwell,1991-11-27,store_card,500,\n"
BAD = "UK-1002,person,Priya Hartwell,1991-11-27,store_card,-1,\n"
CONFLICT = "UK-1002,person,Rosa Lind,1991-11-27,store_card,500,\n"
REASON = "the account's latest row could not be read: more.csv line 2"


@pytest.fixture
def later(terms):
    return replace(terms, as_of=terms.as_of + timedelta(hours=1))


@pytest.fixture
def monday(five, casefile, terms, tmp_path):
    """A plan in which the account is scheduled."""
    runs.run(gathering.gather([five], casefile, terms), casefile, tmp_path / "monday", terms)
    assert "UK-1002" in pl.read_csv(tmp_path / "monday" / "schedule.csv", infer_schema=False)["account_id"]
    return tmp_path / "monday"


@pytest.fixture
def more(tmp_path):
    """Write a further file of accounts."""

    def write(*rows, name="more"):
        file = tmp_path / name / "accounts" / f"{name}.csv"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(HEADER + "".join(rows))
        return file

    return write


def plan(paths, casefile, terms, out):
    gathered = gathering.gather(paths, casefile, terms)
    done = runs.run(gathered, casefile, out, terms)
    withheld = pl.read_csv(out / "withheld.csv", infer_schema=False).filter(pl.col("channel").is_null())
    scheduled = set(pl.read_csv(out / "schedule.csv", infer_schema=False)["account_id"])
    return done.accounts, scheduled, dict(withheld.select("account_id", "reason").iter_rows())


@pytest.mark.parametrize("fault", [BAD, BAD.replace("-1,", "5,Mars/Base"), BAD.replace("-1,", "5,,x,y")])
def test_a_known_account_whose_new_row_cannot_be_read_is_withheld_and_counted_once(
    fault, monday, more, casefile, later, tmp_path
):
    accounts, scheduled, withheld = plan([more(fault)], casefile, later, tmp_path / "out")
    assert "UK-1002" not in scheduled
    assert withheld["UK-1002"] == REASON
    assert accounts["total"] == accounts["scheduled"] + accounts["withheld"] + accounts["rejected"] == 5
    assert accounts["rejected"] == 0
    assert monday.exists()


def test_it_stays_withheld_while_nothing_readable_comes_and_needs_no_lifting_then(
    monday, more, casefile, later, tmp_path
):
    plan([more(BAD)], casefile, later, tmp_path / "bad")
    another = more("NEW-1,person,Ann Lee,1990-01-01,loan,5,\n", name="other")
    for number, paths in enumerate(([], [another], [more(CONFLICT, name="conflict")])):
        assert plan(paths, casefile, later, tmp_path / f"waits{number}")[2]["UK-1002"] == REASON
    tuesday = replace(later, as_of=later.as_of + timedelta(days=1))
    _, scheduled, withheld = plan([more(GOOD, name="mended")], casefile, tuesday, tmp_path / "mended")
    assert "could not be read" not in withheld.get("UK-1002", "")
    assert "UK-1002" in scheduled
    assert monday.exists()


def test_the_last_gate_holds_back_what_was_planned_on_the_old_row(monday, more, casefile, later):
    gathered = gathering.gather([more(BAD)], casefile, later)
    found = exporting.recheck(monday / "schedule.jsonl", gathered, casefile, later).findings
    ours = pl.read_csv(monday / "schedule.csv", infer_schema=False).filter(pl.col("account_id") == "UK-1002")
    barred = found.filter(pl.col("provision") == "house.stop.account-unreadable")
    assert set(barred["attempt_id"]) == set(ours["attempt_id"])


def test_what_is_only_looked_at_is_not_kept(monday, more, casefile, later):
    def stopped(gathered):
        return "account_unreadable" in gathered.tables["stops"]["kind"]

    assert stopped(gathering.gather([more(BAD)], casefile, later, keep=False))
    assert not stopped(gathering.recall(casefile, later))
    gathering.gather([more(BAD)], casefile, later)
    assert stopped(gathering.recall(casefile, later))
    assert not stopped(gathering.gather([more(GOOD, name="mended")], casefile, later, keep=False))
    assert stopped(gathering.recall(casefile, later))
    assert monday.exists()


@pytest.mark.parametrize(
    ("rows", "barred"),
    [((GOOD, BAD), True), ((BAD, GOOD), False), ((GOOD, GOOD), False), ((GOOD, CONFLICT), False)],
)
def test_within_one_batch_the_last_row_of_an_account_tells(rows, barred, more, terms):
    stops = gathering.gather([more(*rows)], None, terms).tables["stops"]
    expected = [("UK-1002", "account_unreadable", "more.csv line 3")] if barred else []
    assert stops.select("account_id", "kind", "detail").rows() == expected


def test_every_account_of_a_batch_is_counted_once(more, casefile, terms, tmp_path):
    unknown = BAD.replace("UK-1002", "XX-1")
    nobody = BAD.replace("UK-1002", "")
    rows = (GOOD, GOOD, CONFLICT, unknown, unknown, nobody, nobody)
    accounts, _, withheld = plan([more(*rows)], casefile, terms, tmp_path / "out")
    # UK-1002; XX-1, twice; two rows that tell no account.
    assert accounts == {"total": 4, "scheduled": 0, "withheld": 1, "rejected": 3}
    assert set(withheld) == {"UK-1002"}


def test_an_account_without_any_contact_point_is_told_the_same(more, casefile, terms, tmp_path):
    _, _, withheld = plan([more(GOOD, BAD)], casefile, terms, tmp_path / "out")
    assert withheld["UK-1002"] == REASON.replace("line 2", "line 3")
