import json

import pytest

from tests.cli.conftest import MONDAY, SAMPLES, enter

BATCH = ["--batch", SAMPLES / "lost_contacts", "--as-of", MONDAY]


@pytest.fixture(scope="module")
def tested(tmp_path_factory):
    out = tmp_path_factory.mktemp("tested") / "out"
    return out, enter("backtest", *BATCH, "--split", "2026-09-15T00:00:00+00:00", "--out", out)


def test_a_backtest_shows_each_method_and_writes_its_files(tested):
    out, done = tested
    assert done.code == 0, done.err
    for method in ("ours", "cohort", "best hour", "last hour", "person", "logistic"):
        assert f"\n{method}  " in done.out
    assert "lightgbm" in done.out
    assert sorted(path.name for path in out.iterdir()) == ["backtest.json", "model_card.md"]
    assert str(out / "model_card.md") in done.out


def test_programs_are_told_the_same(tested, skiptrace):
    out, _ = tested
    asked = skiptrace("backtest", *BATCH, "--split", "2026-09-15T00:00:00+00:00", "--json")
    assert asked.err == ""
    assert json.loads(asked.out) == json.loads((out / "backtest.json").read_text(encoding="utf-8"))


def test_the_card_says_what_where_and_what_not(tested):
    out, done = tested
    said = (out / "model_card.md").read_text(encoding="utf-8")
    for heading in ("Meant for", "What it learned from", "What it does not know", "Hyperparameters"):
        assert f"## {heading}\n" in said
    ours = next(line for line in said.splitlines() if line.startswith("| ours |"))
    shown = next(line for line in done.out.splitlines() if line.startswith("ours  "))
    assert ours.strip("| ").split(" | ")[1] in shown
    assert "By age band" in said


def test_too_few_attempts_to_split(skiptrace):
    done = skiptrace("backtest", "--batch", SAMPLES / "five_accounts", "--as-of", MONDAY)
    assert done.code == 3
    assert "too few attempts whose result tells: " in done.err
    assert "150 and 50 are needed" in done.err


def test_one_way_to_split_is_enough(skiptrace):
    done = skiptrace("backtest", *BATCH, "--split", MONDAY, "--test-share", "0.3")
    assert (done.code, done.out) == (2, "")
    assert skiptrace("backtest", *BATCH, "--split", "2027-01-01T00:00:00Z").code == 2


def test_files_do_not_go_where_the_batch_is(skiptrace):
    assert skiptrace("backtest", *BATCH, "--out", SAMPLES / "lost_contacts").code == 2


def test_nothing_is_kept_in_the_casefile(skiptrace, ran):
    before = ran.casefile.read_bytes()
    done = skiptrace("backtest", *ran.known)
    assert done.code == 3
    assert ran.casefile.read_bytes() == before
