"""How common a value is, and how many rows hold it: agreement on the rare says more than on the common.

The grades are coarse on purpose. A pair's evidence then is a small pattern of levels, which can be counted, trained
and explained; within a grade the weight is off by about one bit at most.
"""

from __future__ import annotations

import polars as pl

__all__ = ["EMPLOYER_SHARES", "HOLDERS", "NAME_SHARES", "holder_grade", "share", "share_grade"]

NAME_SHARES = (1 / 20, 1 / 100, 1 / 500, 1 / 2_500, 1 / 12_500)
"""Shares of rows at or above which a name is commonest, common, known, uncommon, rare; below the last, rarest."""

EMPLOYER_SHARES = (1 / 100, 1 / 1_000)
"""The same for employers: large, medium, and small below the last."""

HOLDERS = (100, 20, 5, 2)
"""Rows holding a phone, e-mail or address above which it is a crowd's, many's, several's, few's; else its own."""

_UNSEEN_WORLD = 1_000
"""Rows of an unseen world in which each name stands about once: a name is not common because a file is short."""


def share(value: pl.Expr, within: pl.Expr) -> pl.Expr:
    """Return the share of rows with the same value, as it looks to a pair that has it.

    The pair itself is left out of the count, or a person with two rows would make a rare name common.

    Parameters
    ----------
    value
        Null gives null.
    within
        Rows are compared with those of equal ``within``.

    Examples
    --------
    >>> names = pl.DataFrame({"name": ["li", "li", "li", "xu", None], "kind": 0})
    >>> names.select(1 / share(pl.col("name"), pl.col("kind"))).to_series().round(0).to_list()
    [502.0, 502.0, 502.0, 1004.0, None]
    """
    holders = pl.len().over(value, within).cast(pl.Float64)
    rows = value.count().over(within).cast(pl.Float64)
    others = pl.max_horizontal(holders - 2, pl.lit(0.0)) + 1
    return pl.when(value.is_not_null()).then(others / (rows + _UNSEEN_WORLD))


def share_grade(shares: pl.Expr, bounds: tuple[float, ...]) -> pl.Expr:
    """Return 0 for the largest shares, one more for each bound the share is below; null for null.

    >>> pl.DataFrame({"s": [0.2, 0.02, 0.0001]}).select(share_grade(pl.col("s"), NAME_SHARES)).to_series().to_list()
    [0, 1, 4]
    """
    return pl.sum_horizontal(*((shares < bound).cast(pl.Int8) for bound in bounds), ignore_nulls=False).cast(pl.Int8)


def holder_grade(holders: pl.Expr, bounds: tuple[int, ...] = HOLDERS) -> pl.Expr:
    """Return 0 for the most holders, one more for each bound that they do not exceed.

    >>> pl.DataFrame({"n": [2, 4, 500]}).select(holder_grade(pl.col("n"))).to_series().to_list()
    [4, 3, 0]
    """
    return pl.sum_horizontal(*((holders <= bound).cast(pl.Int8) for bound in bounds)).cast(pl.Int8)
