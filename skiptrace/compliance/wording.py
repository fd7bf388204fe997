"""Facts in words, for many rows at once: moments in UTC, clocks in a named zone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from skiptrace.compliance.zones import DAY, offsets, representatives

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np

    from skiptrace.compliance.docket import Docket
    from skiptrace.compliance.zones import Instants

__all__ = ["by_zone", "clock", "day", "moment", "own_names", "told", "where"]

_FAR = 2**61
"""Instants beyond stand for never and for ever."""


def moment(column: str) -> pl.Expr:
    """Return instants (microseconds) as RFC 3339 text in UTC; null if there is none.

    >>> pl.DataFrame({"at": [1_795_600_800_000_000, 2**62]}).select(moment("at")).to_series().to_list()
    ['2026-11-25T10:00:00Z', None]
    """
    near = pl.when(pl.col(column).abs() < _FAR).then(pl.col(column))
    return near.cast(pl.Datetime("us")).dt.strftime("%Y-%m-%dT%H:%M:%S%.fZ")


def day(column: str) -> pl.Expr:
    """Return days since 1970 as ISO dates."""
    return pl.col(column).cast(pl.Int32).cast(pl.Date).cast(pl.String)


def clock(starts: Instants, ends: Instants, zones: pl.Series) -> pl.Series:
    """Tell from when to when each contact would last, by the clocks of a zone.

    >>> import numpy as np
    >>> nine, zone = np.array([1_795_600_800_000_000]), pl.Series(["Asia/Kolkata"])
    >>> clock(nine, nine + 300_000_000, zone).item()
    '15:30:00 to 15:35:00 on Wed 2026-11-25 in Asia/Kolkata'
    >>> clock(nine, nine, zone).item()
    '15:30:00 on Wed 2026-11-25 in Asia/Kolkata'
    """
    begin, finish = starts.copy(), ends.copy()
    for zone, mine in by_zone(zones):
        begin[mine] += offsets(zone, starts[mine])
        finish[mine] += offsets(zone, ends[mine])
    frame = pl.DataFrame({"begin": begin, "finish": finish, "zone": zones}).with_columns(
        pl.col("begin", "finish").cast(pl.Datetime("us"))
    )
    hour, full = "%H:%M:%S%.f", "%H:%M:%S%.f on %a %Y-%m-%d"
    same_day = pl.col("begin").dt.date() == pl.col("finish").dt.date()
    opening = pl.when(same_day).then(pl.col("begin").dt.strftime(hour)).otherwise(pl.col("begin").dt.strftime(full))
    lasting = pl.format("{} to ", pl.when(pl.Series(starts < ends)).then(opening))
    return frame.select(
        pl.format("{}{} in {}", lasting.fill_null(""), pl.col("finish").dt.strftime(full), "zone")
    ).to_series()


def by_zone(zones: pl.Series) -> Iterator[tuple[str, np.ndarray]]:
    """Yield each zone, and where it stands."""
    names = zones.unique().sort().to_list()
    numbers = zones.cast(pl.Enum(names)).to_physical().to_numpy()
    for number, zone in enumerate(names):
        yield zone, numbers == number


def own_names(docket: Docket, rows: np.ndarray, zones: np.ndarray) -> pl.Series:
    """Return, for candidate zones (numbers in ``docket.zones``) of rows, the row's own zone that each stands for.

    What stands for zones alike depends on what else is asked, and a reason must not.
    """
    span = (int(docket.start.min()), int(docket.end.max())) if docket.start.size else (0, 0)
    entries = pl.DataFrame({"own": docket.rows["zones"].gather(rows), "zone": zones})
    kinds = entries.unique(maintain_order=True)
    names = []
    for own, zone in kinds.iter_rows():
        name = docket.zones[zone]
        alike = representatives([*own.split("|"), name], span[0] - 400 * DAY, span[1] + 400 * DAY)
        names.append(next(one for one in sorted(own.split("|")) if alike[one] == alike[name]))
    named = kinds.with_columns(name=pl.Series(names, dtype=pl.String))
    return entries.join(named, on=["own", "zone"], how="left", maintain_order="left")["name"]


def told(rows: np.ndarray, texts: pl.DataFrame, otherwise: str | None = None) -> pl.Series:
    """Return for rows, in their order, the ``text`` that a frame by ``row`` holds for some of them."""
    asked = pl.DataFrame({"row": pl.Series(rows, dtype=pl.UInt32)})
    found = asked.join(texts.select("row", "text"), on="row", how="left", maintain_order="left")["text"]
    return found if otherwise is None else found.fill_null(otherwise)


def where(condition: np.ndarray, texts: pl.Series, otherwise: pl.Series | str) -> pl.Series:
    """Return the texts where a condition is true, else others."""
    return pl.select(pl.when(pl.Series(condition)).then(texts).otherwise(pl.lit(otherwise))).to_series()
