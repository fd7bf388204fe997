"""Company names without their legal form."""

from __future__ import annotations

import re
from functools import cache

from pypinyin import lazy_pinyin

from skiptrace.normalise.folding import has_han, plain, words

__all__ = ["company_name", "is_company_name"]

# As folded words; several words are one form. Those marked strong are no part of a person's name.
_STRONG = (
    "inc", "incorporated", "corp", "corporation", "llc", "l l c", "ltd", "limited", "llp", "plc", "pty ltd",
    "pty limited", "pvt ltd", "private limited", "pte ltd", "gmbh", "gmbh co kg", "mbh", "ag co kg", "s a r l", "sarl",
    "s p a", "srl", "s r l", "s a de c v", "sa de cv", "ltda", "b v", "n v", "k k", "kabushiki kaisha", "oy", "oyj",
    "a b", "aps", "a s", "sdn bhd", "bhd", "sp z o o", "ooo", "pjsc", "jsc", "l p", "pllc", "p c", "co ltd",
    "company limited", "co", "company",
)  # fmt: skip
_WEAK = ("ag", "ug", "kg", "sa", "spa", "bv", "nv", "kk", "ab", "as", "lp", "pc", "pte", "pty", "pvt", "private", "se",
         "holdings", "holding", "group", "intl", "international")  # fmt: skip
_TELLING = frozenset(tuple(form.split()) for form in _STRONG)


@cache
def _forms() -> dict[str, list[list[str]]]:
    """Legal forms by their last word, the longest first."""
    known: dict[str, list[list[str]]] = {}
    for form in sorted((form.split() for form in (*_STRONG, *_WEAK)), key=len, reverse=True):
        known.setdefault(form[-1], []).append(form)
    return known


def _form_at_end(name: list[str]) -> list[str] | None:
    if len(name) <= 1:
        return None
    return next(
        (form for form in _forms().get(name[-1], ()) if len(form) < len(name) and name[-len(form) :] == form), None
    )


_HAN_FORM = re.compile(
    r"(?:股份有限公司|有限责任公司|有限責任公司|股份公司|集团有限公司|有限公司|公司|集团|集團|株式会社|有限会社|主식회사)$"
    r"|^(?:株式会社|有限会社|\(株\)|주식회사)"
)
_HAN_COMPANY = re.compile(r"公司|集团|集團|株式会社|有限会社|주식회사|事务所|合作社|商行$|工厂$|銀行$|银行$")


def company_name(text: str | None) -> str | None:
    """Return a company's name in one form: folded words without legal form; Chinese in pinyin.

    Examples
    --------
    >>> company_name("The Universal Exports, Inc."), company_name("Müller & Söhne GmbH & Co. KG")
    ('universal exports', 'muller and sohne')
    >>> company_name("深圳市南山科技有限公司")
    'shenzhenshinanshankeji'
    """
    bare = plain(text)
    if bare is None:
        return None
    if has_han(bare):
        return _romanised(bare)
    name = words(bare.replace("&", " and ").replace("+", " and "))
    if name[:1] == ["the"] and len(name) > 1:
        name = name[1:]
    return " ".join(_without_form(name)) or None


def is_company_name(text: str | None) -> bool:
    """Tell whether a name carries a legal form that no person's name has.

    >>> is_company_name("Acme Trading LLC"), is_company_name("Bill Company"), is_company_name("张伟")
    (True, True, False)
    """
    bare = plain(text)
    if bare is None:
        return False
    if has_han(bare):
        return _HAN_COMPANY.search(bare) is not None
    form = _form_at_end(words(bare))
    return form is not None and tuple(form) in _TELLING


def _without_form(name: list[str]) -> list[str]:
    while True:
        form = _form_at_end(name)
        if form is None:
            return name[:-1] if len(name) > 1 and name[-1] == "and" else name
        name = name[: -len(form)]
        if len(name) > 1 and name[-1] == "and":
            name = name[:-1]


def _romanised(text: str) -> str | None:
    previous = None
    while previous != text:
        previous, text = text, _HAN_FORM.sub("", text) or text
    return "".join(words(" ".join(lazy_pinyin(text)))) or None
