"""Work on several parts at a time."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["each"]

_Given = TypeVar("_Given")
_Made = TypeVar("_Made")


def each(work: Callable[[_Given], _Made], parts: Iterable[_Given]) -> list[_Made]:
    """Do the same to all parts, on all cores, and return what is made in order: numpy lets others work while it does.

    Examples
    --------
    >>> each(abs, [-2, 1])
    [2, 1]
    """
    parts = list(parts)
    if len(parts) <= 1:
        return [work(part) for part in parts]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(work, parts))
