"""What every command needs to be told: when it is, which seed, which settings, and who is watching."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from skiptrace.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

__all__ = ["Terms"]


def _nobody(_stage: str) -> None:
    """Watch nothing."""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """The terms of one command.

    Attributes
    ----------
    as_of
        The moment everything is judged at, aware, UTC. Nothing else reads a clock.
    seed
        Of every random draw.
    settings
        Parameters of all stages.
    on_stage
        Called with the name of each stage as it begins.
    """

    as_of: datetime
    seed: int = 0
    settings: Settings = field(default_factory=Settings)
    on_stage: Callable[[str], None] = _nobody
