"""An encrypted DuckDB file that holds frames by name.

Openings are short: each ``with casefile.open()`` holds the file's lock, does its work in one transaction and lets go,
so that two commands at once wait for each other.
"""

from __future__ import annotations

import contextlib
import json
import time
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import polars as pl

from skiptrace.casefile.migrations import migrate
from skiptrace.errors import CasefileError, CasefileKeyWrong, CasefileLocked

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from skiptrace.casefile.keys import Key

__all__ = ["Casefile", "Opened", "openssl_extension"]

_SCHEMA = "casefile"
_BUSY = ("could not set lock", "already attached", "conflicting lock", "unique file handle conflict")
_OBSTACLES = {
    "not a valid duckdb": "it is not a casefile",
    "aes tag": "it is damaged",
    "enough bytes": "it is damaged",
    "no space left": "the disk is full",
    "file too large": "the disk is full",
    "cannot open file": "it cannot be read and written",
    "could not write": "it cannot be written",
}
_WRONG_KEY = ("wrong encryption key", "without a key")


class Opened:
    """A casefile while it is open, inside one transaction.

    Attributes
    ----------
    connection
        For the SQL of this room.
    schema
        What SQL calls the casefile.
    """

    schema = _SCHEMA

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    def names(self) -> list[str]:
        """Return the names of the frames held, sorted."""
        query = "SELECT table_name FROM duckdb_tables() WHERE database_name = ? ORDER BY 1"
        names = [name for (name,) in self.connection.execute(query, [_SCHEMA]).fetchall()]
        return [name.removeprefix("frame_") for name in names if name.startswith("frame_")]

    @staticmethod
    def table(name: str) -> str:
        """Return what SQL calls the table of a frame."""
        return f'{_SCHEMA}."frame_{name}"'

    def read(self, name: str, schema: Mapping[str, pl.DataType], where: str = "true") -> pl.DataFrame:
        """Return a frame in the order in which it was written; an empty one of this schema if it was never written.

        Columns that the schema has and the stored frame lacks are null; others are kept after them. ``where`` is a
        condition in SQL, of the program's own making.
        """
        if name not in self.names():
            return pl.DataFrame(schema=dict(schema))
        frame = self.connection.execute(f"SELECT * FROM {self.table(name)} WHERE {where}").pl()  # noqa: S608  # our own names
        ours = [
            (pl.col(column) if column in frame.columns else pl.lit(None)).cast(dtype).alias(column)
            for column, dtype in schema.items()
        ]
        return frame.select(*ours, *(column for column in frame.columns if column not in schema))

    def replace(self, name: str, frame: pl.DataFrame) -> None:
        """Write a frame in the place of the one of this name."""
        table = self.table(name)
        if not frame.columns:
            self.connection.execute(f"DROP TABLE IF EXISTS {table}")
            return
        self.connection.register("incoming", frame.to_arrow())
        self.connection.execute(f"CREATE OR REPLACE TABLE {table} AS SELECT * FROM incoming")  # noqa: S608
        self.connection.unregister("incoming")

    def append(self, name: str, frame: pl.DataFrame) -> None:
        """Add rows to a frame; columns that either side lacks are null there."""
        if name not in self.names():
            self.replace(name, frame)
            return
        table = self.table(name)
        self.connection.register("incoming", frame.to_arrow())
        described = self.connection.execute("DESCRIBE incoming").fetchall()
        for column, dtype, *_ in described:
            self.connection.execute(f'ALTER TABLE {table} ADD COLUMN IF NOT EXISTS "{column}" {dtype}')
        self.connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM incoming")  # noqa: S608
        self.connection.unregister("incoming")

    def get(self, key: str) -> Any:  # noqa: ANN401  # whatever JSON holds
        """Return a small value kept under a key, or null."""
        row = self.connection.execute(f"SELECT value FROM {_SCHEMA}.notes WHERE key = ?", [key]).fetchone()  # noqa: S608
        return None if row is None else json.loads(row[0])

    def put(self, key: str, value: Any) -> None:  # noqa: ANN401
        """Keep a small JSON value under a key."""
        text = json.dumps(value, ensure_ascii=False, sort_keys=True)
        self.connection.execute(f"INSERT OR REPLACE INTO {_SCHEMA}.notes VALUES (?, ?)", [key, text])  # noqa: S608


class Casefile:
    """All that is known of a portfolio, in one file, encrypted at rest (AES-GCM, OpenSSL).

    Parameters
    ----------
    path
        The file; it is made at the first opening.
    key
        What encrypts it.
    wait_s
        How long to wait for another command that has it open, in seconds.
    """

    def __init__(self, path: Path, key: Key, *, wait_s: float = 120) -> None:
        self.path = path
        self._key = key
        self._wait_s = wait_s

    def derive(self, purpose: str) -> bytes:
        """Return a key for another purpose, bound to this casefile's."""
        return self._key.derive(purpose)

    @contextlib.contextmanager
    def open(self, *, make: bool = True) -> Iterator[Opened]:
        """Open the file for one transaction; committed at the end, undone if anything is raised.

        Parameters
        ----------
        make
            Make it if it is missing.

        Raises
        ------
        CasefileLocked
            If another command holds the file for longer than ``wait_s``.
        CasefileKeyWrong
            If the key does not open it.
        CasefileError
            If it is no casefile, damaged, made by a newer skiptrace, or cannot be written.
        """
        if not make and not self.path.exists():
            raise CasefileError(f"{self.path.name}: no such casefile; `skiptrace ingest` or `run` makes one")
        connection = duckdb.connect(
            ":memory:", config={"autoinstall_known_extensions": False, "autoload_known_extensions": False}
        )
        try:
            self._attach(connection)
            connection.execute("BEGIN")
            migrate(connection, _SCHEMA, self.path.name)
            try:
                yield Opened(connection)
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")
        except duckdb.Error as error:
            raise CasefileError(f"{self.path.name}: {self._obstacle(error)}; nothing in it has changed") from error
        except RuntimeError as error:
            if "interrupted" in str(error).lower():  # DuckDB's word for Ctrl-C during a statement
                raise KeyboardInterrupt from error
            raise
        finally:
            connection.close()

    def _attach(self, connection: duckdb.DuckDBPyConnection) -> None:
        # Plain temporary files would put on disk in clear what the casefile encrypts.
        connection.execute("SET temp_file_encryption = true")
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET preserve_insertion_order = true")
        connection.execute(f"LOAD '{_quoted(openssl_extension())}'")
        with contextlib.suppress(OSError):  # if the folder cannot be made, the opening says so
            self.path.parent.mkdir(parents=True, exist_ok=True)
        secret, path = _quoted(self._key.secret), _quoted(self.path)
        delay, waited = 0.05, 0.0
        while True:
            try:
                connection.execute(f"ATTACH '{path}' AS {_SCHEMA} (ENCRYPTION_KEY '{secret}')")
            except duckdb.Error as error:
                message = str(error).lower()
                if any(word in message for word in _WRONG_KEY):
                    raise CasefileKeyWrong(f"{self.path.name}: the key does not open this casefile") from None
                if not any(word in message for word in _BUSY):
                    raise CasefileError(f"{self.path.name}: cannot be opened: {self._obstacle(error)}") from None
                if waited >= self._wait_s:
                    raise CasefileLocked(
                        f"{self.path.name}: another command has held it for {self._wait_s:g} s"
                    ) from None
                time.sleep(delay)
                waited += delay
                delay = min(delay * 1.5, 1.0)
            else:
                return

    def _obstacle(self, error: duckdb.Error) -> str:
        """Say what is in the way; DuckDB quotes paths, statements and values, so its own words stay out."""
        if self.path.is_dir():
            return "it is a folder, expected a file"
        if not self.path.parent.is_dir():
            return "its folder is not there and cannot be made"
        message = str(error).lower()
        return next((words for sign, words in _OBSTACLES.items() if sign in message), type(error).__name__)


def openssl_extension() -> Path:
    """Return the file of the extension that brings OpenSSL, for the DuckDB that is installed.

    Raises
    ------
    CasefileError
        If the two are not of one version.
    """
    version = f"v{duckdb.__version__}"
    path = Path(str(files("duckdb_extension_httpfs").joinpath("extensions", version, "httpfs.duckdb_extension")))
    if not path.is_file():
        raise CasefileError(f"duckdb-extension-httpfs does not fit DuckDB {version}: install the same version of both")
    return path


def _quoted(text: str | Path) -> str:
    return str(text).replace("'", "''")
