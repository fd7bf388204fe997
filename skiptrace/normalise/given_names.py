"""The given name a nickname stands for."""

from __future__ import annotations

from functools import cache, lru_cache

from nicknames import NickNamer

from skiptrace.normalise.facts import fact_rows

__all__ = ["given_root", "is_western_given_name"]

_OWN_RIGHT = 3
"""A name with at least this many nicknames of its own is a root, even where lists also call it another's nickname."""


@cache
def _nicknames() -> NickNamer:
    return NickNamer()


@cache
def _settled() -> dict[str, str]:
    return {row["name"]: row["root"] for row in fact_rows("given_roots")}


@cache
def _roots() -> frozenset[str]:
    return frozenset(_settled().values())


@lru_cache(maxsize=65536)
def given_root(name: str | None) -> str | None:
    """Return the given name that a nickname or a variant stands for; the name itself if it stands for none.

    Where a nickname may stand for several (alex, pat, sam), the most usual one is taken, always the same: the root
    brings records together to be compared, it does not say that they are one person's.

    Parameters
    ----------
    name
        Folded.

    Examples
    --------
    >>> given_root("bob"), given_root("robert"), given_root("bill"), given_root("peggie"), given_root("wei")
    ('robert', 'robert', 'william', 'margaret', 'wei')
    """
    if name is None:
        return None
    seen: set[str] = set()
    while name not in seen:
        seen.add(name)
        name = _step(name)
    # Lists can go round in a circle; its first name in the alphabet then stands for all.
    return name if _step(name) == name else min(seen)


def _step(name: str) -> str:
    if name in _settled():
        return _settled()[name]
    if name in _roots():
        return name
    known = _nicknames()
    if len(known.nicknames_of(name)) >= _OWN_RIGHT:
        return name
    candidates = known.canonicals_of(name)
    if not candidates:
        return name
    return min(candidates, key=lambda each: (each[0] != name[0], -len(known.nicknames_of(each)), each))


@lru_cache(maxsize=65536)
def is_western_given_name(name: str) -> bool:
    """Tell whether a folded name is a given name of the English-speaking world.

    >>> is_western_given_name("peter"), is_western_given_name("xiaoming")
    (True, False)
    """
    known = _nicknames()
    return name in _settled() or bool(known.nicknames_of(name) or known.canonicals_of(name))
