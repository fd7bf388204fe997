"""Writers whose bytes depend on nothing but the rows: CSV in any encoding, JSON Lines, XLSX without a library."""

from __future__ import annotations

import csv
import io
import json
from html import escape
from typing import TYPE_CHECKING
from zipfile import ZIP_STORED, ZipFile, ZipInfo

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

__all__ = ["csv_bytes", "jsonl_bytes", "workbook", "write_parquet"]


def csv_bytes(
    rows: Iterable[Mapping[str, object]], columns: Mapping[str, str], *, encoding: str = "utf-8", delimiter: str = ","
) -> bytes:
    """Return a CSV file; ``columns`` maps the keys of the rows to the headers."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    writer.writerow(columns.values())
    writer.writerows([cell(row.get(key)) for key in columns] for row in rows)
    return text.getvalue().encode(encoding)


def cell(value: object) -> object:
    """Return what stands in a CSV cell: nothing for None, lower-case words for booleans."""
    return "" if value is None else str(value).lower() if isinstance(value, bool) else value


def jsonl_bytes(rows: Iterable[Mapping[str, object]]) -> bytes:
    """Return a JSON Lines file without the empty fields."""
    return b"".join(
        json.dumps({key: _json(v) for key, v in row.items() if v is not None and v != ""}, ensure_ascii=False).encode()
        + b"\n"
        for row in rows
    )


def _json(value: object) -> object:
    return value if isinstance(value, (bool, int, float, str, list)) else str(value)


_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PARTS = {
    "[Content_Types].xml": f"""<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default
 Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml"
 ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/><Override
 PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPES}.worksheet+xml"/></Types>""",
    "_rels/.rels": f"""<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship
 Id="rId1" Type="{_REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>""",
    "xl/workbook.xml": f"""<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"
 xmlns:r="{_REL}"><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>""",
    "xl/_rels/workbook.xml.rels": f"""<Relationships
 xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1"
 Type="{_REL}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>""",
}


def workbook(
    table: Sequence[Sequence[object]], *, formulas: Mapping[str, str] | None = None, merged: str = ""
) -> bytes:
    """Return an XLSX file of one sheet.

    Parameters
    ----------
    table
        Rows of cells, the header first; numbers stay numbers, everything else becomes text.
    formulas
        Cell (``C2``) → formula, with the cell's value as its last result; an empty formula has no result stored.
    merged
        A range of cells merged into one (``B2:B4``).
    """
    lines = []
    for number, row in enumerate(table, 1):
        cells = "".join(_xml_cell(f"{_letters(i)}{number}", value, formulas or {}) for i, value in enumerate(row))
        lines.append(f'<row r="{number}">{cells}</row>')
    tail = f'<mergeCells count="1"><mergeCell ref="{merged}"/></mergeCells>' if merged else ""
    sheet = (
        f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{"".join(lines)}'
        f"</sheetData>{tail}</worksheet>"
    )
    out = io.BytesIO()
    with ZipFile(out, "w", ZIP_STORED) as archive:
        for name, part in {**_PARTS, "xl/worksheets/sheet1.xml": sheet}.items():
            entry = ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.create_system = 3  # else the system that made it stands in the file
            archive.writestr(entry, _HEAD + part)
    return out.getvalue()


def _xml_cell(ref: str, value: object, formulas: Mapping[str, str]) -> str:
    if formulas.get(ref) == "":
        return f'<c r="{ref}"><f>SUM(A1:A2)</f></c>'
    if ref in formulas:
        return f'<c r="{ref}" t="str"><f>{escape(formulas[ref])}</f><v>{escape(str(value))}</v></c>'
    if value is None or value == "":
        return ""
    if isinstance(value, (int, float)):
        return f'<c r="{ref}"><v>{value}</v></c>'
    return f'<c r="{ref}" t="inlineStr"><is><t xml:space="preserve">{escape(str(value))}</t></is></c>'


def _letters(index: int) -> str:
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name


def write_parquet(path: Path, rows: Iterable[Mapping[str, object]], columns: Sequence[str]) -> None:
    """Write a Parquet file of text columns, with polars: its bytes depend on the version of polars, the rows do not."""
    import polars as pl  # noqa: PLC0415  # only this one file needs anything beyond the standard library

    data = {name: [None if v in (None, "") else str(v) for v in column] for name, column in _turned(rows, columns)}
    frame = pl.DataFrame(data, schema=dict.fromkeys(columns, pl.String))
    if "observed_on" in columns:
        frame = frame.with_columns(pl.col("observed_on").str.to_date())
    frame.write_parquet(path, compression="zstd", statistics=False)


def _turned(rows: Iterable[Mapping[str, object]], columns: Sequence[str]) -> Iterable[tuple[str, list[object]]]:
    held = list(rows)
    return ((name, [row.get(name) for row in held]) for name in columns)
