"""The promise that no row is lost on its way to a dialer, held against dialers that lose one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from skiptrace.dialers import make_dialer, write_schedule
from skiptrace.errors import PromiseBroken, UsageError
from skiptrace.pipeline import handing_over
from skiptrace.pipeline.exporting import export
from skiptrace.pipeline.terms import Terms
from skiptrace.settings import Settings
from tests.dialers.conftest import CALL, LETTER
from tests.dialers.hand_over_rows import OPTIONS, frame

TERMS = Terms(as_of=datetime(2026, 11, 23, 9, tzinfo=UTC), settings=Settings(export=OPTIONS))


class Tampering:
    """A dialer whose hand-over is changed on the way."""

    def __init__(self, change):
        self.change = change

    def __call__(self, form, params):
        dialer, options = make_dialer(form, params)
        self.dialer = dialer
        return self, options

    def hand_over(self, schedule, as_of):
        return self.change(self.dialer.hand_over(schedule, as_of))


@pytest.fixture
def schedule(tmp_path):
    write_schedule(frame(CALL, LETTER), tmp_path, forms=["jsonl"])
    return tmp_path / "schedule.jsonl"


@pytest.mark.parametrize(
    "change",
    [
        lambda given: replace(given, documents=given.documents[1:]),
        lambda given: replace(given, documents=given.documents * 2),
        lambda given: replace(given, elsewhere=0),
    ],
    ids=["a file lost", "a file twice", "a row passed over"],
)
def test_if_a_row_is_lost_nothing_goes_out(schedule, tmp_path, monkeypatch, change):
    monkeypatch.setattr(handing_over, "make_dialer", Tampering(change))
    with pytest.raises(PromiseBroken, match="vicidial: rows read are not rows written"):
        export(schedule, tmp_path / "out", ["vicidial", "csv"], TERMS)
    assert not (tmp_path / "out").exists()


def test_two_files_of_one_name_are_never_written_one_over_the_other(schedule, tmp_path, monkeypatch):
    def twice(given):
        return replace(given, documents=given.documents * 2, elsewhere=0)

    monkeypatch.setattr(handing_over, "make_dialer", Tampering(twice))
    with pytest.raises(UsageError, match="output folder out"):
        export(schedule, tmp_path / "out", ["vicidial"], TERMS)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"formats": []}', '{"formats": {"x": 1}}', "\ud800"])
def test_a_file_of_that_name_that_is_no_manifest_of_ours_is_no_hindrance(schedule, tmp_path, content):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "export.json").write_text(content, encoding="utf-8", errors="surrogatepass")
    assert export(schedule, tmp_path / "out", ["vicidial"], TERMS).rows["vicidial"]["written"] == 1
