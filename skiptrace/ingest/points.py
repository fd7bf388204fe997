"""Contact points in wide columns: which cells can be one at all, and the rows they become.

Whether a number can be dialled is for ``normalise`` to say; here only what cannot possibly be a contact point is found.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from skiptrace.contracts.inputs import CONTACT_POINTS
from skiptrace.ingest.cells import column_of, lists
from skiptrace.vocabulary import PointKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from skiptrace.ingest.headers import Labelled

__all__ = ["address_points", "joined_lists", "point_problems", "wide_cells", "wide_points"]

ROW = "_row"
_LETTERS = "found a phone with letters, expected digits"
_TOO_SHORT = "found fewer than 3 digits, expected a phone number"
_NO_AT = "found no @, expected an e-mail address"
_PREFIX = r"^(?:tel|phone|mobile|cell|ph|t|m|电话|手机|座机)\.?\s*[:：]?\s*"
_EXTENSION = r"\s*[,;(]*\s*(?:ext(?:ension|n)?\.?|x|分机号?|转)\s*[:：]?\s*\d+\s*\)?$"
_ADDRESS = ("address", "city", "region", "postal_code", "country")


def point_problems(values: pl.Series, kind: PointKind) -> pl.Series:
    """Say of each cell why it cannot be a contact point of this kind; null where it can.

    Examples
    --------
    >>> point_problems(pl.Series(["tel: 020 7946 0000 ext. 12", "ask Bob", "12"]), PointKind.PHONE).to_list()
    [None, 'found a phone with letters, expected digits', 'found fewer than 3 digits, expected a phone number']
    """
    text = pl.col("value").str.to_lowercase()
    if kind is PointKind.PHONE:
        number = text.str.replace(_PREFIX, "").str.replace(_EXTENSION, "")
        problem: pl.Expr = (
            pl.when(number.str.contains(r"\p{L}"))
            .then(pl.lit(_LETTERS))
            .when(number.str.count_matches(r"\p{Nd}") < 3)  # noqa: PLR2004  # emergency and short codes have three
            .then(pl.lit(_TOO_SHORT))
        )
    elif kind is PointKind.EMAIL:
        problem = pl.when(~text.str.contains(r"[^@\s<]@[^@\s>]")).then(pl.lit(_NO_AT))
    else:
        problem = pl.lit(None, pl.String)
    return values.alias("value").to_frame().select(problem.alias("problem")).to_series()


def wide_cells(frame: pl.DataFrame, columns: Sequence[Labelled], kind: PointKind) -> pl.DataFrame:
    """Return the contact points of a sheet's wide columns.

    Returns
    -------
    polars.DataFrame
        Grain: row × column × point in the cell. ``_row`` (row of the sheet), ``column`` (header), ``kind``, ``label``,
        ``value``, ``problem`` (null: it can be a contact point).
    """
    parts = [
        pl.DataFrame({"value": lists(column_of("value", frame[column.header]))})
        .with_row_index(ROW)
        .drop_nulls("value")
        .explode("value", empty_as_null=False)
        .select(
            pl.col(ROW).cast(pl.Int64),
            pl.lit(column.header).alias("column"),
            pl.lit(kind.value).alias("kind"),
            pl.lit(column.label, pl.String).alias("label"),
            "value",
        )
        for column in columns
    ]
    schema = {ROW: pl.Int64, "column": pl.String, "kind": pl.String, "label": pl.String, "value": pl.String}
    cells = pl.concat([pl.DataFrame(schema=schema), *parts])
    return cells.with_columns(point_problems(cells["value"], kind).alias("problem"))


def joined_lists(cells: pl.DataFrame, height: int) -> pl.Series:
    """Return one list a row of the sheet: its good cells in the order of the columns, each value once."""
    good = cells.filter(pl.col("problem").is_null())
    each = good.group_by(ROW, maintain_order=True).agg(pl.col("value").unique(maintain_order=True))
    rows = pl.DataFrame({ROW: pl.int_range(height, eager=True)})
    return rows.join(each, on=ROW, how="left", maintain_order="left").get_column("value")


def wide_points(rows: pl.DataFrame, cells: pl.DataFrame) -> pl.DataFrame:
    """Turn wide cells into rows of ``contact_points``.

    Parameters
    ----------
    rows
        Accounts, with ``_row``.
    cells
        From :func:`wide_cells`.

    Returns
    -------
    polars.DataFrame
        Columns of CONTACT_POINTS (source ``accounts``) and those of ``rows`` that begin with ``_``.
    """
    ours = [name for name in rows.columns if name.startswith("_")]
    phones_and_mails = (
        cells.filter(pl.col("problem").is_null())
        .select(ROW, "kind", "value", "label")
        .join(rows.select("account_id", *ours), on=ROW)
    )
    both = pl.concat([phones_and_mails, address_points(rows, ours)], how="diagonal")
    return CONTACT_POINTS.conform(both.with_columns(source=pl.lit("accounts")))


def address_points(rows: pl.DataFrame, ours: Sequence[str]) -> pl.DataFrame:
    """Turn the street line of each account and its place into one address on one line."""
    parts = [pl.col(name) for name in _ADDRESS]
    return rows.filter(pl.col("address").is_not_null()).select(
        "account_id",
        *ours,
        kind=pl.lit(PointKind.ADDRESS.value),
        value=pl.concat_str(parts, separator=", ", ignore_nulls=True),
    )
