"""Cadences: how often, how far apart and by which way an account is approached in one plan."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field

from skiptrace.errors import SettingsError
from skiptrace.planning.rule_files import place_in, read_rules
from skiptrace.vocabulary import Channel, Party

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["LOCATION_ONLY", "NONE", "STANDARD", "Again", "Cadence", "Wave", "load_cadences", "shipped_cadences"]

STANDARD = "standard"
"""The cadence of accounts of which nothing in particular is known."""
LOCATION_ONLY = "location_only"
"""The cadence of third parties."""
NONE = "none"
"""Instead of a cadence: held back."""
Again = Literal["other_daypart", "other_channel"]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Wave(_Model):
    """By which channels and in which parts of the day an attempt may be made."""

    channels: tuple[Channel, ...] = Field(min_length=1)
    dayparts: tuple[Literal["morning", "afternoon", "evening"], ...] = Field(
        default=("morning", "afternoon", "evening"), min_length=1
    )


class Cadence(_Model):
    """The pace of one account in one plan; null bounds are the settings'."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    summary: str = Field(min_length=3)
    party: Party
    most_attempts: int | None = Field(default=None, ge=1, le=20)
    min_gap_hours: float | None = Field(default=None, ge=0, le=1_000)
    again: Again
    wave: tuple[Wave, ...] = Field(min_length=1)


class _File(_Model):
    cadence: tuple[Cadence, ...] = Field(min_length=1)


@cache
def shipped_cadences() -> Mapping[str, Cadence]:
    """Return the shipped cadences by id.

    Examples
    --------
    >>> list(shipped_cadences())
    ['standard', 'promise', 'gentle', 'help_first', 'business', 'location_only']
    """
    contents = (files("skiptrace.planning") / "cadences.toml").read_bytes()
    return {one.id: one for one in read_rules("cadences.toml", contents, _File).cadence}


def load_cadences(paths: Iterable[str] = ()) -> Mapping[str, Cadence]:
    """Return the shipped cadences with the user's beside and instead of them.

    Raises
    ------
    SettingsError
        If a file cannot be read, is not valid, or would let a third party be approached more often, or otherwise, than
        by one call. The message names file, line and field.
    """
    found = dict(shipped_cadences())
    for path in map(Path, paths):
        try:
            contents = path.read_bytes()
        except OSError as error:
            raise SettingsError(f"{path.name}: cannot be read ({error.strerror})") from error
        mine = read_rules(path.name, contents, _File).cadence
        for number, one in enumerate(mine):
            wrong = _wrong(one, found.get(one.id), {other.id for other in mine[:number]})
            if wrong is not None:
                where = place_in(path.name, contents, "cadence", number, *wrong[0])
                raise SettingsError(f"{where}: {wrong[1]}")
            found[one.id] = one
    return found


def _wrong(one: Cadence, old: Cadence | None, before: set[str]) -> tuple[tuple[str | int, ...], str] | None:
    """Return what is wrong with a cadence of the user's beside others, and in which field; null = nothing."""
    if one.id == NONE:
        return ("id",), f"{NONE} means that an account is held back; choose another id"
    if one.id in before:
        return ("id",), f"{one.id} stands in this file twice"
    if old is not None and old.party is not one.party:
        return ("party",), f"expected '{old.party}', as the shipped one has"
    for number, wave in enumerate(one.wave):
        if one.party is Party.THIRD_PARTY and set(wave.channels) != {Channel.CALL}:
            return ("wave", number, "channels"), "a third party is only ever called"
        if Channel.VISIT in wave.channels:
            return ("wave", number, "channels"), "no visits are planned; expected call, sms, email or letter"
    return None
