"""Senzing's truth set for demonstrations: every group of records in which we differ from its key.

The set is public; its files are not here. Wanted in one folder: ``customers``, ``reference`` and ``watchlist`` (CSV, or
JSON Lines as ``.json`` or ``.jsonl``) and one CSV whose name has ``key`` or ``truth`` in it (CLUSTER_ID, DATA_SOURCE,
RECORD_ID).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import networkx as nx
import polars as pl

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["differences", "write"]

_ONE = {
    "PRIMARY_NAME_FULL": ("PRIMARY_NAME_FULL", "NATIVE_NAME_FULL", "PRIMARY_NAME_ORG"),
    "ADDR_FULL": ("ADDR_FULL", "ADDR_LINE1"),
    "EMPLOYER_NAME": ("EMPLOYER_NAME", "EMPLOYER"),
}
"""Columns that take each other's place from file to file, and the one header all of them get here."""


def write(source: Path, folder: Path) -> None:
    """Put the three files into one ``records.csv`` and the key into ``truth.parquet``."""
    paths = [path for path in sorted(source.iterdir()) if path.stem.lower() in ("customers", "reference", "watchlist")]
    keys = [path for path in source.glob("*.csv") if any(word in path.stem.lower() for word in ("key", "truth"))]
    if not paths or len(keys) != 1:
        raise SystemExit(f"{source}: expected customers, reference or watchlist (csv or json) and one *key*.csv")
    records = pl.concat([_read(path) for path in paths], how="diagonal")
    named = records.with_columns(record_id=_record_id()).unique("record_id", keep="first", maintain_order=True)
    merged = {
        header: pl.coalesce(*(name for name in names if name in named.columns))
        for header, names in _ONE.items()
        if set(names) & set(named.columns)
    }
    spent = {name for names in _ONE.values() for name in names} | {"DATA_SOURCE", "RECORD_ID"}
    named.with_columns(**merged).drop(*(spent - set(merged)), strict=False).write_csv(folder / "records.csv")
    key = pl.read_csv(keys[0], infer_schema=False).with_columns(record_id=_record_id())
    key.select("record_id", person="CLUSTER_ID").join(named.select("record_id"), on="record_id").write_parquet(
        folder / "truth.parquet"
    )


def differences(folder: Path) -> str:
    """Return, as text, each group in which our entities are not the key's clusters, with what we say of its pairs."""
    truth = pl.read_parquet(folder / "truth.parquet")
    ours = pl.read_parquet(folder / "ours" / "entities.parquet").select("record_id", "entity_id")
    both = truth.join(ours, on="record_id", how="left").with_columns(pl.col("entity_id").fill_null(pl.col("record_id")))
    pairs = pl.read_parquet(folder / "ours" / "pairs.parquet")
    records = {row["record_id"]: row for row in pl.read_csv(folder / "records.csv", infer_schema=False).to_dicts()}
    groups = nx.Graph()
    groups.add_edges_from(("key " + person, "our " + entity) for _, person, entity in both.iter_rows())
    lines, apart = [], 0
    for group in nx.connected_components(groups):
        if len(group) == 2:  # noqa: PLR2004  # one cluster of the key is one entity of ours
            continue
        apart += 1
        here = both.filter(("key " + pl.col("person")).is_in(list(group))).sort("person", "entity_id", "record_id")
        lines.append("")
        for record, person, entity in here.iter_rows():
            said = [f"{name}={cell}" for name, cell in records[record].items() if cell and name not in _UNSAID]
            lines.append(f"key {person}  ours {entity[:8]}  {record}  " + "  ".join(said))
        names = here["record_id"].to_list()
        near = pairs.filter(pl.col("record_id_l").is_in(names) & pl.col("record_id_r").is_in(names))
        for left, right, chance, outcome in near.select(
            "record_id_l", "record_id_r", "match_probability", "outcome"
        ).iter_rows():
            lines.append(f"    {left} {right}: {outcome}, probability {chance:.3f}")
    clusters = truth["person"].n_unique()
    return "\n".join([f"{truth.height} records in {clusters} clusters of the key; {apart} groups differ", *lines])


_UNSAID = ("record_id", "RECORD_TYPE", "DATE", "STATUS", "AMOUNT", "CATEGORY", "ADDR_TYPE", "PHONE_TYPE")


def _record_id() -> pl.Expr:
    return pl.concat_str("DATA_SOURCE", "RECORD_ID", separator=":")


def _read(path: Path) -> pl.DataFrame:
    if path.suffix == ".csv":
        return pl.read_csv(path, infer_schema=False)
    return pl.read_ndjson(path, infer_schema_length=None).with_columns(pl.all().cast(pl.String))
