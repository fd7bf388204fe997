"""Clerical review as a reviewer meets it: the screen and its keys, and the way by a file."""

import asyncio
import json
import subprocess
import sys

import polars as pl
import pytest

from skiptrace.cli import review
from skiptrace.cli.options import read_moment
from skiptrace.cli.review_screen import ReviewScreen
from skiptrace.errors import CasefileLocked
from skiptrace.pipeline.desk import Desk, desk_of_linkage
from skiptrace.pipeline.linking import Aids, match
from skiptrace.pipeline.reviewing import Sitting
from skiptrace.pipeline.terms import Terms
from skiptrace.vocabulary import Judgement
from tests.cli.conftest import MONDAY, SAMPLES

PEOPLE = SAMPLES / "lost_contacts" / "records_bureau_us.csv"
TERMS = Terms(as_of=read_moment(MONDAY), seed=1)
SECRET = "Quillfeather"


@pytest.fixture(scope="module")
def linked(tmp_path_factory):
    out = tmp_path_factory.mktemp("linked")
    match([PEOPLE], Aids(), out, TERMS)
    return out


@pytest.fixture
def sitting(linked, tmp_path):
    return lambda limit=6: Sitting(desk_of_linkage(linked, tmp_path / "judged.csv", limit, TERMS), "Ann", TERMS)


def _press(sitting, *keys, size=(80, 24)):
    """Press keys on the screen; return what was on it at the end, and what it was left with."""

    async def play():
        screen = ReviewScreen(sitting)
        async with screen.run_test(size=size) as pilot:
            await pilot.press(*keys)
            await pilot.pause()
            seen = {name: str(screen.query_one(f"#{name}").render()) for name in ("top", "verdict")}
        return seen, screen.return_value

    return asyncio.run(play())


def _kept(tmp_path):
    return pl.read_csv(tmp_path / "judged.csv", infer_schema=False)


def test_keys_judge_and_go_on(sitting, tmp_path):
    seen, _ = _press(sitting(), "m", "n", "u")
    assert _kept(tmp_path)["judgement"].to_list() == ["match", "not_match", "unsure"]
    assert _kept(tmp_path)["by"].to_list() == ["Ann"] * 3
    assert "pair 4 of 6" in seen["top"]
    assert "1 match  1 not a match  1 unsure" in seen["top"]


def test_undo_goes_back_and_takes_back(sitting, tmp_path):
    seen, _ = _press(sitting(), "m", "n", "z")
    assert _kept(tmp_path)["judgement"].to_list() == ["match", "not_match", "withdrawn"]
    assert "pair 2 of 6" in seen["top"]
    seen, _ = _press(sitting(), "z")
    assert _kept(tmp_path).height == 3


def test_arrows_look_around_and_show_what_was_said(sitting):
    seen, _ = _press(sitting(), "m", "left")
    assert "pair 1 of 6" in seen["top"]
    assert "judged: match" in seen["verdict"]
    seen, _ = _press(sitting(), "right", "right")
    assert "pair 3 of" in seen["top"]


def test_a_reason_is_written_for_one_pair(sitting, tmp_path):
    seen, _ = _press(sitting(), "r", *"my sister", "enter")
    assert "reason: my sister" in seen["verdict"]
    _press(sitting(), "r", *"qmnz", "enter", "n", "m")
    assert _kept(tmp_path)["reason"].to_list() == ["qmnz", None]


def test_a_reason_can_be_dropped(sitting, tmp_path):
    _press(sitting(), "r", "x", "escape", "m")
    assert _kept(tmp_path)["reason"].to_list() == [None]


@pytest.mark.parametrize(("key", "interrupted"), [("q", False), ("ctrl+c", True)])
def test_leaving_loses_nothing_and_the_next_sitting_goes_on(key, interrupted, sitting, tmp_path):
    first = sitting()
    _, left_by = _press(first, "m", key)
    assert left_by == interrupted
    assert _kept(tmp_path)["judgement"].to_list() == ["match"]
    before = first.desk.doubt.pairs.select("record_id_l", "record_id_r").rows()
    after = sitting().desk.doubt.pairs.select("record_id_l", "record_id_r").rows()
    assert before[0] not in after
    assert before[1] in after


def test_ctrl_c_leaves_while_a_reason_is_written(sitting):
    assert _press(sitting(), "r", "x", "ctrl+c")[1] is True


def test_after_the_last_pair_the_sum_is_told_and_undo_still_works(sitting):
    seen, _ = _press(sitting(2), "m", "n", "m", "r")
    assert "z takes the last judgement back" in seen["verdict"]
    assert "1 match  1 not a match" in seen["top"]
    seen, _ = _press(sitting(2), "m", "m", "z")
    assert "pair 2 of 2" in seen["top"]


def test_what_cannot_be_kept_is_told_and_asked_again(sitting):
    def held(_):
        raise CasefileLocked("a.casefile: another command has held it")

    full = sitting()
    desk = Desk(doubt=full.desk.doubt, known=full.desk.known, keep=held, place="a.casefile")
    seen, _ = _press(Sitting(desk, None, TERMS), "m")
    assert "pair 1 of 6" in seen["top"]
    assert "0 match" in seen["top"]


@pytest.mark.parametrize("size", [(80, 24), (140, 40), (40, 12)])
def test_every_pair_can_be_drawn_at_any_size(size, sitting):
    found = sitting(40)
    _press(found, *["right"] * 40, size=size)
    assert found.over


def test_without_a_terminal_the_screen_is_refused_in_one_line(linked, skiptrace):
    done = skiptrace("review", "--linked", linked)
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "needs a terminal; in a pipe use --export and --import" in done.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "nothing to review: give --casefile, or --linked"),
        (["--casefile", "a", "--linked", "b"], "give --casefile, or --linked"),
        (["--casefile", "a", "--judgements", "j"], "--judgements goes with --linked"),
        (["--linked", "a", "--export", "x", "--import", "y"], "--export and --import are two steps"),
        (["--linked", "a", "--export", "x", "--rejected", "y"], "--rejected goes with --import"),
    ],
)
def test_options_that_do_not_go_together_are_told(words, told, skiptrace):
    done = skiptrace("review", *words)
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert told in done.err


def test_on_a_terminal_the_screen_is_shown_and_its_end_is_told(linked, skiptrace, tmp_path, monkeypatch):
    def run(screen):
        screen.sitting.judge(Judgement.MATCH)
        return True

    monkeypatch.setattr(ReviewScreen, "run", run)
    monkeypatch.setattr(review, "_terminal", lambda: True)
    words = ["review", "--linked", linked, "--judgements", tmp_path / "j.csv", "--limit", 3, "--as-of", MONDAY]
    done = skiptrace(*words)
    assert done.code == 130
    assert "1 judged (1 match), kept in j.csv" in done.out
    assert json.loads(skiptrace(*words, "--json").out) == {
        "judged": {"match": 1, "not_match": 0, "unsure": 0},
        "pairs": 3,
    }


def test_a_casefile_is_reviewed_by_way_of_a_file(skiptrace, ran, tmp_path):
    casefile, pairs = tmp_path / "a.casefile", tmp_path / "pairs.csv"
    casefile.write_bytes(ran.casefile.read_bytes())
    known = ["--casefile", casefile, "--as-of", MONDAY]
    done = json.loads(skiptrace("review", *known, "--export", pairs, "--json").out)
    rows = pl.read_csv(pairs, infer_schema=False)
    assert done["pairs"] == rows.height > 0
    judged = ["not_match", SECRET, *[None] * rows.height][: rows.height]
    rows.with_columns(judgement=pl.Series(judged)).write_csv(pairs)
    taken = skiptrace("review", *known, "--import", pairs, "--by", "Ann", "--rejected", tmp_path / "r.csv")
    assert taken.code == 0
    assert "1 new, 0 known" in taken.out
    assert "pairs.csv, line 3, column judgement: not one of: match, not_match, unsure, withdrawn" in taken.err
    assert SECRET not in taken.out + taken.err
    assert pl.read_csv(tmp_path / "r.csv").height == 1
    again = json.loads(skiptrace("review", *known, "--import", pairs, "--json").out)
    assert (again["new"], again["known"]) == (0, 1)
    asked = ",".join(rows.select(pl.format("{}:{}", f"source_{side}", f"record_id_{side}"))[0].item() for side in "lr")
    assert "A reviewer has judged them to be two people" in skiptrace("explain", asked, *known).out
    told = skiptrace("audit", "--casefile", casefile).out
    assert "review import" in told
    plan = skiptrace("plan", *known, "--out", tmp_path / "out", "--json")
    assert json.loads(plan.out)["batch_id"] != json.loads((ran.out / "manifest.json").read_text())["batch_id"]


def test_a_file_of_which_nothing_can_be_used_is_refused(linked, skiptrace, tmp_path):
    judged = tmp_path / "judged.csv"
    judged.write_text(f"record_id_l,record_id_r,judgement\nR0000003,R0000004,{SECRET}\n")
    words = ["review", "--linked", linked, "--judgements", tmp_path / "j.csv", "--import", judged]
    done = skiptrace(*words)
    assert (done.code, done.err.count("\n")) == (3, 1)
    assert "no usable judgement" in done.err
    assert SECRET not in done.err
    assert not (tmp_path / "j.csv").exists()
    judged.write_text(f"name\n{SECRET}\n")
    assert skiptrace(*words).code == 3


def test_a_file_that_is_no_list_of_judgements_is_not_added_to(linked, skiptrace, tmp_path):
    judged, other = tmp_path / "judged.csv", tmp_path / "other.csv"
    judged.write_text("record_id_l,record_id_r,judgement\nR0000003,R0000004,match\n")
    other.write_text("record_id_l,record_id_r,judgement\n")
    done = skiptrace("review", "--linked", linked, "--judgements", other, "--import", judged)
    assert done.code == 2
    assert "other.csv: has other columns" in done.err
    assert other.read_text() == "record_id_l,record_id_r,judgement\n"


def test_no_other_command_waits_for_the_screen_to_load():
    told = "import sys; import skiptrace.cli.app; sys.exit('textual' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", told], check=False).returncode == 0  # noqa: S603  # our own words
