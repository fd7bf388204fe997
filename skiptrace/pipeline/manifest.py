"""The manifest: what went in, what came out, under which versions, and that the counts add up."""

from __future__ import annotations

import json
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import polars as pl

from skiptrace import __version__
from skiptrace.casefile.migrations import VERSION as CASEFILE_VERSION
from skiptrace.contracts.outputs import WHOLE_ACCOUNT
from skiptrace.errors import PromiseBroken
from skiptrace.pipeline.release import sha256
from skiptrace.pipeline.unread import rejected_accounts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from skiptrace.compliance import Rulebook
    from skiptrace.pipeline.terms import Terms

__all__ = ["reconcile", "versions", "write_manifest"]

SCHEMA_VERSION = 1
"""Version of the output files' contract."""


def versions(rulebook: Rulebook) -> dict[str, object]:
    """Return the versions that decide what the outputs say."""
    return {
        "program": __version__,
        "schema": SCHEMA_VERSION,
        "casefile": CASEFILE_VERSION,
        "rulebook": rulebook.version,
        "tzdata": version("tzdata"),
    }


def reconcile(
    files: pl.DataFrame, unread: pl.DataFrame, accounts: pl.DataFrame, schedule: pl.DataFrame, withheld: pl.DataFrame
) -> dict[str, Any]:
    """Count what went in against what came out.

    Parameters
    ----------
    files
        Grain: input file × table. ``file``, ``table``, ``read``, ``accepted``, ``rejected``.
    unread
        UNREAD: accounts whose latest row could not be read. Those of them that are not known count as rejected, each
        once; the others are withheld.
    accounts
        Accounts known.
    schedule, withheld
        The plan; an account withheld altogether has a withheld row with null channel and contact point.

    Returns
    -------
    dict
        ``inputs`` by file and ``accounts``, as in the manifest.

    Raises
    ------
    PromiseBroken
        If a row or an account is unaccounted for, or an account is both scheduled and withheld.
    """
    by_file = files.group_by("file", maintain_order=True).agg(pl.col("read", "accepted", "rejected").sum())
    lost = by_file.filter(pl.col("read") != pl.col("accepted") + pl.col("rejected"))["file"].to_list()
    if lost:
        raise PromiseBroken(f"rows read are not rows accepted plus rejected in {', '.join(lost)}")
    known = set(accounts["account_id"].to_list())
    scheduled = set(schedule["account_id"].to_list())
    altogether = set(withheld.filter(WHOLE_ACCOUNT)["account_id"].to_list())
    if scheduled & altogether:
        raise PromiseBroken(f"{len(scheduled & altogether)} accounts are both scheduled and withheld")
    if scheduled | altogether != known:
        raise PromiseBroken(f"{len(known ^ (scheduled | altogether))} accounts are neither scheduled nor withheld")
    rejected = rejected_accounts(unread, accounts)
    return {
        "inputs": {
            file: {"read": read, "accepted": accepted, "rejected": refused}
            for file, read, accepted, refused in by_file.iter_rows()
        },
        "accounts": {
            "total": len(known) + rejected,
            "scheduled": len(scheduled),
            "withheld": len(altogether),
            "rejected": rejected,
        },
    }


def write_manifest(
    folder: Path, rows: Mapping[str, int | None], terms: Terms, contents: Mapping[str, Any]
) -> dict[str, Any]:
    """Write ``manifest.json`` for the files in a folder and return it.

    Parameters
    ----------
    folder
        Where the files are.
    rows
        File name → number of rows, null for a file that has none to count.
    terms
        When, seed, settings.
    contents
        ``versions``, ``batch_id``, ``reconciliation``, ``model``, ``capacity``, ``optimality_gap`` …
    """
    manifest: dict[str, Any] = {
        **contents,
        "as_of": terms.as_of.isoformat(),
        "seed": terms.seed,
        "settings": terms.settings.model_dump(mode="json"),
        "files": {name: {"sha256": sha256(folder / name), "rows": rows[name]} for name in sorted(rows)},
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=2, sort_keys=True, allow_nan=False)
    (folder / "manifest.json").write_text(text + "\n", encoding="utf-8")
    return manifest
