import shutil
from datetime import UTC, datetime, timedelta

import pytest

from skiptrace.casefile import Casefile, Key
from skiptrace.casefile.audit import entries, fault, note

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    casefile = Casefile(tmp_path_factory.mktemp("audit") / "a.casefile", Key("secret"))
    for day, command in enumerate(("ingest", "plan", "outcomes", "stop add")):
        with casefile.open() as opened:
            note(opened, command, MONDAY + timedelta(days=day), {"rows": day, "name": "éß"})
    return casefile.path


@pytest.fixture
def casefile(written, tmp_path):
    return Casefile(shutil.copy(written, tmp_path / "b.casefile"), Key("secret"))


def _fault(casefile):
    with casefile.open() as opened:
        return fault(opened, entries(opened))


def test_each_entry_holds_the_hash_of_the_one_before(casefile):
    with casefile.open() as opened:
        chain = entries(opened)
    assert [entry.command for entry in chain] == ["ingest", "plan", "outcomes", "stop add"]
    assert [entry.previous for entry in chain[1:]] == [entry.hash for entry in chain[:-1]]
    assert chain[1].as_of == "2026-11-24T09:00:00+00:00"
    assert chain[1].details == {"rows": 1, "name": "éß"}
    assert _fault(casefile) is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("UPDATE casefile.audit SET details = '{}' WHERE number = 2", "entry 2 is not what was written"),
        ("UPDATE casefile.audit SET as_of = '2026-11-24T10:00:00+00:00' WHERE number = 2", "entry 2 is not"),
        ("UPDATE casefile.audit SET command = 'run' WHERE number = 4", "entry 4 is not"),
        ("UPDATE casefile.audit SET hash = repeat('0', 64) WHERE number = 3", "entry 3 is not"),
        ("DELETE FROM casefile.audit WHERE number = 1", "entry 1 is missing"),
        ("DELETE FROM casefile.audit WHERE number = 3", "entry 3 is missing"),
        ("DELETE FROM casefile.audit WHERE number = 4", "ends at entry 3"),
        ("DELETE FROM casefile.audit", "ends at entry 0"),
    ],
)
def test_an_entry_removed_or_changed_is_noticed(change, words, casefile):
    with casefile.open() as opened:
        opened.connection.execute(change)
    assert words in _fault(casefile)


def test_an_entry_of_a_command_that_failed_is_not_there(casefile):
    with pytest.raises(ZeroDivisionError), casefile.open() as opened:
        note(opened, "plan", MONDAY, {})
        raise ZeroDivisionError
    assert _fault(casefile) is None
    with casefile.open() as opened:
        assert len(entries(opened)) == 4
