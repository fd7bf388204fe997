"""Rows put together by a key that most of them have to themselves.

Expressions are evaluated group by group, which costs more than all else where there are millions of groups; what these
functions do is done to whole columns, and group by group only where there is more than one row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping

    from polars._typing import IntoExpr

__all__ = ["first_of", "lists_of"]


def first_of(rows: pl.DataFrame, key: str, *columns: IntoExpr, **named: IntoExpr) -> pl.DataFrame:
    """Return some columns of the first row of each key, in the order of the rows.

    Examples
    --------
    >>> first_of(pl.DataFrame({"key": [1, 1, 2], "a": ["x", "y", "z"]}), "key", best="a").rows()
    [(1, 'x'), (2, 'z')]
    """
    return rows.unique(key, keep="first", maintain_order=True).select(key, *columns, **named)


def lists_of(rows: pl.DataFrame, key: str, columns: Mapping[str, str]) -> pl.DataFrame:
    """Return, for each key, the distinct values of columns as sorted lists without nulls; new name → column.

    Examples
    --------
    >>> lists_of(pl.DataFrame({"key": [1, 1, 2], "a": ["y", "x", None]}), "key", {"all": "a"}).sort("key").rows()
    [(1, ['x', 'y']), (2, [])]
    """
    several = pl.col(key).is_duplicated()
    wanted = rows.select(key, **columns)
    listed = wanted.filter(several).group_by(key).agg(pl.col(name).drop_nulls().unique().sort() for name in columns)
    alone = wanted.filter(~several).select(key, *(_list_of_one(name) for name in columns))
    return pl.concat([listed, alone])


def _list_of_one(name: str) -> pl.Expr:
    held = pl.concat_list(name)
    return pl.when(pl.col(name).is_null()).then(held.list.head(0)).otherwise(held).alias(name)
