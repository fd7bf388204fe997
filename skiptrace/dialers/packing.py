"""Rows into files of a size that a dialer takes, and by window where its format knows no time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from skiptrace.dialers.handover import Document
from skiptrace.dialers.screening import AT, UNTIL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import polars as pl

__all__ = ["Packing", "csv_bytes", "window_documents"]


@dataclass(frozen=True, kw_only=True)
class Packing:
    """How files are named and how large one may be.

    Attributes
    ----------
    stem, suffix
        Of their names: ``genesys`` and ``.csv``.
    most_rows, most_bytes
        Limits of one file, inclusive.
    """

    stem: str
    suffix: str
    most_rows: int = 1_000_000
    most_bytes: int = 256_000_000

    def documents(self, rows: pl.DataFrame, render: Callable[[pl.DataFrame], bytes]) -> Iterator[Document]:
        """Yield files that hold the rows in order."""
        for number, (content, height) in enumerate(self._pieces(rows, self.most_rows, render), start=1):
            yield Document(name=f"{self.stem}{_counted(number)}{self.suffix}", content=content, rows=height)

    def _pieces(
        self, rows: pl.DataFrame, most: int, render: Callable[[pl.DataFrame], bytes]
    ) -> Iterator[tuple[bytes, int]]:
        for piece in rows.iter_slices(most):
            content = render(piece)
            if len(content) > self.most_bytes and piece.height > 1:
                yield from self._pieces(piece, -(-piece.height // 2), render)
            elif piece.height:
                yield content, piece.height


def _counted(number: int) -> str:
    return "" if number == 1 else f"_{number}"


def window_documents(
    rows: pl.DataFrame, packing: Packing, render: Callable[[pl.DataFrame], bytes]
) -> Iterator[Document]:
    """Yield files each of which holds attempts of one window: to such a dialer, handing over is the time to call."""
    for (begin, end), mine in rows.partition_by(AT, UNTIL, as_dict=True, maintain_order=True).items():
        stem = f"{packing.stem}_{begin:%Y%m%dT%H%M%SZ}_{end:%Y%m%dT%H%M%SZ}"
        named = Packing(stem=stem, suffix=packing.suffix, most_rows=packing.most_rows, most_bytes=packing.most_bytes)
        for each in named.documents(mine, render):
            yield Document(name=each.name, content=each.content, rows=each.rows, release_from=begin, release_until=end)


def csv_bytes(frame: pl.DataFrame) -> bytes:
    r"""Return a frame of text as CSV by RFC 4180: UTF-8, comma, CRLF, header first, null as an empty cell."""
    return frame.write_csv(line_terminator="\r\n").encode()
