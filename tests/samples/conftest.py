import sys
from pathlib import Path

import pytest

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
# Last, so that no module of the samples can stand before an installed one.
sys.path.append(str(SAMPLES))


@pytest.fixture
def samples() -> Path:
    return SAMPLES
