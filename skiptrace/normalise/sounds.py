"""A phonetic key: names that English speakers confuse by ear share it.

After the principle of Soundex and Metaphone: what stays is the skeleton of consonants, in classes that are mistaken
for one another; vowels go, but for one at the start. The rules are few, on purpose: the key proposes pairs to compare
(recall), the comparison judges them (precision).

==========================  ======  =============================================
written                     key     why
==========================  ======  =============================================
kn gn pn (start), wr        n, r    silent first letter
mc, mac (start)             mk      McDonald, MacDonald
sch, sh, z, x (start)       s       Schmidt, Smith; Zara, Sara
ph, v                       f       Stephen, Steven
chr, ck, c, q               k       Chris, Kris
c before e, i, y            s       Cindy, Sindy
ch, tch, j, dg, g before e  j       Gerry, Jerry
th, d                       t       Schmidt, Smith
gh                          (none)  Hughes, Hues; at the start g, which is k
g                           k
b stays apart from p, m from n
==========================  ======  =============================================
"""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["sound"]

_RULES = tuple(
    (re.compile(pattern), becomes)
    for pattern, becomes in (
        (r"[^a-z]", ""),
        (r"^(?:kn|gn|pn)", "n"),
        (r"^wr", "r"),
        (r"^ps", "s"),
        (r"^ma?c(?=[^aeiouy])", "mk"),
        (r"^x", "s"),
        (r"^gh", "k"),
        (r"sch|sh", "s"),
        (r"ph", "f"),
        (r"gh", ""),
        (r"chr", "kr"),
        (r"t?ch|dge?|g(?=[eiy])", "j"),
        (r"th|dt", "t"),
        (r"x", "ks"),
        (r"c(?=[eiy])", "s"),
        (r"ck|[cqg]", "k"),
        (r"z", "s"),
        (r"v", "f"),
        (r"d", "t"),
    )
)
_REST = re.compile(r"[aeiouyhw]+")
_DOUBLED = re.compile(r"(.)\1+")
_VOWELS = frozenset("aeiouy")


@lru_cache(maxsize=65536)
def sound(name: str | None) -> str | None:
    """Return the phonetic key of a folded name; a name in another script is its own key.

    Examples
    --------
    >>> sound("smith"), sound("schmidt"), sound("stephen"), sound("steven"), sound("김")
    ('smt', 'smt', 'stfn', 'stfn', '김')
    """
    if not name:
        return None
    if not name.isascii():
        return name
    key = name
    for pattern, becomes in _RULES:
        key = pattern.sub(becomes, key)
    if not key:
        return None
    first = "a" if key[0] in _VOWELS else key[0]
    return _DOUBLED.sub(r"\1", first + _REST.sub("", key[1:]))
