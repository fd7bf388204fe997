"""How to lead a talk once somebody has answered: call guides and answers to objections, as data."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from skiptrace.vocabulary import Outcome  # noqa: TC001  # pydantic reads the annotations at run time

__all__ = ["Guide", "Objection", "Said", "Step", "guides", "objections"]

Said: TypeAlias = dict[Literal["en", "zh"], str]
"""Language → words for the agent."""
Spoken: TypeAlias = dict[Literal["en", "zh"], list[str]]
"""Language → sentences to say, with the placeholders of templates."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Step(_Model):
    """A step of a talk: what it is for, what to say, what to record."""

    name: Said
    say: Spoken
    record: Said


class Guide(_Model):
    """A talk in steps; ``use`` tells when."""

    id: str = Field(pattern=r"^[a-z_]+$")
    title: Said
    use: Said
    step: list[Step] = Field(min_length=3)


class Objection(_Model):
    """What somebody says, what to answer, which outcome to record, and what never to say."""

    id: str = Field(pattern=r"^[a-z_]+$")
    heard: Said
    say: Spoken
    outcome: Outcome
    record: Said
    never: Said


@cache
def guides() -> tuple[Guide, ...]:
    """Return the call guides.

    Examples
    --------
    >>> [guide.id for guide in guides()]
    ['observation_feeling_need_request', 'problem_analysis_invitation']
    """
    names = ("observation_feeling_need_request", "problem_analysis_invitation")
    return tuple(Guide.model_validate(_read(name)) for name in names)


@cache
def objections() -> tuple[Objection, ...]:
    """Return the usual objections.

    Examples
    --------
    >>> next(one.outcome.value for one in objections() if one.id == "stop_calling")
    'refused'
    """
    return tuple(Objection.model_validate(entry) for entry in _read("objections")["objection"])


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((files("skiptrace.planning.guides") / f"{name}.toml").read_text(encoding="utf-8"))
