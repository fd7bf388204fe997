import polars as pl
import pytest

from skiptrace.casefile import Casefile, Key
from skiptrace.casefile.ledger import keep_version, version_at

SCHEMA = {"id": pl.String(), "names": pl.List(pl.String()), "p": pl.Float64()}


def _frame(*rows):
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


MANY = _frame(("a", ["x"], 0.1), ("b", [], None), ("c", None, 2.0), (None, ["", "y"], 1 / 3))


@pytest.fixture
def opened(casefile):
    with casefile.open() as opened:
        yield opened


@pytest.fixture
def casefile(tmp_path):
    return Casefile(tmp_path / "a.casefile", Key("secret"))


def _at(opened, number):
    return version_at(opened, "t", SCHEMA, number)


def test_each_version_comes_back_as_it_was(opened):
    changed = _frame(("a", ["x"], 0.1), ("b", None, None), ("d", [], None))
    for number, frame in ((1, MANY), (2, changed), (3, changed), (5, MANY), (6, MANY.clear())):
        keep_version(opened, "t", frame, number)
    for number, frame in ((1, MANY), (2, changed), (3, changed), (4, changed), (5, MANY), (6, MANY.clear())):
        assert _at(opened, number).equals(frame.sort(pl.all(), nulls_last=True)), number
    assert _at(opened, 0).is_empty()


def test_a_row_that_does_not_change_is_kept_once(opened):
    for number in range(1, 9):
        keep_version(opened, "t", MANY, number)
    assert opened.read("t", SCHEMA).height == MANY.height


def test_an_empty_list_is_not_a_missing_one(opened):
    keep_version(opened, "t", _frame(("a", [], None)), 1)
    keep_version(opened, "t", _frame(("a", None, None)), 2)
    assert _at(opened, 1)["names"].to_list() == [[]]
    assert _at(opened, 2)["names"].to_list() == [None]


def test_a_row_that_stands_twice_is_kept_once(opened):
    keep_version(opened, "t", pl.concat([MANY, MANY]), 1)
    assert _at(opened, 1).height == MANY.height


def test_a_column_that_a_later_program_adds_is_null_before(opened):
    keep_version(opened, "t", MANY.drop("p"), 1)
    keep_version(opened, "t", MANY, 2)
    assert _at(opened, 1)["p"].to_list() == [None] * 4
    assert _at(opened, 2).equals(MANY.sort(pl.all(), nulls_last=True))
