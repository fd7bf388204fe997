"""E-mail addresses: validity, and the mailbox behind the spellings a provider treats as one."""

from __future__ import annotations

import re
from typing import NamedTuple

from email_validator import EmailNotValidError, validate_email

from skiptrace.normalise.distinct import Unreadable
from skiptrace.normalise.folding import plain

__all__ = ["Email", "mailbox", "read_email"]

_DOTS_IGNORED = frozenset({"gmail.com"})
_SAME_DOMAIN = {"googlemail.com": "gmail.com"}
# Providers whose own documentation says that what follows the plus is the reader's own tag.
_TAGS_IGNORED = frozenset(
    {"gmail.com", "outlook.com", "hotmail.com", "live.com", "msn.com", "icloud.com", "me.com", "mac.com", "proton.me",
     "protonmail.com", "pm.me", "fastmail.com", "fastmail.fm", "zoho.com", "yandex.ru", "yandex.com"}
)  # fmt: skip

_SHORTEST = re.compile(r"^.*<\s*([^<>\s]+)\s*>$|^mailto:\s*(\S+)$", re.IGNORECASE)
# What most addresses look like: accepted as it stands, as the validator would accept it, at a tenth of the time.
_COMMON = re.compile(
    r"(?=.{3,254}$)(?=[^@]{1,64}@)[a-z0-9_]+(?:[.+'-][a-z0-9_]+)*"
    r"@(?:[a-z0-9](?:[a-z0-9]{0,61}[a-z0-9])?\.)+(?:com|net|org|edu|gov|cn|uk|au|in|ca|us|io|hk|sg|de|fr)"
)


class Email(NamedTuple):
    """An e-mail address that can be written to.

    Attributes
    ----------
    address
        In lower case, as it is to be written to.
    key
        The mailbox: without dots and tags its provider ignores, the domain in ASCII. Never written to.
    """

    address: str
    key: str


def mailbox(text: str | None) -> str | None:
    """Return the mailbox key of an e-mail address, or None if it is not one.

    Examples
    --------
    >>> mailbox("J.Doe+shop@GoogleMail.com"), mailbox("j.doe+shop@example.com"), mailbox("j.doe")
    ('jdoe@gmail.com', 'j.doe+shop@example.com', None)
    """
    email = read_email(text) if text is not None else None
    return email.key if isinstance(email, Email) else None


def read_email(text: str) -> Email | Unreadable:
    """Read an e-mail address; no look-up is made.

    Parameters
    ----------
    text
        Bare, as ``mailto:``, or after a display name in angle brackets.

    Examples
    --------
    >>> read_email("Jay Jones <JJones@example.com>")
    Email(address='jjones@example.com', key='jjones@example.com')
    >>> read_email("jjones@")
    Unreadable(reason='not an e-mail address')
    """
    bare = (plain(text) or "").strip(" ;,")
    named = _SHORTEST.match(bare)
    if named:
        bare = named.group(1) or named.group(2)
    address = bare.lower()
    domain = address.rpartition("@")[2]
    if not _COMMON.fullmatch(address):
        if address.count("@") != 1:
            return Unreadable("more than one e-mail address" if "@" in address else "no @ in an e-mail address")
        try:
            checked = validate_email(address, check_deliverability=False, test_environment=True)
        except (EmailNotValidError, UnicodeError):
            return Unreadable("not an e-mail address")
        address, domain = checked.normalized.lower(), checked.ascii_domain.lower()
    return Email(address, _key(address.rpartition("@")[0], domain))


def _key(local: str, domain: str) -> str:
    domain = _SAME_DOMAIN.get(domain, domain)
    if domain in _TAGS_IGNORED:
        local = local.partition("+")[0] or local
    if domain in _DOTS_IGNORED:
        local = local.replace(".", "")
    return f"{local}@{domain}"
