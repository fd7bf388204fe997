"""Typed tables: a schema, a grain, a key and named checks; a frame goes in, accepted and rejected rows come out.

A check is an expression that must be *true* of a row. Null is not true: a check that may meet null says so itself,
because in law and in data alike null never means yes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping
    from enum import StrEnum

__all__ = ["FILE", "LINE", "PROVENANCE", "REJECTED_SCHEMA", "Check", "Checked", "Column", "Table", "empty", "one_of"]

FILE = "_file"
LINE = "_line"
PROVENANCE: Mapping[str, pl.DataType] = {FILE: pl.String(), LINE: pl.Int64()}
"""Where an input row was read: file name (not path) and the line at which its record starts (header = 1)."""

REJECTED_SCHEMA: Mapping[str, pl.DataType] = {
    "file": pl.String(),
    "line": pl.Int64(),
    "column": pl.String(),
    "reason": pl.String(),
    "row": pl.String(),
}
"""Columns of ``rejected.csv``; ``row`` is the row as read, as a JSON object."""


class Check(NamedTuple):
    """A named condition every row must meet.

    Attributes
    ----------
    name
        The reason a row that fails is rejected with.
    column
        The column to point at (several are joined by ``;``).
    ok
        Must be true; false and null reject the row.
    """

    name: str
    column: str
    ok: pl.Expr


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    dtype
        Its polars type.
    required
        Whether null rejects the row.
    words
        The closed list a value must come from, if there is one.
    minimum, maximum
        Inclusive bounds, if any.
    description
        What it holds, its unit, and what null means.
    """

    dtype: pl.DataType
    required: bool = False
    words: type[StrEnum] | None = None
    minimum: float | None = None
    maximum: float | None = None
    description: str = ""

    def checks(self, name: str) -> list[Check]:
        """Return the checks that follow from the column's own declaration."""
        value = pl.col(name)
        found: list[Check] = []
        if self.required:
            found.append(Check("missing value", name, value.is_not_null()))
        if self.words is not None:
            known = one_of(self.words)
            inner = (
                value.list.eval(pl.element().is_in(known)).list.all()
                if isinstance(self.dtype, pl.List)
                else value.is_in(known)
            )
            found.append(Check(f"not one of: {', '.join(known)}", name, inner | value.is_null()))
        if self.minimum is not None:
            found.append(Check(f"below {self.minimum:g}", name, (value >= self.minimum) | value.is_null()))
        if self.maximum is not None:
            found.append(Check(f"above {self.maximum:g}", name, (value <= self.maximum) | value.is_null()))
        return found


class Checked(NamedTuple):
    """Rows that met every check, and rows that did not.

    Attributes
    ----------
    accepted
        The rows in order, with the table's columns.
    rejected
        The other rows in order, plus ``column`` and ``reason`` (str): the checks they failed, joined by ``; ``.
    """

    accepted: pl.DataFrame
    rejected: pl.DataFrame


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table of the contract.

    Attributes
    ----------
    name
        Its name, which is also the stem of its file.
    grain
        What one row stands for.
    key
        The columns that tell rows apart.
    columns
        In the order in which they are written.
    checks
        Conditions beyond those of single columns.
    """

    name: str
    grain: str
    key: tuple[str, ...]
    columns: Mapping[str, Column]
    checks: tuple[Check, ...] = field(default=())

    @cached_property
    def schema(self) -> dict[str, pl.DataType]:
        """Column types in order."""
        return {name: column.dtype for name, column in self.columns.items()}

    @cached_property
    def required(self) -> tuple[str, ...]:
        """Columns a file of this table must have."""
        return tuple(name for name, column in self.columns.items() if column.required)

    @cached_property
    def all_checks(self) -> tuple[Check, ...]:
        """Every check, those of the columns first."""
        return (*(check for name, column in self.columns.items() for check in column.checks(name)), *self.checks)

    def empty(self, extra: Mapping[str, pl.DataType] | None = None) -> pl.DataFrame:
        """Return the table with no rows (and the ``extra`` columns, if any)."""
        return empty({**self.schema, **(extra or {})})

    def conform(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Put the frame's columns in the table's order and types, missing ones as null, others after them.

        Raises
        ------
        polars.exceptions.InvalidOperationError
            If a value cannot have the type: text is parsed by ``ingest``, not here.
        """
        ours = [
            (pl.col(name) if name in frame.columns else pl.lit(None)).cast(dtype).alias(name)
            for name, dtype in self.schema.items()
        ]
        return frame.select(*ours, *(name for name in frame.columns if name not in self.schema))

    def validate(self, frame: pl.DataFrame) -> Checked:
        """Split a frame into rows that meet every check and rows that do not.

        Examples
        --------
        >>> table = Table(name="t", grain="a row", key=("n",), columns={"n": Column(dtype=pl.Int64(), minimum=0)})
        >>> accepted, rejected = table.validate(pl.DataFrame({"n": [1, -1]}))
        >>> accepted.rows(), rejected.rows()
        ([(1,)], [(-1, 'n', 'below 0')])
        """
        frame = self.conform(frame)
        checks = self.all_checks
        if not checks:
            return Checked(
                frame, frame.clear().with_columns(column=pl.lit(None, pl.String), reason=pl.lit(None, pl.String))
            )
        failed = [~check.ok.fill_null(value=False) for check in checks]
        bad = pl.any_horizontal(*failed)
        marked = frame.with_columns(_bad=bad)
        accepted = marked.filter(~pl.col("_bad")).drop("_bad")
        columns = [pl.when(is_bad).then(pl.lit(check.column)) for is_bad, check in zip(failed, checks, strict=True)]
        reasons = [pl.when(is_bad).then(pl.lit(check.name)) for is_bad, check in zip(failed, checks, strict=True)]
        rejected = (
            marked.filter(pl.col("_bad"))
            .drop("_bad")
            .with_columns(
                column=pl.concat_list(columns).list.drop_nulls().list.unique(maintain_order=True).list.join(";"),
                reason=pl.concat_list(reasons).list.drop_nulls().list.unique(maintain_order=True).list.join("; "),
            )
        )
        return Checked(accepted, rejected)


def one_of(words: type[StrEnum]) -> list[str]:
    """Return the words of a closed list, in order.

    >>> from skiptrace.vocabulary import Party
    >>> one_of(Party)
    ['debtor', 'third_party']
    """
    return [word.value for word in words]


def empty(schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """Return a frame with these columns and no rows."""
    return pl.DataFrame(schema=dict(schema))
