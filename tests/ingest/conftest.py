"""A folder to write files into and a reader of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from skiptrace.ingest import Batch, read
from skiptrace.settings import IngestParams

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import polars as pl

ACCOUNTS = "account_id,full_name\nA1,Ann Lee\nA2,Bob Ray\n"


@pytest.fixture
def batch(tmp_path: Path) -> Callable[..., Batch]:
    """Write the named files (text or bytes) and read them; accounts A1 and A2 exist unless given otherwise."""

    def make(files: Mapping[str, str | bytes], known: Mapping[str, pl.DataFrame] | None = None, **params) -> Batch:
        folder = tmp_path / "batch"
        folder.mkdir(exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
        if not any(name.startswith(("accounts", "账户")) for name in files):
            files = {"accounts.csv": ACCOUNTS, **files}
        for name, content in files.items():
            (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
        return read([folder], IngestParams(**params), known)

    return make
