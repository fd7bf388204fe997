"""Settings: one frozen set of parameters a stage, read from TOML.

Every cut-off is a named field here with its reason. An unknown key is an error that names the nearest known one.
"""

from __future__ import annotations

import difflib
import tomllib
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from skiptrace.errors import SettingsError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "CheckParams",
    "IngestParams",
    "LearnParams",
    "LinkParams",
    "NormaliseParams",
    "PlanParams",
    "RulebookParams",
    "Settings",
    "TraceParams",
    "load_settings",
]

Share = Field(ge=0, le=1)


class Params(BaseModel):
    """Frozen, keyword-only, and strict about its keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class IngestParams(Params):
    """How files are read."""

    time_zone: str | None = None
    """Zone of times that carry no offset; without it such a time is rejected."""
    date_order: str | None = Field(default=None, pattern="^(dmy|mdy|ymd)$")
    """Order of ambiguous dates; without it, it is deduced from each column."""
    columns: dict[str, str] = Field(default_factory=dict)
    """Further header aliases: header as it stands in the file → column of the contract."""
    outcomes: dict[str, str] = Field(default_factory=dict)
    """Further outcome codes: code as it stands in the file → canonical outcome."""
    max_cell_bytes: int = Field(default=1_000_000, ge=1_000)
    """A longer cell is rejected: no field of the contract needs one, and a broken quote makes them."""


class NormaliseParams(Params):
    """How values are brought to canonical form."""

    default_country: str | None = Field(default=None, pattern="^[A-Z]{2}$")
    """Country of phones and addresses whose row names none."""
    keep_national_id: bool = False
    """Keep national ids as read in the casefile; otherwise only a keyed hash and the last four."""


class LinkParams(Params):
    """How records are put together."""

    match_probability: float = Field(default=0.9, ge=0.5, le=1)
    """Pairs at or above are matches."""
    possible_probability: float = Field(default=0.5, ge=0, le=1)
    """Pairs at or above, below a match, are possible matches for clerical review."""


class TraceParams(Params):
    """How leads are found."""

    min_owner: float = Field(default=0.02, ge=0, le=1)
    """Leads less likely the debtor's own than this are left out: they would be calls to strangers."""


class LearnParams(Params):
    """How reach is learned."""

    half_life_days: float = Field(default=180, gt=0)
    """After this time an attempt counts half: people change jobs and shifts."""


class CheckParams(Params):
    """How proposals are judged."""

    expected_call_s: float = Field(default=300, ge=0)
    """Length of a call whose proposal states none."""


class PlanParams(Params):
    """How the schedule is made."""

    horizon_days: int = Field(default=7, ge=1, le=60)
    slot_minutes: int = Field(default=30, ge=15, le=60)
    max_attempts_per_account: int = Field(default=2, ge=1, le=20)
    """Attempts of one account in one plan, all channels together."""
    calls_per_slot: int = Field(default=500, ge=0)
    """Calls that the lines and agents can make in one slot."""
    messages_per_slot: int = Field(default=5_000, ge=0)
    letters_per_day: int = Field(default=1_000, ge=0)
    min_p_reach: float = Field(default=0.001, ge=0, le=1)
    """Attempts less likely to reach the debtor are not worth disturbing anybody for."""


class RulebookParams(Params):
    """Where law comes from."""

    paths: tuple[str, ...] = ()
    """Further packs, read after the shipped ones."""


class Settings(Params):
    """All parameters of a run."""

    ingest: IngestParams = IngestParams()
    normalise: NormaliseParams = NormaliseParams()
    link: LinkParams = LinkParams()
    trace: TraceParams = TraceParams()
    learn: LearnParams = LearnParams()
    check: CheckParams = CheckParams()
    plan: PlanParams = PlanParams()
    rulebook: RulebookParams = RulebookParams()
    columns: dict[str, str] = Field(default_factory=dict)
    """Further header aliases; the same as ``[ingest.columns]``."""


def load_settings(path: Path | None) -> Settings:
    """Read settings from a TOML file; without one, the defaults.

    Raises
    ------
    SettingsError
        If the file cannot be read, is not TOML, or holds an unknown key or a value out of bounds. The message names
        the key and, for an unknown one, the nearest known.
    """
    if path is None:
        return Settings()
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{path.name}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path.name}: not UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path.name}: not TOML: {error}") from error
    return parse_settings(values, path.name)


def parse_settings(values: dict[str, Any], name: str = "settings") -> Settings:
    """Validate settings that have been read already.

    Examples
    --------
    >>> parse_settings({"plan": {"horizon_day": 3}})
    Traceback (most recent call last):
        ...
    skiptrace.errors.SettingsError: settings: unknown key plan.horizon_day; nearest known: horizon_days
    """
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        raise SettingsError(f"{name}: {_explain(error)}") from error
    if settings.columns:
        merged = settings.ingest.model_copy(update={"columns": {**settings.ingest.columns, **settings.columns}})
        settings = settings.model_copy(update={"ingest": merged, "columns": {}})
    return settings


def _explain(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False)[0]
    where = [str(part) for part in first["loc"]]
    if first["type"] != "extra_forbidden":
        return f"{'.'.join(where)}: {first['msg'].lower()}"
    known = _fields(where[:-1])
    near = difflib.get_close_matches(where[-1], known, n=1, cutoff=0)
    return f"unknown key {'.'.join(where)}; nearest known: {near[0]}"


def _fields(where: list[str]) -> list[str]:
    model: type[BaseModel] = Settings
    for part in where:
        annotation = model.model_fields[part].annotation
        model = next((arg for arg in get_args(annotation) if isinstance(arg, type)), annotation)  # type: ignore[assignment]
    return list(model.model_fields)
