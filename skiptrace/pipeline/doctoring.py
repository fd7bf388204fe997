"""Examine an installation: tell whether this machine would keep the promises."""

from __future__ import annotations

import platform
from importlib.metadata import version
from typing import TYPE_CHECKING, NamedTuple

import duckdb
import polars as pl

from skiptrace import __version__
from skiptrace.casefile import audit
from skiptrace.casefile.store import openssl_extension
from skiptrace.compliance import load_rulebook
from skiptrace.errors import SkiptraceError

if TYPE_CHECKING:
    from skiptrace.casefile import Casefile
    from skiptrace.settings import Settings

__all__ = ["Finding", "audited", "examine"]


class Finding(NamedTuple):
    """One thing looked at.

    Attributes
    ----------
    what, found
        What was looked at, and what was found.
    ok
        Whether it is as it should be.
    """

    what: str
    found: str
    ok: bool


def audited(casefile: Casefile) -> tuple[list[audit.Entry], str | None]:
    """Return what was done to a casefile, and where that record is broken (null = it is whole)."""
    with casefile.open(make=False) as opened:
        chain = audit.entries(opened)
        return chain, audit.fault(opened, chain)


def examine(casefile: Casefile | None, settings: Settings) -> list[Finding]:
    """Return the findings, in the order in which to read them."""
    findings = [
        Finding("skiptrace", f"{__version__} on Python {platform.python_version()}, polars {pl.__version__}", ok=True),
        Finding("time zone data", f"tzdata {version('tzdata')}", ok=True),
    ]
    try:
        findings.append(Finding("encryption", f"DuckDB {duckdb.__version__} with {openssl_extension().name}", ok=True))
    except SkiptraceError as error:
        findings.append(Finding("encryption", str(error), ok=False))
    try:
        rulebook = load_rulebook(settings.rulebook)
        findings.append(Finding("rulebook", f"version {rulebook.version}", ok=True))
    except SkiptraceError as error:
        findings.append(Finding("rulebook", str(error), ok=False))
    if casefile is not None:
        try:
            with casefile.open(make=False) as opened:
                findings.append(Finding("casefile", f"opens, {len(opened.names())} tables", ok=True))
        except SkiptraceError as error:
            findings.append(Finding("casefile", str(error), ok=False))
    return findings
