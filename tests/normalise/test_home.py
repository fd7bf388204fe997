import polars as pl
import pytest

from skiptrace.contracts.inputs import RECORDS
from skiptrace.normalise import likely_home


def _records(**columns) -> pl.DataFrame:
    return RECORDS.conform(pl.DataFrame(columns))


@pytest.mark.parametrize(
    ("columns", "home"),
    [
        ({"country": ["UK", "UK", None, "US"]}, "GB"),
        ({"region": ["NV", None], "postal_code": ["89111", None]}, "US"),
        ({"country": ["FR", "DE"]}, None),
        ({"phones": [["020 7946 0123"], ["+44 20 7946 0124", "+44 20 7946 0125"], ["+1 212 555 0100"]]}, "GB"),
        ({"phones": [["(212) 555-0100"], ["1 212 555 0101"], ["+1 212 555 0102"]]}, "US"),
        ({"phones": [["13800138000"], ["13912345678"], ["010-12345678"]]}, "CN"),
        ({"phones": [["call mother"], None]}, None),
        ({"full_name": ["Ann Bloom"]}, None),
    ],
)
def test_a_file_tells_its_country_by_places_then_by_calling_codes_then_by_the_plan_that_fits(columns, home):
    assert likely_home(_records(**columns)) == home


def test_the_order_of_rows_tells_nothing():
    records = _records(phones=[["+81 3 1234 5678"], ["+82 2 312 3456"], ["03-1234-5679"]])
    assert likely_home(records) == likely_home(records.reverse())
