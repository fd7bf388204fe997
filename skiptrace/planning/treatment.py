"""Differentiated treatment: which cadence and which texts suit what an account's history says, and why."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import polars as pl
from pydantic import BaseModel, ConfigDict, Discriminator, Field, field_validator, model_validator
from pydantic import Tag as Kind

from skiptrace.contracts.columns import TEXT, TEXTS, text
from skiptrace.errors import SettingsError
from skiptrace.planning.cadences import NONE, STANDARD
from skiptrace.planning.history import HISTORY, PROMISES
from skiptrace.planning.rule_files import place_in, read_rules
from skiptrace.planning.templates import Medium, Stage
from skiptrace.tables import Column, Table
from skiptrace.vocabulary import Party

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from skiptrace.planning.cadences import Cadence
    from skiptrace.planning.templates import Book

__all__ = ["TREATMENT", "Bounds", "Rule", "load_treatments", "treat", "untreated"]

TREATMENT = Table(
    name="treatment",
    grain="account",
    key=("account_id",),
    columns={
        "account_id": text(required=True),
        "profile": text(required=True),
        "cadence": text("an id of the cadences, or none: held back", required=True),
        **{str(medium): Column(dtype=TEXT, required=True, description="template_id") for medium in Medium.treated()},
        "after_missed_call": text("template_id of the text message that may follow; null = none does"),
        "why": Column(dtype=TEXTS, description="[] = nothing in particular is known"),
    },
)


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Bounds(_Model):
    """Bounds of a count, both inclusive; null = none."""

    least: int | None = None
    most: int | None = None

    @model_validator(mode="after")
    def _some(self) -> Bounds:
        if self.least is None and self.most is None:
            raise ValueError("expected least, most or both")
        if self.least is not None and self.most is not None and self.least > self.most:
            raise ValueError("least is more than most: no count is both")
        return self


def _kind(wanted: object) -> str:
    return "count" if isinstance(wanted, dict | Bounds) else "words"


Wanted: TypeAlias = Annotated[
    Annotated[tuple[str, ...], Kind("words")] | Annotated[Bounds, Kind("count")], Discriminator(_kind)
]
"""What a fact must be: one of these words, or a count within bounds."""


class Rule(_Model):
    """A row of the table: conditions that must all hold, and what then."""

    profile: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    when: dict[str, Wanted] = Field(default_factory=dict)
    cadence: str
    templates: Stage
    after_missed_call: str | None = None
    reasons: tuple[str, ...]

    @field_validator("when")
    @classmethod
    def _facts(cls, when: dict[str, Wanted]) -> dict[str, Wanted]:
        for name, wanted in when.items():
            if name not in HISTORY.columns or name == "account_id":
                known = ", ".join(one for one in HISTORY.columns if one != "account_id")
                raise ValueError(f"{name}: no such fact; known: {known}")
            if isinstance(wanted, Bounds) != (HISTORY.columns[name].dtype == pl.Int64()):
                raise ValueError(f"{name}: expected {'words' if isinstance(wanted, Bounds) else 'least or most'}")
            words = PROMISES if name == "promise" else HISTORY.columns[name].words
            if not isinstance(wanted, Bounds) and words is not None:
                expected = [str(word) for word in words]
                if not wanted or set(wanted) - set(expected):
                    raise ValueError(f"{name}: expected some of {', '.join(expected)}")
        return when

    def holds(self) -> pl.Expr:
        """Return whether all conditions hold; what is not known satisfies none."""
        parts = [pl.lit(value=True)]
        for name, wanted in self.when.items():
            if isinstance(wanted, Bounds):
                parts += [pl.col(name) >= wanted.least] if wanted.least is not None else []
                parts += [pl.col(name) <= wanted.most] if wanted.most is not None else []
            else:
                parts.append(pl.col(name).is_in(list(wanted)))
        return pl.all_horizontal(parts).fill_null(value=False)


class _File(_Model):
    rule: tuple[Rule, ...] = Field(min_length=1)


def load_treatments(path: str | None, cadences: Mapping[str, Cadence], book: Book) -> tuple[Rule, ...]:
    """Return the table of treatments: the shipped one, or a file of the user's in its place.

    Raises
    ------
    SettingsError
        If the file cannot be read or is not valid, names a cadence, text or word that there is not, or another than its
        last rule has no conditions: some accounts would be treated by none, or some rules would treat none. The message
        names file, line and field.
    """
    if path is None:
        name, contents = "treatments.toml", (files("skiptrace.planning") / "treatments.toml").read_bytes()
    else:
        name = Path(path).name
        try:
            contents = Path(path).read_bytes()
        except OSError as error:
            raise SettingsError(f"{name}: cannot be read ({error.strerror})") from error
    rules = read_rules(name, contents, _File).rule
    for number, rule in enumerate(rules):
        wrong = _wrong(rule, cadences, book) or _misplaced(rule, last=number == len(rules) - 1)
        if wrong is not None:
            raise SettingsError(f"{place_in(name, contents, 'rule', number, wrong[0])}: {wrong[1]}")
    return rules


def treat(history: pl.DataFrame, rules: Iterable[Rule]) -> pl.DataFrame:
    """Choose for each account the first rule that holds.

    Parameters
    ----------
    history
        HISTORY.
    rules
        The table; the last one without conditions.

    Returns
    -------
    polars.DataFrame
        TREATMENT, in the order given.
    """
    table = list(rules)
    number = pl.coalesce(
        pl.when(rule.holds()).then(pl.lit(at, pl.Int64)).otherwise(None) for at, rule in enumerate(table)
    )
    rows = [
        {
            "number": at,
            "profile": rule.profile,
            "cadence": rule.cadence,
            **_texts(rule),
            "after_missed_call": rule.after_missed_call,
            "why": list(rule.reasons),
        }
        for at, rule in enumerate(table)
    ]
    schema = {"number": pl.Int64(), **{name: kind for name, kind in TREATMENT.schema.items() if name != "account_id"}}
    chosen = history.select("account_id", number=number)
    found = chosen.join(pl.DataFrame(rows, schema=schema), on="number", how="left", maintain_order="left")
    return TREATMENT.conform(found.drop("number"))


def _wrong(rule: Rule, cadences: Mapping[str, Cadence], book: Book) -> tuple[str, str] | None:
    """Return the field of a rule that names what there is not, and what was expected; null = none."""
    known = [one.id for one in cadences.values() if one.party is Party.DEBTOR]
    if rule.cadence not in {*known, NONE}:
        return "cadence", f"expected one of {', '.join(known)}, or {NONE}"
    if not all(reason.strip() for reason in rule.reasons):
        return "reasons", "a reason that says nothing"
    if rule.cadence == NONE and not rule.reasons:
        return "reasons", "an account is not held back without a reason"
    for needed in _texts(rule).values():
        if needed not in book.templates:
            return "templates", f"there is no text {needed}"
    after = rule.after_missed_call
    if after is not None and (after not in book.templates or book.templates[after].medium is not Medium.SMS):
        return "after_missed_call", "expected the id of a text message"
    return None


def _misplaced(rule: Rule, *, last: bool) -> tuple[str, str] | None:
    if last and rule.when:
        return "when", "the last rule has no conditions"
    if not last and not rule.when:
        return "when", "only the last rule has no conditions: those after it would never be reached"
    return None


def untreated(accounts: pl.DataFrame) -> pl.DataFrame:
    """Return TREATMENT of accounts of which nothing is known."""
    rule = Rule(profile=STANDARD, cadence=STANDARD, templates=Stage.FIRST_REMINDER, reasons=())
    return treat(HISTORY.conform(accounts.select("account_id")), [rule])


def _texts(rule: Rule) -> dict[str, str]:
    """Return the text of each channel: the first word of a call has a name of its own."""
    found = {str(medium): f"{medium}_{rule.templates}" for medium in Medium.treated()}
    return found | ({"call": "call_opening"} if rule.templates is Stage.FIRST_REMINDER else {})
