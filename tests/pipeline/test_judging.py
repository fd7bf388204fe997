import polars as pl
import pytest

from skiptrace.casefile.audit import entries, fault
from skiptrace.contracts.judgements import JUDGEMENTS
from skiptrace.errors import InputError
from skiptrace.matching.rulings import PAIR
from skiptrace.pipeline.gathering import gather
from skiptrace.pipeline.judgements import judged_name, kept_judgements, settled
from skiptrace.pipeline.judging import import_judgements, keep_judgement
from skiptrace.pipeline.understanding import identify

HEAD = "source_l,record_id_l,source_r,record_id_r,judgement,by,reason\n"


def _said(*rows):
    names = [*PAIR, "judgement"]
    return JUDGEMENTS.conform(pl.DataFrame(rows, schema=names, orient="row"))


def _entities(gathered, terms):
    linked = identify(gathered.tables, gathered.history, terms, gathered.judgements)[1]
    return dict(linked.entities.select("record_id", "entity_id").iter_rows())


@pytest.fixture
def kept(five, casefile, terms):
    gather([five], casefile, terms)
    return casefile


@pytest.fixture
def judged(tmp_path):
    def write(*rows):
        path = tmp_path / "judged.csv"
        path.write_text(HEAD + "".join(f"{row}\n" for row in rows), encoding="utf-8")
        return path

    return write


def test_only_what_holds_and_says_something_is_settled():
    said = _said(
        ("s", "a", "s", "b", "match"),
        ("s", "d", "s", "c", "not_match"),
        ("s", "b", "s", "a", "unsure"),
        ("s", "e", "s", "f", "match"),
        ("s", "f", "s", "e", "withdrawn"),
    )
    assert settled(said).select("record_id_l", "record_id_r", "judgement").rows() == [("c", "d", "not_match")]


def test_a_judgement_names_another_plan_and_one_taken_back_the_one_before():
    said = _said(("s", "a", "s", "b", "match"), ("s", "b", "s", "a", "withdrawn"))
    assert len(judged_name(said.head(1))) == 1
    assert judged_name(said).is_empty()
    turned = _said(("s", "b", "s", "a", "match"))
    assert judged_name(turned).equals(judged_name(said.head(1)))


def test_a_judgement_is_honoured_by_everything_that_the_casefile_is_asked(kept, terms, five):
    before = gather([], kept, terms, keep=False)
    entities = _entities(before, terms)
    one, other = "R01", next(name for name in ("R02", "R03", "R04") if entities[name] != entities["R01"])
    source = dict(before.tables["records"].select("record_id", "source").iter_rows())
    row = _said((source[one], one, source[other], other, "match"))
    keep_judgement(row, kept, terms)
    for after in (gather([], kept, terms, keep=False), gather([five], kept, terms)):
        found = _entities(after, terms)
        assert found[one] == found[other]
        assert after.origin != before.origin
    keep_judgement(row.with_columns(judgement=pl.lit("unsure")), kept, terms)
    taken_back = gather([], kept, terms, keep=False)
    assert _entities(taken_back, terms) == entities
    assert taken_back.origin == before.origin
    with kept.open() as opened:
        assert kept_judgements(opened)["judgement"].to_list() == ["match", "unsure"]


def test_each_judgement_is_on_record_without_a_name_in_clear(kept, terms):
    row = _said(("bureau", "R01", "accounts", "OH-1001", "match")).with_columns(
        by=pl.lit("Quillfeather"), reason=pl.lit("Quillfeather said so")
    )
    keep_judgement(row, kept, terms)
    with kept.open() as opened:
        chain = entries(opened)
        assert fault(opened, chain) is None
        assert kept_judgements(opened)["by"].to_list() == ["Quillfeather"]
    assert chain[-1].command == "review"
    assert chain[-1].details["judgement"] == "match"
    assert "Quillfeather" not in str(chain[-1])
    assert "R01" not in str(chain[-1].details)


def test_a_file_of_judgements_is_taken_once_and_told_row_by_row(kept, terms, judged):
    path = judged(
        ",R01,accounts,OH-1001,match,Ann,",
        ",R02,accounts,OH-1001,not_match,,same street only",
        ",R03,accounts,OH-1001,,,",
        ",R04,accounts,NOPE,match,,",
    )
    first = import_judgements(path, "Bea", kept, terms)
    assert (first.read, first.new, first.known, first.waiting) == (4, 2, 0, 1)
    assert first.judgements == {"match": 1, "not_match": 1}
    assert first.rejected.select("line", "column").rows() == [(5, "record_id_r")]
    again = import_judgements(path, "Bea", kept, terms)
    assert (again.new, again.known) == (0, 2)
    with kept.open() as opened:
        rows = kept_judgements(opened)
        assert entries(opened)[-1].command == "review import"
    assert rows["by"].to_list() == ["Ann", "Bea"]
    assert rows["judged_at"].to_list() == [terms.as_of] * 2


def test_a_changed_mind_is_kept_beside_the_first_word(kept, terms, judged):
    for word in ("match", "not_match", "match"):
        import_judgements(judged(f",R01,accounts,OH-1001,{word},,"), None, kept, terms)
    with kept.open() as opened:
        assert kept_judgements(opened)["judgement"].to_list() == ["match", "not_match", "match"]


def test_a_file_without_a_usable_judgement_is_refused_and_changes_nothing(kept, terms, judged):
    with pytest.raises(InputError, match="no usable judgement: 1 of 2 rows were rejected, first line 2, column judgem"):
        import_judgements(judged(",R01,accounts,OH-1001,perhaps,,", ",R02,accounts,OH-1001,,,"), None, kept, terms)
    with kept.open() as opened:
        assert kept_judgements(opened).is_empty()
