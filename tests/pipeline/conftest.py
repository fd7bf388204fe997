from datetime import UTC, datetime
from pathlib import Path

import pytest

from skiptrace.casefile import Casefile, Key
from skiptrace.pipeline.terms import Terms

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture
def five():
    return SAMPLES / "five_accounts"


@pytest.fixture
def terms():
    return Terms(as_of=MONDAY, seed=1)


@pytest.fixture
def casefile(tmp_path):
    return Casefile(tmp_path / "a.casefile", Key("secret"), wait_s=5)
