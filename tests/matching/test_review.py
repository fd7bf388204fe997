from __future__ import annotations

from datetime import date
from itertools import pairwise

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from skiptrace.contracts.outputs import ENTITIES, PAIRS
from skiptrace.contracts.stages import PEOPLE
from skiptrace.matching.review import most_informative, readable
from skiptrace.matching.rulings import PAIR, newest

NOBODY = pl.DataFrame(schema=dict.fromkeys(PAIR, pl.String()))


def _pairs(*rows: tuple[str, str, float], outcome: str = "possible_match") -> pl.DataFrame:
    return PAIRS.conform(
        pl.DataFrame(
            [
                {
                    "record_id_l": a,
                    "record_id_r": b,
                    "match_weight": bits,
                    "outcome": outcome,
                    "source_l": "s",
                    "source_r": "s",
                }
                for a, b, bits in rows
            ],
            schema=PAIRS.schema,
        )
    )


def _entities(**entity_of: str) -> pl.DataFrame:
    rows = [{"source": "s", "record_id": record, "entity_id": entity} for record, entity in entity_of.items()]
    return ENTITIES.conform(pl.DataFrame(rows, schema=ENTITIES.schema))


def _names(frame: pl.DataFrame) -> list[str]:
    return (frame["record_id_l"] + frame["record_id_r"]).to_list()


def test_the_pair_nearest_to_the_threshold_comes_first():
    pairs = _pairs(("a", "b", 4.0), ("c", "d", -1.0), ("e", "f", 3.2))
    entities = _entities(**{name: name for name in "abcdef"})
    assert _names(most_informative(pairs, entities, NOBODY, 0.0, 9)) == ["cd", "ef", "ab"]
    assert _names(most_informative(pairs, entities, NOBODY, 3.5, 9)) == ["ef", "ab", "cd"]
    assert _names(most_informative(pairs, entities, NOBODY, 0.0, 2)) == ["cd", "ef"]


def test_a_pair_on_which_many_records_hang_comes_before_one_a_little_nearer():
    pairs = _pairs(("a", "b", 0.5), ("c", "d", 1.0))
    entities = _entities(a="a", b="b", c="c", x="c", y="c", d="d", z="d")
    found = most_informative(pairs, entities, NOBODY, 0.0, 9)
    assert _names(found) == ["cd", "ab"]
    assert found["records"].to_list() == [5, 2]


def test_records_of_one_entity_are_counted_once():
    found = most_informative(_pairs(("a", "b", 0.5)), _entities(a="e", b="e", c="e"), NOBODY, 0.0, 9)
    assert found["records"].to_list() == [3]


def test_what_is_judged_disclosed_or_out_of_doubt_is_not_asked():
    entities = _entities(**{name: name for name in "abcdefgh"})
    pairs = pl.concat(
        [
            _pairs(("a", "b", 1.0), ("c", "d", 1.0), ("g", "h", 40.0)),
            _pairs(("e", "f", 1.0), outcome="disclosed_relation"),
        ]
    )
    judged = pl.DataFrame({"source_l": "s", "record_id_l": ["b"], "source_r": "s", "record_id_r": ["a"]})
    assert _names(most_informative(pairs, entities, judged, 0.0, 9)) == ["cd"]


def test_two_pairs_that_settle_each_other_never_follow_each_other():
    pairs = _pairs(("a", "c", 0.1), ("a", "d", 0.2), ("b", "c", 0.3), ("e", "f", 5.0))
    entities = _entities(a="one", b="one", c="two", d="two", e="e", f="f")
    assert _names(most_informative(pairs, entities, NOBODY, 0.0, 9)) == ["ac", "ef", "ad"]


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.integers(0, 9), st.floats(-14, 14)).filter(lambda pair: pair[0] < pair[1]),
        min_size=1,
        max_size=30,
        unique_by=lambda pair: pair[:2],
    ),
    st.integers(1, 12),
)
def test_neighbours_never_touch_one_entity_and_no_pair_is_asked_twice(drawn, limit):
    pairs = _pairs(*((str(a), str(b), bits) for a, b, bits in drawn))
    entity = {str(n): f"e{n // 2}" for n in range(10)}
    found = most_informative(pairs, _entities(**entity), NOBODY, 0.0, limit)
    assert 1 <= found.height <= limit
    assert len(set(_names(found))) == found.height
    touched = [{entity[a], entity[b]} for a, b in found.select("record_id_l", "record_id_r").iter_rows()]
    assert not any(before & after for before, after in pairwise(touched))
    nearest = min(abs(bits) for *_, bits in drawn)
    assert abs(found["match_weight"][0]) <= nearest + 2  # at most four records hang on a pair, at least two


def test_the_later_judgement_holds_whichever_record_stood_left():
    said = pl.DataFrame(
        [("s", "a", "s", "b", "match"), ("s", "c", "s", "d", "match"), ("s", "b", "s", "a", "unsure")],
        schema=[*PAIR, "judgement"],
        orient="row",
    )
    assert newest(said).select("record_id_l", "record_id_r", "judgement").rows() == [
        ("c", "d", "match"),
        ("a", "b", "unsure"),
    ]


def test_values_are_shown_as_they_were_compared_and_ids_only_by_their_end():
    row = {
        "table": "records", "source": "s", "record_id": "1", "kind": "person", "full_name": "Bill Bree",
        "given": "bill", "family": "bree", "aliases": ["billy bree"],
        "birth_from": date(1970, 1, 1), "birth_to": date(1970, 12, 31),
        "national_id_hash": "secret", "national_id_last4": "6789", "emails": [],
        "phones": ["+12025550123", "+12025550199"],
        "address_key": "us|02139|12||elm st", "house_number": "12", "city": "cambridge", "postal_code": "02139",
    }  # fmt: skip
    firm = {
        "table": "records",
        "source": "s",
        "record_id": "2",
        "kind": "company",
        "family": "acme",
        "birth_from": date(1970, 3, 9),
    }
    person, company = readable(PEOPLE.conform(pl.DataFrame([row, firm], schema=PEOPLE.schema))).to_dicts()
    assert person["name"] == "Bill Bree"
    assert person["given"] == "bill (also billy bree)"
    assert person["birth"] == "1970"
    assert person["national_id"] == "…6789"
    assert person["phone"] == "+12025550123, +12025550199"
    assert person["address"] == "12 elm st cambridge 02139"
    assert person["email"] is None
    assert person["company"] is None
    assert (company["company"], company["family"]) == ("acme", None)
    assert not any("secret" in str(value) for value in person.values())
