import polars as pl
import pytest

from skiptrace.tables import Check, Column, Table
from skiptrace.vocabulary import Channel

TABLE = Table(
    name="t",
    grain="row",
    key=("id",),
    columns={
        "id": Column(dtype=pl.String(), required=True),
        "channel": Column(dtype=pl.String(), words=Channel),
        "ways": Column(dtype=pl.List(pl.String()), words=Channel),
        "p": Column(dtype=pl.Float64(), minimum=0, maximum=1),
    },
    checks=(Check("p without id", "p;id", pl.col("id") != "nobody"),),
)


def _reasons(**values):
    row = {"id": "a", "channel": "call", "ways": ["sms"], "p": 0.5} | values
    frame = pl.DataFrame([row], schema=TABLE.schema)
    accepted, rejected = TABLE.validate(frame)
    assert accepted.height + rejected.height == 1
    return rejected["reason"].to_list(), rejected["column"].to_list()


@pytest.mark.parametrize(
    ("values", "reason", "column"),
    [
        ({"id": None}, "missing value", "id"),
        ({"channel": "fax"}, "not one of", "channel"),
        ({"ways": ["sms", "fax"]}, "not one of", "ways"),
        ({"p": -0.1}, "below 0", "p"),
        ({"p": 1.1}, "above 1", "p"),
        ({"id": "nobody"}, "p without id", "p;id"),
    ],
)
def test_a_bad_row_names_the_check_and_the_column(values, reason, column):
    reasons, columns = _reasons(**values)
    assert reason in reasons[0]
    assert column in columns[0]


def test_several_faults_are_one_row_with_all_reasons():
    reasons, columns = _reasons(channel="fax", p=2.0)
    assert reasons[0].count(";") == 1
    assert columns == ["channel;p"]


def test_null_is_allowed_where_nothing_is_required_and_is_never_true():
    assert _reasons(channel=None, ways=None, p=None) == ([], [])
    unsure = Table(
        name="u",
        grain="row",
        key=(),
        columns={"p": Column(dtype=pl.Float64())},
        checks=(Check("p", "p", pl.col("p") > 0),),
    )
    accepted, rejected = unsure.validate(pl.DataFrame({"p": [None, 1.0]}, schema={"p": pl.Float64}))
    assert accepted["p"].to_list() == [1.0]
    assert rejected.height == 1


def test_no_rows_and_no_columns_conform():
    accepted, rejected = TABLE.validate(pl.DataFrame({"other": []}, schema={"other": pl.Int64}))
    assert accepted.columns == ["id", "channel", "ways", "p", "other"]
    assert rejected.is_empty()
