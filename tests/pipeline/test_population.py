import polars as pl
import pytest

from skiptrace.contracts.inputs import RECORDS
from skiptrace.pipeline import population as module
from skiptrace.settings import NormaliseParams, Settings


@pytest.mark.parametrize(
    "births", [["25/12/1970", "01/02/1980", "03/04/1990"], ["25/12/1970", "12/25/1980", "03/04/1990"]]
)
def test_the_length_of_a_stretch_changes_nothing(births, monkeypatch):
    records = RECORDS.conform(
        pl.DataFrame(
            {
                "record_id": ["a", "b", "c", "d"],
                "source": ["x", "x", "x", "y"],
                "full_name": ["Ann Bloom", "Bloom, Ann", "Carl Dent", "Carl Dent"],
                "birth_date": [*births, "05/06/1970"],
                "phones": [["+44 20 7946 0123"], ["020 7946 0123"], None, ["(020) 7946 0999"]],
            }
        )
    )
    settings = Settings(normalise=NormaliseParams(default_country="GB"))
    whole = module.population(records, settings)
    monkeypatch.setattr(module, "_STRETCH", 1)
    assert module.population(records, settings).equals(whole)
    assert whole["phones"].to_list()[:2] == [["+442079460123"], ["+442079460123"]]
