"""Read Parquet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from skiptrace.errors import InputError
from skiptrace.ingest.sheets import Sheet, unique_headers, without_blank_rows, without_overlong

if TYPE_CHECKING:
    from pathlib import Path

    from skiptrace.ingest.sheets import Origin

__all__ = ["read_parquet"]


def read_parquet(path: Path, origin: Origin, limit: int) -> Sheet:
    """Read a Parquet file; lines are rows from 1.

    Parameters
    ----------
    path, origin, limit
        As for :func:`skiptrace.ingest.delimited.read_delimited`.

    Raises
    ------
    InputError
        If it is empty, damaged or has no columns.
    """
    if path.stat().st_size == 0:
        raise InputError("empty file")
    try:
        frame = pl.read_parquet(path, glob=False, hive_partitioning=False)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InputError("not a readable Parquet file (damaged or another format)") from error
    if not frame.width:
        raise InputError("no columns")
    names, alike = unique_headers(frame.columns)
    frame.columns = names
    lines = pl.Series("line", range(1, frame.height + 1), pl.Int64)
    frame, lines = without_blank_rows(frame, lines)
    frame, lines, overlong = without_overlong(frame, lines, limit)
    return Sheet(origin=origin, frame=frame, lines=lines, damaged=overlong, alike=alike)
