from __future__ import annotations

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given, settings
from hypothesis import strategies as st

from skiptrace.normalise.distinct import Unreadable
from skiptrace.normalise.emails import Email, mailbox, read_email


@pytest.mark.parametrize(
    ("text", "address", "key"),
    [
        ("Bob.Smith@Example.com", "bob.smith@example.com", "bob.smith@example.com"),
        ("Bob.Smith+x@gmail.com", "bob.smith+x@gmail.com", "bobsmith@gmail.com"),
        ("bob.smith@googlemail.com", "bob.smith@googlemail.com", "bobsmith@gmail.com"),
        ("bob+x@outlook.com", "bob+x@outlook.com", "bob@outlook.com"),
        ("bob+x@example.com", "bob+x@example.com", "bob+x@example.com"),
        ("Jay Jones <jj@example.com>", "jj@example.com", "jj@example.com"),
        ("mailto:jj@example.com", "jj@example.com", "jj@example.com"),
        ("jj＠example.com ;", "jj@example.com", "jj@example.com"),
        ("用户@例子.中国", "用户@例子.中国", "用户@xn--fsqu00a.xn--fiqs8s"),
        ("a@example.test", "a@example.test", "a@example.test"),
    ],
)
def test_the_address_is_kept_and_the_key_joins_its_spellings(text, address, key):
    assert read_email(text) == Email(address, key)
    assert mailbox(text) == key


@pytest.mark.parametrize("text", ["", "a", "a@", "@b.com", "a@b", "a..b@example.com", "a@b@c.com", "a@localhost"])
def test_what_is_no_address_is_refused_without_repeating_it(text):
    found = read_email(text)
    assert isinstance(found, Unreadable)
    assert "e-mail" in found.reason
    assert mailbox(text) is None


@given(st.from_regex(r"[a-z0-9._+'-]{1,12}@[a-z0-9.-]{1,12}\.(com|net|uk)", fullmatch=True))
@settings(max_examples=400, deadline=None)
def test_the_short_way_accepts_what_the_validator_accepts(text):
    try:
        expected = validate_email(text, check_deliverability=False, test_environment=True).normalized.lower()
    except EmailNotValidError:
        expected = None
    found = read_email(text)
    assert (found.address if isinstance(found, Email) else None) == expected
