from __future__ import annotations

import polars as pl
import pytest

from skiptrace.matching.lineage import Upheaval, carry_on, name_entity, tell_changes

NO_PAIRS = pl.DataFrame(
    schema={"left": pl.UInt32(), "right": pl.UInt32(), "weight": pl.Float64(), "outcome": pl.String()}
)
NO_RULINGS = NO_PAIRS.select("left", "right")
NOBODY = pl.DataFrame(schema=dict.fromkeys(("table", "source", "record_id", "entity_before"), pl.String()))


def rows(*said: tuple[str, int, str | None, bool], **more) -> pl.DataFrame:
    """Write rows as record id, label, entity before, whether it is its anchor."""
    frame = pl.DataFrame(said, schema=["record_id", "label", "entity_before", "anchor"], orient="row")
    return frame.with_columns(
        pl.col("entity_before").cast(pl.String),
        number=pl.int_range(pl.len(), dtype=pl.UInt32),
        table=pl.lit("records"),
        source=pl.lit("s"),
        came=pl.col("entity_before").is_null(),
        changed=pl.lit(value=False),
        **more,
    )


def ids(*said, taken=()) -> dict[str, str]:
    carried = carry_on(rows(*said), pl.Series(taken, dtype=pl.String))
    return dict(carried.select("record_id", "entity_id").iter_rows())


def told(frame: pl.DataFrame, *, gone=NOBODY, pairs=NO_PAIRS, rulings=NO_RULINGS) -> dict[str, dict]:
    carried = carry_on(frame, pl.Series(dtype=pl.String))
    changes = tell_changes(Upheaval(carried, gone, pairs, rulings))
    return {change["record_id"]: change for change in changes.to_dicts()}


def match(left: int, right: int, weight: float = 9.0, outcome: str = "match") -> pl.DataFrame:
    return pl.DataFrame([(left, right, weight, outcome)], schema=NO_PAIRS.schema, orient="row")


def test_an_entity_keeps_its_id_when_rows_join_wherever_they_sort():
    assert ids(("a", 0, None, False), ("b", 0, "E", True), ("c", 0, None, False)) == dict.fromkeys("abc", "E")


def test_of_two_that_merge_the_id_of_the_first_anchor_goes_on():
    assert ids(("a", 0, "F", False), ("b", 0, "E", True), ("c", 0, "F", True)) == dict.fromkeys("abc", "E")


def test_an_accounts_anchor_is_before_a_records():
    frame = rows(("a", 0, "R", True), ("b", 0, "A", True)).with_columns(table=pl.Series(["records", "accounts"]))
    assert carry_on(frame, pl.Series(dtype=pl.String))["entity_id"].to_list() == ["A", "A"]


def test_on_a_split_the_part_with_the_anchor_keeps_the_id():
    found = ids(("a", 0, "E", False), ("b", 1, "E", True), ("c", 0, "E", False))
    assert found["b"] == "E"
    assert found["a"] == found["c"] == name_entity("records\x1fs\x1fa")


def test_where_the_anchor_has_gone_the_first_row_left_is_the_anchor():
    assert ids(("b", 0, "E", False), ("c", 1, "E", False))["b"] == "E"
    carried = carry_on(rows(("b", 0, "E", False), ("c", 0, "E", False)), pl.Series(dtype=pl.String))
    assert carried["anchor"].to_list() == [True, False]


def test_a_name_that_lives_on_elsewhere_is_not_given_twice():
    used = name_entity("records\x1fs\x1fa")
    assert ids(("a", 0, None, False), taken=[used])["a"] not in {used, None}
    again = ids(("a", 0, None, False), ("b", 1, used, True))
    assert again["b"] == used != again["a"]


def test_each_event_is_told_with_the_match_that_brought_it_about():
    found = told(
        rows(
            ("a", 0, "E", True), ("b", 0, None, False), ("c", 0, "F", True), ("d", 0, "F", False), ("e", 1, None, False)
        ),
        pairs=pl.concat([match(0, 1, 5.0), match(1, 2, 3.0), match(2, 3, 8.0), match(3, 4, 20.0, "possible_match")]),
    )
    assert "a" not in found
    assert [found[one]["event"] for one in "bcde"] == ["joined", "merged", "merged", "born"]
    assert (found["b"]["record_id_l"], found["b"]["record_id_r"], found["b"]["match_weight"]) == ("a", "b", 5.0)
    assert (found["d"]["record_id_l"], found["d"]["record_id_r"], found["d"]["match_weight"]) == ("b", "c", 3.0)
    assert (found["d"]["entity_before"], found["d"]["entity_after"]) == ("F", "E")
    assert found["e"]["because"] is None


SPLIT = (("a", 0, "E", True), ("b", 1, "E", False), ("c", 0, None, False))
LOST = pl.DataFrame([("records", "s", "z", "E")], schema=NOBODY.schema, orient="row")


@pytest.mark.parametrize(
    ("because", "record", "more"),
    [
        ("judgement", "b", {"rulings": pl.DataFrame([(0, 1)], schema=NO_RULINGS.schema, orient="row"), "gone": LOST}),
        ("record_gone", "z", {"gone": LOST}),
        ("record_came", "c", {"pairs": match(0, 2)}),
        ("weighed_again", None, {}),
    ],
)
def test_a_split_is_told_with_what_split_it(because, record, more):
    change = told(rows(*SPLIT), **more)["b"]
    assert (change["event"], change["because"], change["record_id_r"]) == ("split", because, record)


def test_a_row_that_says_something_else_may_split_its_entity():
    frame = rows(*SPLIT).with_columns(changed=pl.col("record_id") == "b")
    assert told(frame)["b"]["because"] == "record_changed"


def test_a_row_that_is_no_more_has_left():
    found = told(rows(("a", 0, "E", True)), gone=LOST)
    assert set(found) == {"z"}
    assert (found["z"]["event"], found["z"]["entity_before"], found["z"]["entity_after"]) == ("left", "E", None)
