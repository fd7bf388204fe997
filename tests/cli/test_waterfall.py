import io

import pytest
from rich.console import Console

from skiptrace.cli.waterfall import draw_waterfall, falling_bars

FOUND = {
    "title": "a and b are taken for two people",
    "sentences": ["Outcome: possible match."],
    "rows": [
        {"compared": "birth date", "found": "the same birth date", "bits": 9.0, "left": "1970", "right": "1970"},
        {"compared": "phone", "found": "other phones", "bits": -2.0, "left": "+1", "right": "+2"},
    ],
    "not_compared": ["employer"],
    "one_sided": [],
    "pair": {
        "left": {"source": "s", "record_id": "a", "name": "Ann"},
        "right": {"source": "s", "record_id": "b", "name": None},
        "match_weight": -5.0,
        "match_probability": 0.03,
        "prior": -12.0,
        "threshold": 0.0,
    },
}


def test_each_bar_begins_where_the_one_before_ended():
    lines = [line.plain for line in falling_bars([-12.0, 9.0, -2.0], 0.0, 25)]
    starts, ends = zip(*((min(_filled(line)), max(_filled(line)) + 1) for line in lines), strict=True)
    assert ends[0] == 24
    assert starts[1] == starts[0] == 0
    assert ends[1] == ends[2]
    assert {len(line) for line in lines} == {25}
    assert ["█" in line for line in lines] == [False, True, False]


def _filled(line):
    return [at for at, sign in enumerate(line) if sign in "█▒"]


@pytest.mark.parametrize("width", [80, 140])
def test_the_drawing_fits_the_terminal_and_says_it_all(width):
    out = io.StringIO()
    draw_waterfall(FOUND, Console(file=out, width=width, color_system=None))
    text = out.getvalue()
    assert max(len(line) for line in text.splitlines()) <= width
    for words in ("the same birth date", "+9.0", "-12.0", "other phones", "probability 0.030", "employer"):
        assert words in text
