import multiprocessing
import time
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from skiptrace.casefile import Casefile, Key, find_key
from skiptrace.errors import CasefileError, CasefileKeyWrong, CasefileLocked

FRAME = pl.DataFrame(
    {
        "id": ["a", "b"],
        "names": [["张伟", "Zhang Wei"], None],
        "at": [datetime(2026, 11, 23, 9, tzinfo=UTC), None],
        "on": pl.Series([None, None], dtype=pl.Date),
        "p": [0.25, None],
    },
    schema_overrides={"at": pl.Datetime("us", "UTC")},
)


@pytest.fixture
def casefile(tmp_path):
    return Casefile(tmp_path / "a.casefile", Key("secret"), wait_s=0.2)


def test_a_frame_comes_back_as_it_was_written(casefile):
    with casefile.open() as opened:
        opened.replace("things", FRAME)
    with casefile.open() as opened:
        back = opened.read("things", FRAME.schema)
        assert back.equals(FRAME)
        assert back.schema == FRAME.schema
        assert opened.names() == ["things"]


def test_a_frame_never_written_is_empty_and_a_new_column_is_null(casefile):
    with casefile.open() as opened:
        assert opened.read("things", FRAME.schema).is_empty()
        opened.replace("things", FRAME.select("id"))
        assert opened.read("things", {"id": pl.String(), "new": pl.Int64()})["new"].to_list() == [None, None]


def test_an_error_inside_undoes_everything(casefile):
    with casefile.open() as opened:
        opened.replace("things", FRAME)
        opened.put("seed", 7)
    with pytest.raises(ZeroDivisionError), casefile.open() as opened:
        opened.replace("things", FRAME.clear())
        opened.put("seed", 8)
        raise ZeroDivisionError
    with casefile.open() as opened:
        assert opened.read("things", FRAME.schema).height == 2
        assert opened.get("seed") == 7


def test_the_file_holds_nothing_in_clear(casefile):
    with casefile.open() as opened:
        opened.replace("things", pl.DataFrame({"name": ["Quillfeather"] * 1000}))
    assert b"Quillfeather" not in casefile.path.read_bytes()


def test_a_wrong_key_and_a_file_that_is_no_casefile_are_told_apart(casefile, tmp_path):
    with casefile.open() as opened:
        opened.put("a", 1)
    with pytest.raises(CasefileKeyWrong, match="the key does not open"), Casefile(casefile.path, Key("other")).open():
        pass
    text = tmp_path / "b.casefile"
    text.write_text("not a casefile " * 1000)
    with pytest.raises(CasefileError, match=r"b\.casefile: cannot be opened"), Casefile(text, Key("k")).open():
        pass


def test_a_newer_casefile_is_left_alone(casefile):
    with casefile.open() as opened:
        opened.connection.execute("INSERT INTO casefile.version VALUES (999)")
    with pytest.raises(CasefileError, match="newer skiptrace"), casefile.open():
        pass


def _hold(path: Path, seconds: float, held) -> None:
    with Casefile(path, Key("secret")).open() as opened:
        opened.put("holder", 1)
        held.set()
        time.sleep(seconds)


def test_two_commands_at_once_wait_for_each_other(casefile):
    context = multiprocessing.get_context("spawn")
    held = context.Event()
    holder = context.Process(target=_hold, args=(casefile.path, 1.0, held))
    holder.start()
    held.wait(30)
    with pytest.raises(CasefileLocked, match="another command"), casefile.open():
        pass
    with Casefile(casefile.path, Key("secret"), wait_s=30).open() as opened:
        assert opened.get("holder") == 1
    holder.join()


def test_the_key_is_the_variable_then_the_file_then_one_made_once(tmp_path):
    file = tmp_path / "k"
    file.write_text("from file\n")
    assert find_key({"SKIPTRACE_KEY": "from variable"}, file).secret == "from variable"
    assert find_key({}, file).secret == "from file"
    first = find_key({}, None, tmp_path / "config")
    assert first.made_at is not None
    assert first.made_at.stat().st_mode & 0o777 == 0o600
    again = find_key({}, None, tmp_path / "config")
    assert again.secret == first.secret
    assert again.made_at is None
    with pytest.raises(CasefileError, match="cannot be read"):
        find_key({}, tmp_path / "none")


def test_a_key_never_shows_its_secret():
    assert "hush" not in repr(Key("hush"))
    assert "hush" not in f"{Key('hush')!s}"
