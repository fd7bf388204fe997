"""What a row's follow-up says of its outcome decides about the rows after it."""

import json

import polars as pl
import pytest

from skiptrace.pipeline.followed_up import not_to_follow

SAYS = json.dumps(
    {"no_answer": "sms:x", "right_party": "stop_wave", "busy": "next_wave", "wrong_number": "stop_point"}
    | {"opted_out": "stop_account"}
)
ROWS = pl.DataFrame(
    [
        ("call", "A", "1", 1, 1),
        ("text", "A", "1", 1, 2),
        ("other", "A", "2", 2, 1),
        ("same", "A", "1", 3, 1),
        ("stranger", "B", "1", 2, 1),
    ],
    schema=["attempt_id", "account_id", "contact_point", "wave", "sequence"],
    orient="row",
).with_columns(follow_up=pl.lit(SAYS))


@pytest.mark.parametrize(
    ("made", "outcome", "gone"),
    [
        ("call", "no_answer", []),
        ("call", "busy", ["text"]),
        ("call", "right_party", ["other", "same", "text"]),
        ("call", "opted_out", ["other", "same", "text"]),
        ("call", "wrong_number", ["same", "text"]),
        ("other", "right_party", ["same"]),
        ("other", "wrong_number", []),
        ("text", "no_answer", []),
        ("call", "unheard_of", []),
        ("call", None, []),
        ("elsewhere", "right_party", []),
    ],
)
def test_what_follows_is_as_the_follow_up_says(made, outcome, gone):
    attempts = pl.DataFrame({"attempt_id": [made], "outcome": [outcome]}, schema_overrides={"outcome": pl.String})
    found = not_to_follow(ROWS, attempts)
    assert found["attempt_id"].to_list() == gone
    assert set(found["provision"]) <= {"house.follow-up"}


def test_the_first_reason_is_told():
    attempts = pl.DataFrame({"attempt_id": ["other", "call"], "outcome": ["right_party", "wrong_number"]})
    found = dict(not_to_follow(ROWS, attempts).select("attempt_id", "reason").iter_rows())
    assert found["same"] == "the attempt before it came to wrong_number: stop_point"
