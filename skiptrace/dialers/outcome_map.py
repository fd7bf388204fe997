"""What a dialer's own statuses mean: a shipped table for each format, and on top of it a file of the user's."""

from __future__ import annotations

import difflib
import tomllib
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from skiptrace.compliance.key_lines import key_lines
from skiptrace.errors import SettingsError, UsageError
from skiptrace.ingest.words import fold_word
from skiptrace.tables import one_of
from skiptrace.vocabulary import Channel, Outcome, StopKind, outcome_meanings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["NOT_AN_ATTEMPT", "Meaning", "OutcomeMap", "example_map", "read_outcome_map", "shipped_map"]

NOT_AN_ATTEMPT = "not_an_attempt"
_MEANT: Mapping[str, pl.DataType] = {
    "status": pl.String(),
    "known": pl.Boolean(),
    "outcome": pl.String(),
    "stop": pl.String(),
}
_SHIPPED = {
    "generic": "generic_outcomes.toml",
    "vicidial": "vicidial_statuses.toml",
    "asterisk-cdr": "asterisk_dispositions.toml",
}
_STOPS = tuple(
    kind.value
    for kind in StopKind
    if kind
    not in {
        # These are nothing without hours or a place, which no status tells …
        *(StopKind.INCONVENIENT_TIME, StopKind.INCONVENIENT_PLACE, StopKind.EMPLOYER_PROHIBITS),
        # … and these are ours.
        *(StopKind.UNREADABLE, StopKind.ACCOUNT_UNREADABLE),
    }
)
_BEYOND_A_LINE = frozenset(
    {
        *(Outcome.RIGHT_PARTY, Outcome.PROMISE_TO_PAY, Outcome.THIRD_PARTY, Outcome.WRONG_NUMBER),
        *(Outcome.OPTED_OUT, Outcome.COMPLAINED, Outcome.DISCONNECTED),
    }
)
"""What the behaviour of a line cannot tell: who was there, what was said, or that the number is dead."""


class Meaning(NamedTuple):
    """What a status means.

    Attributes
    ----------
    outcome
        Canonical outcome; null = no attempt was made.
    stop
        Kind of stop it brings about, null = none.
    """

    outcome: str | None
    stop: str | None = None


@dataclass(frozen=True, kw_only=True)
class OutcomeMap:
    """Statuses and what they mean.

    Attributes
    ----------
    layers
        Folded status → meaning; one that ends in ``*`` stands for all that begin so. The first layer that knows a
        status decides; in it, the exact status goes before a beginning, the longer beginning before the shorter.
    has_our_words
        Whether what no layer knows is looked up among the words of any file of attempts.
    """

    layers: tuple[Mapping[str, Meaning], ...]
    has_our_words: bool = False

    def meaning(self, status: str) -> Meaning | None:
        """Return what a status means; null if no layer knows it.

        Examples
        --------
        >>> shipped_map("vicidial").meaning("huc17"), shipped_map("vicidial").meaning("PTP")
        (Meaning(outcome='failed', stop=None), None)
        """
        folded = fold_word(status)
        for layer in self.layers:
            for key in (folded, *(f"{folded[:end]}*" for end in range(len(folded), 0, -1))):
                if key in layer:
                    return layer[key]
        return None

    @property
    def tells_right_party(self) -> bool:
        """Whether some status says that it was the right party; without one nothing tells a reach from a failure.

        Examples
        --------
        >>> shipped_map("vicidial").tells_right_party, shipped_map("generic").tells_right_party
        (False, True)
        """
        reaches = outcome_meanings().filter("reach")["outcome"].to_list()
        # Beside what the map says, a generic file has the words of any file of attempts.
        return self.has_our_words or any(meant.outcome in reaches for layer in self.layers for meant in layer.values())

    def meanings(self, statuses: pl.Series) -> pl.DataFrame:
        """Return of each cell what it means.

        Returns
        -------
        polars.DataFrame
            Grain: cell, in order. ``status`` (as given), ``known`` (bool), ``outcome`` (null: no attempt, or not
            known), ``stop``.
        """
        found = [(each, self.meaning(each)) for each in statuses.drop_nulls().unique().to_list()]
        table = pl.DataFrame(
            [(each, *meant) for each, meant in found if meant is not None],
            schema={name: dtype for name, dtype in _MEANT.items() if name != "known"},
            orient="row",
        ).with_columns(known=pl.lit(value=True))
        joined = statuses.alias("status").to_frame().join(table, on="status", how="left", maintain_order="left")
        return joined.with_columns(pl.col("known").fill_null(value=False)).select(*_MEANT)


@cache
def shipped_map(form: str) -> OutcomeMap:
    """Return what is known of a format's statuses without any file of the user's.

    Raises
    ------
    UsageError
        If there is no such format.
    """
    return OutcomeMap(layers=(_layer(example_map(form), _SHIPPED[form], form),), has_our_words=form == "generic")


def example_map(form: str) -> str:
    """Return the shipped table as the text of a TOML file, for a user to change.

    Raises
    ------
    UsageError
        If there is no such format.
    """
    if form not in _SHIPPED:
        raise UsageError(f"--format {form}: expected one of {', '.join(_SHIPPED)}")
    return files("skiptrace.dialers").joinpath(_SHIPPED[form]).read_text(encoding="utf-8")


def read_outcome_map(path: Path | None, form: str) -> OutcomeMap:
    """Return the shipped map with the user's file, if there is one, on top.

    Parameters
    ----------
    path
        TOML with one table ``outcomes``: status → canonical outcome, ``not_an_attempt``, or a table with ``outcome``,
        ``stop`` or both. Case, blanks and punctuation of statuses do not matter; a ``*`` at the end stands for any end.
    form
        The format whose statuses they are.

    Raises
    ------
    SettingsError
        If it cannot be read, or says something that is not known or that this format cannot tell; the message names
        file, line and the nearest known word.
    UsageError
        If there is no such format.
    """
    shipped = shipped_map(form)
    if path is None:
        return shipped
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise SettingsError(f"{path.name}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path.name}: not UTF-8") from error
    return replace(shipped, layers=(_layer(text, path.name, form), *shipped.layers))


def _layer(text: str, name: str, form: str) -> dict[str, Meaning]:
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{name}: not TOML: {error}") from error
    lines = key_lines(text)
    for key in values:
        if key != "outcomes":
            raise SettingsError(f"{name}, line {lines[key,]}: unknown key {key}; expected the table outcomes")
    listed = values.get("outcomes")
    if not isinstance(listed, dict):
        raise SettingsError(f"{name}, line 1: expected the table outcomes: status = outcome")
    layer: dict[str, Meaning] = {}
    for status, value in listed.items():
        where = f"{name}, line {lines['outcomes', status]}, {status}"
        stem = status.strip()
        folded = fold_word(stem.removesuffix("*")) + ("*" if stem.endswith("*") else "")
        if not folded.strip("*"):
            raise SettingsError(f"{where}: a status that holds no letter and no digit")
        meant = _meaning(value, where)
        if layer.get(folded, meant) != meant:
            raise SettingsError(f"{where}: named twice, with another meaning")
        _check_told(meant.outcome, form, where)
        layer[folded] = meant
    return layer


def _meaning(value: Any, where: str) -> Meaning:  # noqa: ANN401  # whatever TOML holds
    if isinstance(value, str):
        value = {"outcome": value}
    if not isinstance(value, dict) or not value:
        raise SettingsError(f"{where}: expected an outcome, {NOT_AN_ATTEMPT}, or a table with outcome or stop")
    for key, word in value.items():
        known: tuple[str, ...] = {"outcome": (*one_of(Outcome), NOT_AN_ATTEMPT), "stop": _STOPS}.get(key, ())
        if not known:
            raise SettingsError(f"{where}: unknown key {key}; expected outcome or stop")
        if not isinstance(word, str):
            raise SettingsError(f"{where}: {key} is not text")
        if word not in known:
            near = difflib.get_close_matches(word, known, n=1, cutoff=0)[0]
            raise SettingsError(f"{where}: unknown {key} {word}; nearest known: {near}")
    # Who asks for a stop was there and was talked to, as far as a stop alone tells: the stricter reading.
    outcome = value.get("outcome", Outcome.REFUSED.value)
    return Meaning(None if outcome == NOT_AN_ATTEMPT else outcome, value.get("stop"))


def _check_told(outcome: str | None, form: str, where: str) -> None:
    """Refuse an outcome that this format cannot tell."""
    if outcome is None or form == "generic":
        return
    if outcome not in _of_calls():
        raise SettingsError(f"{where}: {outcome} is no outcome of a call")
    if form == "asterisk-cdr" and outcome in _BEYOND_A_LINE:
        raise SettingsError(
            f"{where}: {outcome} is more than a disposition tells; nearest it may mean: {Outcome.HUMAN_UNVERIFIED}"
        )


@cache
def _of_calls() -> frozenset[str]:
    calls = outcome_meanings().filter(pl.col("channels").list.contains(Channel.CALL.value))
    return frozenset(calls["outcome"])
