"""From where on a pair is a match."""

import numpy as np
import pytest

from skiptrace.matching.comparisons import COMPARISONS
from skiptrace.matching.outcomes import SETTLED_BITS, match_bars
from skiptrace.settings import LinkParams

PARAMS = LinkParams(match_probability=0.5, impersonal_probability=0.8)
LONG, SHORT = 10_000, 9_999


def _bar(rows: int = LONG, params: LinkParams = PARAMS, **known: int) -> float:
    vector = np.array([[known.get(name, -1) for name in COMPARISONS]], dtype=np.int8)
    return float(match_bars(vector, params, rows)[0])


@pytest.mark.parametrize("personal", ["birth", "national_id", "phone", "email"])
def test_something_personal_that_agrees_lowers_the_bar(personal):
    home = {"given": 10, "family": 8, "address": 10, "employer": 3, "town": 3}
    assert _bar(**home) == pytest.approx(2)
    assert _bar(**home, **{personal: 0}) == pytest.approx(2)
    assert _bar(**home, **{personal: 1}) == 0


def test_companies_share_no_home():
    assert _bar(company=6, address=10) == 0


def test_a_name_alone_is_no_match_in_a_file_too_short_to_show_how_rare_it_is():
    assert _bar(rows=SHORT, given=12, family=9, middle=2) == SETTLED_BITS
    assert _bar(rows=SHORT, company=9) == SETTLED_BITS
    assert _bar(rows=SHORT, given=12, family=9, town=0) == pytest.approx(2)
    assert _bar(rows=LONG, given=12, family=9, middle=2) == pytest.approx(2)


def test_who_asks_for_more_of_every_pair_asks_no_less_of_these():
    strict = LinkParams(match_probability=0.99, impersonal_probability=0.8)
    assert _bar(params=strict, given=10, address=10) == _bar(params=strict, given=10, phone=5)
