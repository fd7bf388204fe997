from pathlib import Path

import polars as pl
import pytest

from skiptrace.errors import InputError
from skiptrace.matching.rulings import PAIR, newest
from skiptrace.pipeline.desk import desk_of_casefile, desk_of_linkage, find_doubt, import_to_linkage
from skiptrace.pipeline.gathering import gather
from skiptrace.pipeline.judgements import kept_judgements
from skiptrace.pipeline.linking import Aids, match
from skiptrace.pipeline.reviewing import Sitting, write_pairs
from skiptrace.pipeline.terms import Terms
from skiptrace.vocabulary import Judgement
from tests.pipeline.conftest import MONDAY, SAMPLES

PEOPLE = SAMPLES / "lost_contacts" / "records_bureau_us.csv"
LIMIT = 8


@pytest.fixture(scope="module")
def linked(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("linked")
    match([PEOPLE], Aids(), out, Terms(as_of=MONDAY, seed=1))
    return out


@pytest.fixture
def desk(linked, terms, tmp_path):
    """Lay the desk anew, as a later sitting would."""
    return lambda: desk_of_linkage(linked, tmp_path / "judged.csv", LIMIT, terms)


@pytest.fixture
def words(tmp_path):
    def kept():
        return pl.read_csv(tmp_path / "judged.csv")["judgement"].to_list()

    return kept


def _shown(sitting: Sitting) -> tuple[str, str]:
    pair = sitting.pair()["pair"]
    return pair["left"]["record_id"], pair["right"]["record_id"]


def test_each_judgement_is_kept_before_the_next_pair_is_shown(desk, terms, words):
    sitting = Sitting(desk(), "Ann", terms)
    first = _shown(sitting)
    sitting.judge(Judgement.MATCH)
    assert words() == ["match"]
    assert _shown(sitting) != first
    sitting.judge(Judgement.NOT_MATCH, "another person")
    assert words() == ["match", "not_match"]
    assert sitting.counts == {Judgement.MATCH: 1, Judgement.NOT_MATCH: 1, Judgement.UNSURE: 0}


def test_a_later_sitting_asks_what_has_no_answer_yet(desk, terms):
    sitting = Sitting(desk(), None, terms)
    asked = [_shown(sitting)]
    sitting.judge(Judgement.UNSURE)
    asked.append(_shown(sitting))
    sitting.judge(Judgement.MATCH)
    pairs = desk().doubt.pairs.select("record_id_l", "record_id_r").rows()
    assert not set(asked) & set(pairs)


def test_what_is_undone_is_asked_again_now_and_later(desk, terms, words):
    sitting = Sitting(desk(), None, terms)
    first = _shown(sitting)
    sitting.judge(Judgement.MATCH)
    assert sitting.undo()
    assert _shown(sitting) == first
    assert words() == ["match", "withdrawn"]
    assert not sitting.undo()
    assert first in desk().doubt.pairs.select("record_id_l", "record_id_r").rows()


def test_undoing_a_changed_mind_brings_back_the_first_word(desk, terms, words):
    sitting = Sitting(desk(), None, terms)
    sitting.judge(Judgement.MATCH)
    sitting.move(-1)
    sitting.judge(Judgement.NOT_MATCH)
    assert sitting.position == 1
    assert sitting.undo()
    assert sitting.said == {0: Judgement.MATCH}
    assert words() == ["match", "not_match", "match"]


def test_a_sitting_ends_after_the_last_pair_and_undo_leads_back(desk, terms):
    sitting = Sitting(desk(), None, terms)
    for _ in range(sitting.size):
        assert not sitting.over
        sitting.judge(Judgement.UNSURE)
    assert sitting.over
    sitting.move(1)
    assert sitting.position == sitting.size
    assert sitting.undo()
    assert sitting.position == sitting.size - 1


def test_what_is_passed_over_is_not_judged(desk, terms):
    sitting = Sitting(desk(), None, terms)
    first = _shown(sitting)
    sitting.move(1)
    sitting.judge(Judgement.MATCH)
    assert sitting.position == 2
    sitting.move(-5)
    assert _shown(sitting) == first
    assert sitting.said == {1: Judgement.MATCH}


def test_a_judgement_that_cannot_be_kept_changes_nothing(desk, terms):
    def refuse(_):
        raise InputError("no room")

    full = desk()
    sitting = Sitting(full.__class__(doubt=full.doubt, known=full.known, keep=refuse, place="x"), None, terms)
    with pytest.raises(InputError):
        sitting.judge(Judgement.MATCH)
    assert (sitting.position, sitting.said) == (0, {})


def test_pairs_go_out_as_a_file_and_come_back_judged(desk, linked, terms, tmp_path):
    path = tmp_path / "pairs.csv"
    laid = desk()
    assert write_pairs(laid, path) == laid.doubt.pairs.height > 3
    written = pl.read_csv(path, infer_schema=False)
    assert written["name_l"].null_count() == 0
    assert written["otherwise"].str.contains("would").all()
    first = path.read_bytes()
    write_pairs(desk(), path)
    assert path.read_bytes() == first
    words = ["yes", "no", "maybe"] + [None] * (written.height - 3)
    written.with_columns(judgement=pl.Series(words)).write_csv(path)
    judged = tmp_path / "judged.csv"
    done = import_to_linkage(path, "Bea", linked, judged, terms)
    assert (done.new, done.waiting, done.rejected.height) == (3, written.height - 3, 0)
    assert import_to_linkage(path, "Bea", linked, judged, terms).known == 3
    kept = pl.read_csv(judged, infer_schema=False)
    assert kept["judgement"].to_list() == ["match", "not_match", "unsure"]
    assert kept.select(PAIR).rows() == written.head(3).select(PAIR).rows()
    assert not set(kept.select(PAIR).rows()) & set(desk().doubt.pairs.select(PAIR).rows())


def test_judgements_of_a_casefile_are_kept_in_it_and_the_pairs_are_those_of_its_next_plan(five, casefile, terms):
    gather([five], casefile, terms)
    desk = desk_of_casefile(casefile, LIMIT, terms)
    sitting = Sitting(desk, "Ann", terms)
    asked = desk.doubt.pairs.select(PAIR)
    assert asked.height
    sitting.judge(Judgement.NOT_MATCH, "father and son")
    with casefile.open() as opened:
        kept = newest(kept_judgements(opened)).row(0, named=True)
    assert tuple(kept[name] for name in PAIR) == asked.row(0)
    assert (kept["judgement"], kept["by"], kept["reason"]) == ("not_match", "Ann", "father and son")
    again = desk_of_casefile(casefile, LIMIT, terms)
    assert asked.row(0) not in again.doubt.pairs.select(PAIR).rows()


def test_no_more_pairs_are_laid_out_than_asked_for(desk):
    known = desk().known
    assert find_doubt(known, 2).pairs.height == 2
    assert find_doubt(known, LIMIT).possible <= LIMIT
