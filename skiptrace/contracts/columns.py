"""The kinds of column that the tables are put together from."""

from __future__ import annotations

import polars as pl

from skiptrace.tables import Column

__all__ = ["DATE", "INSTANT", "TEXT", "TEXTS", "probability", "text"]

INSTANT = pl.Datetime("us", "UTC")
TEXT = pl.String()
TEXTS = pl.List(pl.String())
DATE = pl.Date()


def text(description: str = "", *, required: bool = False) -> Column:
    """Return a column of text."""
    return Column(dtype=TEXT, required=required, description=description)


def probability(description: str = "", *, required: bool = False) -> Column:
    """Return a column of probabilities."""
    return Column(dtype=pl.Float64(), minimum=0, maximum=1, required=required, description=description)
