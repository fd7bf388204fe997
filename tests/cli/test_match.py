"""Record linkage on its own: the model and the judgements that go into it and come out of it."""

import json

import polars as pl
import pytest

from skiptrace.matching import default_model
from tests.cli.conftest import SAMPLES, enter

PEOPLE = SAMPLES / "lost_contacts" / "records_bureau_us.csv"
SECRET = "Quillfeather"


@pytest.fixture(scope="module")
def linked(tmp_path_factory):
    """A file linked once; read it, do not change it."""
    out = tmp_path_factory.mktemp("match") / "linked"
    done = enter("match", PEOPLE, "--out", out)
    assert done.code == 0, done.err
    return out


def _one_line(done, code, *words):
    assert done.code == code, done.err
    assert done.err.startswith("skiptrace: ")
    assert done.err.count("\n") == 1
    assert SECRET not in done.err
    for word in words:
        assert word in done.err


def test_the_model_stands_beside_the_pairs_and_links_the_same_way_again(linked, skiptrace, tmp_path):
    again = skiptrace("match", PEOPLE, "--model", linked / "model.json", "--out", tmp_path / "again", "--seed", 9)
    assert again.code == 0, again.err
    for name in ("pairs.parquet", "entities.parquet", "model.json", "rejected.csv"):
        assert (tmp_path / "again" / name).read_bytes() == (linked / name).read_bytes(), name
    told = json.loads((tmp_path / "again" / "linkage.json").read_text(encoding="utf-8"))
    assert told["model"]["file"] == "model.json"
    assert told["inputs"][0]["read"] == 235


def test_a_run_writes_its_model_too_and_counts_it_in_the_manifest(ran):
    manifest = json.loads((ran.out / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["files"]["model.json"]["rows"] is None
    assert json.loads((ran.out / "model.json").read_text(encoding="utf-8"))["version"] == 1


def _model(**changes):
    return json.loads(default_model().to_json()) | changes


def _level(at, **changes):
    levels = _model()["levels"]
    levels[at] = {name: value for name, value in (levels[at] | changes).items() if value is not None}
    return _model(levels=levels)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "not a linkage model: the file"),
        (f"{SECRET}\n", "not a linkage model: the file"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (json.dumps({"version": 1}), "partners: field required"),
        (json.dumps(_model(version=7)), "version: found 7, expected 1"),
        (json.dumps(_model(partners={"same_person": 1})), "partners: expected a number above 0"),
        (json.dumps(_model(levels=_model()["levels"][1:])), "levels of given"),
        (json.dumps(_level(0, level="else")), "levels of given"),
        (json.dumps(_level(0, m=0)), "given, gamma 0: expected probabilities above 0"),
        (json.dumps(_level(0, m=float("inf"))), "given, gamma 0: expected probabilities above 0"),
        (json.dumps(_level(0, u=None)), "given, gamma 0: expected probabilities above 0"),
        (json.dumps(_level(0, household="a")), "household"),
    ],
)
def test_what_is_no_model_is_told_in_one_line(content, words, skiptrace, tmp_path):
    path = tmp_path / "m.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    _one_line(skiptrace("match", PEOPLE, "--model", path, "--out", tmp_path / "out"), 3, "m.json: ", words)
    assert not (tmp_path / "out").exists()


def test_a_model_that_is_not_there_is_told(skiptrace, tmp_path):
    _one_line(skiptrace("match", PEOPLE, "--model", tmp_path / "m.json"), 3, "m.json: no such file")
    _one_line(skiptrace("match", PEOPLE, "--model", tmp_path), 3, "cannot be read: is a directory")


def test_judgements_are_honoured_and_bad_ones_rejected(linked, skiptrace, tmp_path):
    pairs = pl.read_parquet(linked / "pairs.parquet")
    doubt = pairs.filter(pl.col("outcome") == "possible_match").row(0, named=True)
    match = pairs.filter(pl.col("outcome") == "match").row(0, named=True)
    judged = tmp_path / "judged.csv"
    judged.write_text(
        "record_id_l,record_id_r,judgement\n"
        f"{doubt['record_id_l']},{doubt['record_id_r']},match\n"
        f"{match['record_id_r']},{match['record_id_l']},not_match\n"
        f"{SECRET},{match['record_id_l']},match\n"
    )
    out = tmp_path / "out"
    done = skiptrace("match", PEOPLE, "--judgements", judged, "--out", out)
    assert "judged.csv, line 4, column record_id_l: no record of this id is known" in done.err
    assert "2 of them settled by reviewers" in done.out
    entity = dict(pl.read_parquet(out / "entities.parquet").select("record_id", "entity_id").iter_rows())
    assert entity[doubt["record_id_l"]] == entity[doubt["record_id_r"]]
    assert entity[match["record_id_l"]] != entity[match["record_id_r"]]
    assert "judged.csv" in (out / "rejected.csv").read_text(encoding="utf-8")


def test_judgements_of_which_none_can_be_used_are_refused(skiptrace, tmp_path):
    judged = tmp_path / "judged.csv"
    judged.write_text(f"record_id_l,record_id_r,judgement\nR0000003,R0000004,{SECRET}\n")
    done = skiptrace("match", PEOPLE, "--judgements", judged, "--out", tmp_path / "out")
    _one_line(done, 3, "judged.csv: no usable judgement", "line 2, column judgement: not one of")


def test_a_pair_of_a_linked_folder_is_explained(linked, skiptrace, tmp_path):
    pair = pl.read_parquet(linked / "pairs.parquet").row(0, named=True)
    asked = f"{pair['record_id_l']},{pair['record_id_r']}"
    told = json.loads(skiptrace("explain", asked, "--linked", linked, "--json").out)
    assert told["pair"]["match_weight"] == pytest.approx(pair["match_weight"], abs=1e-3)
    assert told["pair"]["left"]["source"] == "records_bureau_us"
    done = skiptrace("explain", asked, "--linked", linked)
    assert "to begin with" in done.out
    assert "match weight" in done.out
    _one_line(skiptrace("explain", asked, "--linked", linked, "--batch", tmp_path), 2, "--linked stands alone")


def test_a_linked_folder_whose_files_are_gone_or_changed_is_not_explained(skiptrace, tmp_path):
    people = tmp_path / "people.csv"
    people.write_bytes(PEOPLE.read_bytes())
    out = tmp_path / "out"
    assert skiptrace("match", people, "--out", out).code == 0
    _one_line(skiptrace("explain", "a,b", "--linked", tmp_path), 3, "not a folder that `skiptrace match` wrote")
    _one_line(skiptrace("explain", "a,b", "--linked", tmp_path / "none"), 3, "no such folder")
    with people.open("a") as file:
        file.write("\n")
    _one_line(skiptrace("explain", "a,b", "--linked", out), 3, "people.csv: has changed since out was linked")
    people.unlink()
    _one_line(skiptrace("explain", "a,b", "--linked", out), 3, "people.csv: not where it was when out was linked")
    (out / "linkage.json").write_text("[]")
    _one_line(skiptrace("explain", "a,b", "--linked", out), 3, "linkage.json: not written by")


def test_a_linked_folder_may_be_moved_with_its_files(skiptrace, tmp_path):
    here = tmp_path / "here"
    here.mkdir()
    (here / "people.csv").write_bytes(PEOPLE.read_bytes())
    assert skiptrace("match", here / "people.csv", "--out", here / "out").code == 0
    here.rename(tmp_path / "there")
    done = skiptrace("explain", "R0000003,R0000004", "--linked", tmp_path / "there" / "out")
    assert done.code == 0, done.err


def test_two_records_of_one_id_are_told_apart_by_their_files(skiptrace, tmp_path):
    for name in ("left", "right"):
        (tmp_path / f"{name}.csv").write_bytes(PEOPLE.read_bytes())
    out = tmp_path / "out"
    assert skiptrace("match", tmp_path / "left.csv", tmp_path / "right.csv", "--out", out).code == 0
    done = skiptrace("explain", "left:R0000003,right:R0000003", "--linked", out)
    assert done.out.startswith("left:R0000003 and right:R0000003 are taken for one person")
    assert skiptrace("explain", "R0000003,R0000003", "--linked", out).code == 0


@pytest.fixture(scope="module")
def grown(tmp_path_factory):
    """A file put into a casefile in two parts; read it, do not change it."""
    folder = tmp_path_factory.mktemp("grown")
    head, *rows = PEOPLE.read_text(encoding="utf-8").splitlines()
    second = rows[::12]
    parts = {"first": [row for row in rows if row not in second], "second": second}
    done = {}
    for number, (name, part) in enumerate(parts.items(), start=1):
        (folder / f"{name}.csv").write_text("\n".join([head, *part, ""]), encoding="utf-8")
        when = f"2026-11-2{number}T09:00:00+00:00"
        into = ["--casefile", folder / "m.casefile", "--as-of", when, "--out", folder / f"of_{name}", "--json"]
        done[name] = enter("match", folder / f"{name}.csv", *into)
        assert done[name].code == 0, done[name].err
    return folder, {name: json.loads(one.out) for name, one in done.items()}


def test_a_file_is_matched_against_all_that_the_casefile_was_given_before(grown):
    folder, told = grown
    assert told["first"]["anew"]
    assert not told["second"]["anew"]
    assert told["second"]["known"] == told["first"]["known"] + told["second"]["records"]
    changes = pl.read_parquet(folder / "of_second" / "changes.parquet")
    assert dict(changes.group_by("event").len().iter_rows()) == told["second"]["events"]
    entities = [pl.read_parquet(folder / f"of_{name}" / "entities.parquet") for name in ("first", "second")]
    stayed = entities[0].join(changes, on=["source", "record_id"], how="anti")
    assert stayed.join(entities[1], on=["source", "record_id", "entity_id"], how="anti").is_empty()


def test_an_entity_is_explained_by_how_it_came_about(grown, skiptrace):
    folder, _ = grown
    changes = pl.read_parquet(folder / "of_second" / "changes.parquet")
    joined = changes.filter(pl.col("event") == "joined").row(0, named=True)
    done = skiptrace("explain", joined["entity_after"], "--casefile", folder / "m.casefile")
    assert done.code == 0, done.err
    assert f"joined by second:{joined['record_id']}" in done.out
    assert "bits" in done.out
    assert "2026-11-21 09:00 UTC: new, of first:" in done.out


def test_the_same_file_again_changes_nothing(grown, skiptrace, tmp_path):
    folder, _ = grown
    (tmp_path / "m.casefile").write_bytes((folder / "m.casefile").read_bytes())
    again = skiptrace(
        "match", folder / "second.csv", "--casefile", tmp_path / "m.casefile", "--out", tmp_path, "--json"
    )
    assert json.loads(again.out)["events"] == {}
    for name in ("pairs.parquet", "entities.parquet", "model.json"):
        assert (tmp_path / name).read_bytes() == (folder / "of_second" / name).read_bytes(), name


def test_two_files_at_once_are_not_taken_into_a_casefile(grown, skiptrace, tmp_path):
    folder, _ = grown
    done = skiptrace("match", folder / "first.csv", folder / "second.csv", "--casefile", tmp_path / "n.casefile")
    _one_line(done, 2, "one file at a time")


def test_a_run_keeps_what_linkage_knows_and_the_next_one_builds_on_it(ran, skiptrace):
    entities = pl.read_parquet(ran.out / "entities.parquet")
    done = skiptrace("explain", entities["entity_id"][0], *ran.known)
    assert done.code == 0, done.err
    assert "new, of" in done.out
