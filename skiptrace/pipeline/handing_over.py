"""Write what dialers get, with a manifest that says what was written, what was refused and what no file could carry."""

from __future__ import annotations

import hashlib
import json
import os
from typing import TYPE_CHECKING, Any

import polars as pl

from skiptrace import __version__
from skiptrace.contracts.csv_files import write_csv
from skiptrace.dialers import make_dialer
from skiptrace.errors import PromiseBroken, UsageError
from skiptrace.pipeline.release import sha256

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from pathlib import Path

    from skiptrace.dialers.handover import Document, Handover
    from skiptrace.pipeline.terms import Terms

__all__ = ["MANIFEST", "REFUSED", "hand_over", "no_leftovers"]

MANIFEST, REFUSED = "export.json", "refused.csv"
_WARNING = (
    "No dialer's format carries both ends of a lawful window. Run `skiptrace verify` on the schedule at dispatch, "
    "export what it lets through, and hand over nothing else."
)


def hand_over(frame: pl.DataFrame, schedule: Path, forms: Sequence[str], folder: Path, terms: Terms) -> dict[str, Any]:
    """Write the files of each dialer, ``refused.csv`` and ``export.json``; return the manifest.

    Parameters
    ----------
    frame
        SCHEDULE.
    schedule
        The file it was read from.
    forms
        Some of ``DIALERS``.
    folder
        Where to write; empty.
    terms
        When, and the options of dialers.

    Raises
    ------
    PromiseBroken
        If rows in are not rows written, refused and not for the dialer, or two rows have one ``attempt_id``.
    SettingsError
        If an option that a dialer needs is missing.
    """
    if frame["attempt_id"].is_duplicated().any():
        raise PromiseBroken(f"{schedule.name}: two rows with one attempt_id")
    dialers = {form: make_dialer(form, terms.settings.export) for form in forms}  # what is missing is said first
    told, refused = {}, []
    for form, (dialer, options) in dialers.items():
        terms.on_stage(form)
        given = dialer.hand_over(frame, terms.as_of)
        rows = {
            "read": frame.height,
            "written": given.written,
            "refused": given.refused.height,
            "not_for_this_dialer": given.elsewhere,
        }
        if rows["read"] != rows["written"] + rows["refused"] + rows["not_for_this_dialer"]:
            raise PromiseBroken(f"{form}: rows read are not rows written, refused and not for this dialer")
        _write(given.documents, folder)
        refused.append(given.refused.select(pl.lit(form).alias("format"), "attempt_id", "column", "reason"))
        told[form] = {"rows": rows, "options": options.model_dump(mode="json"), **_said(given)}
    write_csv(pl.concat(refused).sort("format", "attempt_id"), folder / REFUSED)
    manifest = {
        "program": __version__,
        "as_of": terms.as_of.isoformat(),
        "schedule": {"file": schedule.name, "sha256": sha256(schedule), "rows": frame.height},
        "warning": _WARNING,
        "formats": told,
        "refused": {"file": REFUSED, "sha256": sha256(folder / REFUSED), "rows": sum(map(len, refused))},
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=2, sort_keys=True, allow_nan=False)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")
    return manifest


def _write(documents: Iterable[Document], folder: Path) -> None:
    for document in documents:
        path = folder / document.name
        path.parent.mkdir(exist_ok=True)
        with path.open("xb") as file:  # never one over another, where the file system does not know A from a
            file.write(document.content)
        if document.modified is not None:
            seconds = int(document.modified.timestamp())
            os.utime(path, (seconds, seconds))


def _said(given: Handover) -> dict[str, Any]:
    files = {
        each.name: {
            "sha256": hashlib.sha256(each.content).hexdigest(),
            "rows": each.rows,
            "modified": _text(each.modified),
            "release_from": _text(each.release_from),
            "release_until": _text(each.release_until),
        }
        for each in given.documents
    }
    return {"files": files, "not_carried": list(given.not_carried)}


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def no_leftovers(out: Path, manifest: dict[str, Any]) -> None:
    """Raise UsageError if files of an earlier export would stay beside these, to be handed over by mistake."""
    try:
        before = json.loads((out / MANIFEST).read_text(encoding="utf-8"))["formats"]
        names = {name for told in before.values() for name in told["files"]}
    except (OSError, ValueError, LookupError, AttributeError, TypeError):
        return
    new = {name for told in manifest["formats"].values() for name in told["files"]}
    stale = sorted(name for name in names - new if (out / name).exists())
    if stale:
        raise UsageError(
            f"output folder {out.name}: {stale[0]} of an earlier export is still there; name another folder"
        )
