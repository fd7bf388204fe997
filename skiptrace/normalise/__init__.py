"""Bring every spelling of one name, number, address or date to one form; the value as read is never overwritten."""

from skiptrace.normalise.addresses import address_key
from skiptrace.normalise.emails import mailbox
from skiptrace.normalise.home import likely_home
from skiptrace.normalise.identifiers import sealed_national_ids
from skiptrace.normalise.people import UNCLEAR
from skiptrace.normalise.phones import e164
from skiptrace.normalise.places import country_code
from skiptrace.normalise.points import point_keys
from skiptrace.normalise.stage import UNREADABLE_SCHEMA, Normalised, normalise

__all__ = [
    "UNCLEAR",
    "UNREADABLE_SCHEMA",
    "Normalised",
    "address_key",
    "country_code",
    "e164",
    "likely_home",
    "mailbox",
    "normalise",
    "point_keys",
    "sealed_national_ids",
]
