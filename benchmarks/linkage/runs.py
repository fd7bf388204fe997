"""Run one side on one world as a process of its own, and say how long it took and how much memory it held."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["Cost", "apart", "run_into", "run_ours", "run_splink"]

_PEER = Path(__file__).with_name("splink_peer.py")
_T = TypeVar("_T")


class Cost(NamedTuple):
    """Wall seconds, processor seconds (which a busy machine distorts less) and peak resident megabytes."""

    seconds: float
    processor: float
    megabytes: float


def apart(work: Callable[..., _T], *given: object) -> _T:
    """Call a function in a fresh process.

    On Linux a child starts with its parent's peak as its own: the process that starts what is measured must stay small.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, *given).result()


def run_ours(folder: Path, id_column: str) -> Cost:
    """Link the records of the folder by the command as anyone would call it, with default settings."""
    command = [str(Path(sys.executable).with_name("skiptrace")), "match", *_records(folder), "--id-column", id_column]
    return _timed([*command, "--out", str(folder / "ours")], folder / "ours.log")


def run_into(records: Path, casefile: Path, out: Path) -> Cost:
    """Match a file of records against what a casefile knows, by the command as anyone would call it."""
    command = [sys.executable, "-m", "skiptrace", "match", str(records), "--id-column", "record_id"]
    where = ["--casefile", str(casefile), "--out", str(out), "--as-of", "2026-11-23T09:00:00+00:00"]
    return _timed([*command, *where], out.with_suffix(".log"), {"SKIPTRACE_KEY": "benchmark"})


def run_splink(world: str, folder: Path, seed: int, peer: Path) -> Cost:
    """Link them by Splink."""
    return _timed([str(peer), str(_PEER), world, str(folder), str(seed)], folder / "splink.log")


def _records(folder: Path) -> list[str]:
    return sorted(str(path) for path in folder.glob("records*.csv"))


def _timed(command: list[str], log: Path, environment: Mapping[str, str] | None = None) -> Cost:
    began = time.perf_counter()
    with log.open("w", encoding="utf-8") as out:
        child = subprocess.Popen(
            command, stdout=out, stderr=subprocess.STDOUT, env={**os.environ, **(environment or {})}
        )
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - began
    if child.returncode:
        tail = "\n".join(log.read_text(encoding="utf-8").splitlines()[-15:])
        raise SystemExit(f"{Path(command[0]).name} {command[1]} failed with exit code {child.returncode}:\n{tail}")
    return Cost(
        seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)
    )
