"""Ids that follow from a row's content, the same on every machine and in any order of rows or files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import polars as pl

from skiptrace.tables import FILE, LINE

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["content_keys", "content_text", "with_derived_ids"]

_ID_HEX = 16
"""64 bits: among ten million rows the chance of any two alike is three in a million."""
_NULL, _BETWEEN, _WITHIN = "\x1e", "\x1f", "\x1d"


def with_derived_ids(rows: pl.DataFrame, column: str, prefix: str) -> pl.DataFrame:
    """Fill the missing ids of a table from the content of their rows.

    Parameters
    ----------
    rows
        Typed rows.
    column
        The id.
    prefix
        What derived ids begin with, so that they are told apart from given ones.

    Examples
    --------
    >>> with_derived_ids(pl.DataFrame({"id": [None, "x"], "a": [1, 1]}), "id", "att_").get_column("id").to_list()
    ['att_c4ca4238a0b92382', 'x']
    """
    missing = rows.get_column(column).is_null()
    if not missing.any():
        return rows
    content = [name for name in rows.columns if name != column and not name.startswith("_")]
    derived = content_keys(rows.filter(missing).select(content)).str.slice(0, _ID_HEX)
    ids = pl.DataFrame({"at": missing.arg_true(), "derived": prefix + derived})
    return (
        rows.with_row_index("at")
        .join(ids.cast({"at": pl.UInt32}), on="at", how="left", maintain_order="left")
        .with_columns(pl.col(column).fill_null(pl.col("derived")))
        .drop("at", "derived")
    )


def content_keys(rows: pl.DataFrame) -> pl.Series:
    """Return the MD5 (hex) of every row's content.

    DuckDB is used because it hashes in parallel what Python would hash row by row, and because polars' own hash may
    change from version to version.
    """
    texts = content_text(rows).to_frame("content")
    with duckdb.connect(":memory:") as connection:
        connection.register("texts", texts)
        hashed: pl.DataFrame = connection.execute("select md5(content) as key from texts").pl()
    return hashed.get_column("key")


def content_text(rows: pl.DataFrame, columns: Sequence[str] | None = None) -> pl.Series:
    """Write every row as one text in which no two different rows look alike."""
    names = [name for name in (columns or rows.columns) if name not in {FILE, LINE}]
    parts = []
    for name in names:
        dtype, value = rows.schema[name], pl.col(name)
        if isinstance(dtype, pl.List):
            value = value.list.join(_WITHIN)
        elif isinstance(dtype, pl.Datetime):
            value = value.dt.epoch("us").cast(pl.String)
        else:
            value = value.cast(pl.String)
        parts.append(value.fill_null(_NULL))
    return rows.select(pl.concat_str(parts, separator=_BETWEEN).alias("content")).to_series()
