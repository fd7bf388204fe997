from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import polars as pl
import pytest

from skiptrace.pipeline import gathering, runs
from skiptrace.pipeline.habits import still_serving
from skiptrace.pipeline.terms import Terms
from skiptrace.settings import parse_settings
from tests.pipeline.conftest import MONDAY, SAMPLES


@pytest.fixture
def planned(casefile, terms, tmp_path):
    """A casefile that holds the plan of a batch."""
    five = SAMPLES / "five_accounts"
    runs.run(gathering.gather([five], casefile, terms), casefile, tmp_path / "first", terms)
    return casefile


def files(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_the_first_gathering_knows_no_model(casefile, terms):
    assert gathering.gather([SAMPLES / "five_accounts"], casefile, terms).model is None


def test_a_plan_made_again_by_the_model_kept_has_the_same_bytes(planned, terms, tmp_path):
    again = gathering.recall(planned, terms)
    assert again.model is not None
    runs.run(again, None, tmp_path / "kept", terms)
    runs.run(replace(again, model=None), None, tmp_path / "anew", terms)
    kept, anew = files(tmp_path / "kept"), files(tmp_path / "anew")
    assert [name for name in kept if kept[name] != anew[name]] == []


def test_a_model_serves_while_attempts_are_nearly_the_same(planned, terms):
    gathered = gathering.recall(planned, terms)
    attempts = gathered.tables["attempts"]
    assert still_serving(gathered.model, attempts, terms) is gathered.model
    grown = pl.concat([attempts, attempts.with_columns(attempt_id="x" + pl.col("attempt_id"))])
    assert still_serving(gathered.model, grown, terms) is None
    earlier = Terms(as_of=MONDAY - timedelta(days=1))
    assert still_serving(gathered.model, attempts, earlier) is None
    other = Terms(as_of=MONDAY, settings=parse_settings({"learn": {"half_life_days": 90}}))
    assert still_serving(gathered.model, attempts, other) is None


def test_a_model_is_dropped_when_a_consent_is_revoked(planned, terms, tmp_path):
    path = tmp_path / "consents.csv"
    head, *rows = (SAMPLES / "five_accounts" / "consents.csv").read_text(encoding="utf-8").splitlines()
    first = dict(zip(head.split(","), rows[0].split(","), strict=True)) | {"revoked_at": "2026-11-20T00:00:00Z"}
    path.write_text(f"{head}\n{','.join(first.values())}\n", encoding="utf-8")
    assert gathering.recall(planned, terms).model is not None
    assert gathering.gather([path], planned, terms).model is None
    # The row itself is gone by now.
    assert gathering.recall(planned, terms).model is None
    assert gathering.recall(planned, terms).known.basis.terms == ""
    runs.run(gathering.recall(planned, terms), planned, tmp_path / "then", terms)
    assert gathering.recall(planned, terms).model is not None
