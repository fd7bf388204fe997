from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from skiptrace.casefile import Casefile, Key
from skiptrace.casefile.linkage import MATCHED, PORTFOLIO, keep_known, read_history, read_known, read_members
from skiptrace.contracts.stages import PEOPLE
from skiptrace.errors import CasefileError
from skiptrace.matching import relink
from skiptrace.settings import LinkParams
from tests.matching import worlds

PARAMS = LinkParams()
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
ORDER = {"people": ["number"], "rows": ["number"], "pairs": ["left", "right"], "rulings": ["left", "right"]}


@pytest.fixture
def casefile(tmp_path):
    return Casefile(tmp_path / "a.casefile", Key("secret"), wait_s=5)


@pytest.fixture(scope="module")
def people():
    return worlds.world(800, 4)[0]


def kept(casefile, relinked, shelf=PORTFOLIO):
    with casefile.open() as opened:
        keep_known(opened, shelf, relinked, NOON)
    with casefile.open() as opened:
        return read_known(opened, shelf)


def assert_known_equal(one, other):
    assert one.basis == other.basis
    for name, key in ORDER.items():
        assert_frame_equal(getattr(one, name).sort(key), getattr(other, name).sort(key))


def test_nothing_is_known_of_an_empty_casefile(casefile):
    with casefile.open() as opened:
        assert read_known(opened, PORTFOLIO) is None
        assert read_history(opened, PORTFOLIO, "e_1").is_empty()
        assert read_members(opened, PORTFOLIO, "e_1").is_empty()


def test_what_was_kept_comes_back_as_it_was(casefile, people):
    relinked = relink(people, None, PARAMS, seed=1)
    assert_known_equal(kept(casefile, relinked), relinked.known)


def test_what_an_increment_leaves_in_the_casefile_is_what_it_knows(casefile, people):
    known = kept(casefile, relink(people[50:], None, PARAMS, seed=1))
    changed = people[:-50].with_columns(city=pl.when(pl.col("record_id") == "r100").then(None).otherwise("city"))
    relinked = relink(changed, known, PARAMS, seed=1)
    assert relinked.replaced is not None
    assert_known_equal(kept(casefile, relinked), relinked.known)
    again = relink(changed, relinked.known, PARAMS, seed=1)
    assert again.changes.is_empty()
    assert_known_equal(kept(casefile, again), again.known)


def test_shelves_know_nothing_of_each_other(casefile, people):
    kept(casefile, relink(people, None, PARAMS, seed=1))
    with casefile.open() as opened:
        assert read_known(opened, MATCHED) is None


def test_the_history_of_an_entity_is_told_in_order(casefile, people):
    first = relink(people, None, PARAMS, seed=1)
    known = kept(casefile, first)
    entity = first.linked.entities.filter(pl.len().over("entity_id") > 1)["entity_id"][0]
    rows = first.linked.entities.filter(pl.col("entity_id") == entity)
    one = people.join(rows[-1:], on=["source", "record_id"], how="anti")
    kept(casefile, relink(one, known, PARAMS, seed=1))
    with casefile.open() as opened:
        history = read_history(opened, PORTFOLIO, entity)
        members = read_members(opened, PORTFOLIO, entity)
    assert history["event"].to_list()[: rows.height] == ["born"] * rows.height
    assert history.row(-1, named=True)["event"] in {"left", "split"}
    assert history["run"].unique().sort().to_list() == [1, 2]
    assert set(history["as_of"]) == {NOON}
    assert 0 < members.height < rows.height


def test_of_two_linkages_at_once_the_second_is_told_to_begin_again(casefile, people):
    known = kept(casefile, relink(people[:700], None, PARAMS, seed=1))
    one, other = (relink(people[: 700 + more], known, PARAMS, seed=1) for more in (10, 20))
    kept(casefile, one)
    with pytest.raises(CasefileError, match="meanwhile"):
        kept(casefile, other)


def test_a_casefile_of_nobody_is_no_trouble(casefile):
    relinked = relink(PEOPLE.empty(), None, PARAMS, seed=1)
    assert_known_equal(kept(casefile, relinked), relinked.known)
