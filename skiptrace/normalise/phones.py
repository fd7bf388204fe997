"""Phone numbers: as people write them → E.164, line type, and what the area code tells."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType, ValidationResult, phonenumberutil

from skiptrace.normalise.areas import NANP, area_of_code, area_of_number
from skiptrace.normalise.distinct import Unreadable
from skiptrace.normalise.folding import plain
from skiptrace.normalise.places import TERRITORIES
from skiptrace.vocabulary import LineType

__all__ = ["CALLING_CODES", "Phone", "e164", "read_phone"]

CALLING_CODES = tuple(sorted(str(code) for code in phonenumberutil.COUNTRY_CODE_TO_REGION_CODE))
"""Calling codes of all countries; none begins with another."""

_LINE_TYPES = {
    PhoneNumberType.MOBILE: LineType.MOBILE,
    PhoneNumberType.FIXED_LINE: LineType.FIXED,
    PhoneNumberType.FIXED_LINE_OR_MOBILE: LineType.FIXED_OR_MOBILE,
    PhoneNumberType.VOIP: LineType.VOIP,
    PhoneNumberType.TOLL_FREE: LineType.TOLL_FREE,
    PhoneNumberType.PREMIUM_RATE: LineType.PREMIUM,
    PhoneNumberType.UNKNOWN: LineType.UNKNOWN,
}

_EXTENSION = re.compile(
    r"(?:[;,]?\s*(?:extension|extn?|x|转|轉|分机|分機|内线|內線|доб)\s*[.:=：]?\s*|\s*#\s*)\d{1,7}\s*$", re.IGNORECASE
)
_LABEL = re.compile(
    r"(?<![a-z])(?:telephone|phone|mobile|cell(?:ular)?|landline|home|work|office|business|main|other|day|evening|night"
    r"|fax|whatsapp|wechat|tel|mob|ph|h/p|hp|no|number)(?![a-z])\.?"
    r"|(?<![a-z0-9])[hmwoct](?![a-z0-9])\.?"
    r"|手机号码|手机号|手机|手機|电话号码|电话|電話|座机|固话|家庭|家|公司|单位|办公室|办公|微信|号码|本人|自宅|携帯|勤務先",
    re.IGNORECASE,
)
_EMPTY_BRACKETS = re.compile(r"[(\[]\s*[)\]]")
_BARE = re.compile(r"[+\d\s()-]+")
_SCIENTIFIC = re.compile(r"^\d[.,]\d+\s*e\s*\+?\d+$", re.IGNORECASE)
_WHOLE_FLOAT = re.compile(r"^(\+?\d{7,15})\.0+$")
_FOREIGN = re.compile(r"[^\d+\s().\-–—‐‑‒−/,:;·•~'\[\]*_]")
_NANP_NUMBER = re.compile(r"[2-9]\d{2}[2-9]\d{6}")
_NANP_REGIONS = frozenset(phonenumberutil.region_codes_for_country_code(NANP))
_LONGEST_NATIONAL = 10
_OLD_MEXICAN_MOBILE = re.compile(r"\+521(\d{10})")
_CHINESE_MOBILE_ABROAD = re.compile(r"861[3-9]\d{9}")
_CHINESE_MOBILE = re.compile(r"(?:\+?86)?(1\d{10})")
_MIN_DIGITS = 5

_REASONS = {
    ValidationResult.TOO_SHORT: "too few digits for a phone number",
    ValidationResult.TOO_LONG: "too many digits for a phone number",
    ValidationResult.INVALID_LENGTH: "no phone number of that country has so many digits",
    ValidationResult.INVALID_COUNTRY_CODE: "no such calling code",
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "area code missing",
}
_ERRORS = {
    NumberParseException.INVALID_COUNTRY_CODE: _REASONS[ValidationResult.INVALID_COUNTRY_CODE],
    NumberParseException.TOO_LONG: _REASONS[ValidationResult.TOO_LONG],
    NumberParseException.TOO_SHORT_NSN: _REASONS[ValidationResult.TOO_SHORT],
    NumberParseException.TOO_SHORT_AFTER_IDD: _REASONS[ValidationResult.TOO_SHORT],
}


class Phone(NamedTuple):
    """A phone number that can be dialled.

    Attributes
    ----------
    e164
        Without extension.
    national
        Digits after the calling code.
    line_type
        Unknown where the numbering plan does not hold it, as for numbers reserved for fiction.
    zones, places
        See :func:`skiptrace.normalise.areas.area_of_number`.
    """

    e164: str
    national: str
    line_type: LineType
    zones: tuple[str, ...]
    places: tuple[str, ...]


def e164(text: str | None, country: str | None = None) -> str | None:
    """Return a phone number in E.164, or None if it cannot be read.

    Examples
    --------
    >>> e164("(212) 555-0123 ext. 4", "US"), e164("0086 138 0000 1234"), e164("０１０－００００１２３４", "CN")
    ('+12125550123', '+8613800001234', '+861000001234')
    >>> e164("555-0123", "US") is None
    True
    """
    phone = read_phone(text, country) if text is not None else None
    return phone.e164 if isinstance(phone, Phone) else None


def read_phone(text: str, country: str | None = None) -> Phone | Unreadable:
    """Read a phone number as people write it.

    Any number of a *possible* length is read, whether or not its range is in service: numbering plans change faster
    than their data. What cannot be a number at all (a repeated digit, a North American area code or exchange that
    begins with 0 or 1) is not.

    Parameters
    ----------
    text
        With or without ``+``, ``00``, ``011``, brackets, dots, full-width digits, ``tel:``, extension, labels.
    country
        ISO 3166-1 alpha-2, by which a number without calling code is read.

    Examples
    --------
    >>> read_phone("+44 (0)20 7946 0123").line_type
    <LineType.FIXED: 'fixed'>
    >>> read_phone("call mother")
    Unreadable(reason='letters in a phone number')
    """
    digits = _digits(text)
    if isinstance(digits, Unreadable):
        return digits
    national = _north_american(digits, country)
    if national is None:
        number = _parsed(digits, country)
        if isinstance(number, Unreadable):
            return number
        national = phonenumberutil.national_significant_number(number)
        if len(set(national)) == 1:
            return Unreadable("a placeholder: one digit repeated")
        if number.country_code != NANP:
            region = phonenumberutil.region_code_for_number(number)
            kind = phonenumbers.number_type(number) if region else PhoneNumberType.UNKNOWN
            zones, places = area_of_number(number, kind, region)
            line_type = _LINE_TYPES.get(kind, LineType.OTHER)
            return Phone(f"+{number.country_code}{national}", national, line_type, zones, places)
    if not _NANP_NUMBER.fullmatch(national):
        return Unreadable("no such area code or exchange in the North American plan")
    zones, places = area_of_code(national[:3])
    # On the mainland the plan tells no more than area code and first digit; on the islands it goes by exchange.
    mainland = bool(places) and places[0][:3] in {"US-", "CA-"} and places[0][3:] not in TERRITORIES
    line_type = _nanp_line_type(f"{national[:4]}550100" if mainland else national)
    return Phone(f"+{NANP}{national}", national, line_type, zones, places)


def _north_american(digits: str, country: str | None) -> str | None:
    """National digits of a number that can only be North American: most of a batch, at a tenth of the parser's time."""
    if digits.startswith("+1"):
        national = digits[2:]
    elif country in _NANP_REGIONS and digits[0] in "23456789":
        national = digits
    elif country in _NANP_REGIONS and digits[0] == "1":
        national = digits[1:]
    else:
        return None
    return national if _NANP_NUMBER.fullmatch(national) else None


@lru_cache(maxsize=65536)
def _nanp_line_type(national: str) -> LineType:
    kind = phonenumbers.number_type(phonenumbers.PhoneNumber(country_code=NANP, national_number=int(national)))
    return _LINE_TYPES.get(kind, LineType.OTHER)


def _digits(text: str) -> str | Unreadable:
    """Digits with a leading + if the number is international."""
    bare = plain(text) or ""
    if _BARE.fullmatch(bare):
        return _counted(bare)
    if _SCIENTIFIC.match(bare):
        return Unreadable("digits lost: a spreadsheet wrote the number in scientific notation")
    bare = _WHOLE_FLOAT.sub(r"\1", bare)
    bare = _EXTENSION.sub("", _EMPTY_BRACKETS.sub(" ", _LABEL.sub(" ", bare)))
    if re.search(r"[^\W\d_]", bare):
        return Unreadable("letters in a phone number")
    if _FOREIGN.search(bare):
        return Unreadable("marks that no phone number holds")
    return _counted(bare)


def _counted(bare: str) -> str | Unreadable:
    digits = re.sub(r"[^\d+]", "", bare)
    if "+" in digits[1:]:
        return Unreadable("more than one number in one value")
    return digits if len(digits) >= _MIN_DIGITS else Unreadable("too few digits for a phone number")


def _parsed(digits: str, country: str | None) -> phonenumbers.PhoneNumber | Unreadable:
    digits = _OLD_MEXICAN_MOBILE.sub(r"+52\1", _international(digits, country))
    mobile = _CHINESE_MOBILE.fullmatch(digits) if digits[0] == "+" or country == "CN" else None
    if mobile:
        # The parser takes the first five digits of some for a carrier's prefix (179 60...).
        return phonenumbers.PhoneNumber(country_code=86, national_number=int(mobile.group(1)))
    if digits[0] != "+" and country is None:
        return Unreadable("no calling code, and no country to read a local number by")
    try:
        number = phonenumbers.parse(digits, country)
    except NumberParseException as error:
        return Unreadable(_ERRORS.get(error.error_type, "not a phone number"))
    possible = phonenumberutil.is_possible_number_with_reason(number)
    if possible == ValidationResult.IS_POSSIBLE:
        return number
    return _from_abroad(digits) or Unreadable(_REASONS.get(possible, "not a phone number"))


def _from_abroad(digits: str) -> phonenumbers.PhoneNumber | None:
    """Read a calling code without its +: believed only if the plan of that country holds the number."""
    if digits[0] == "+" or len(digits) <= _LONGEST_NATIONAL:
        return None
    try:
        number = phonenumbers.parse(f"+{digits}")
    except NumberParseException:
        return None
    return number if phonenumbers.is_valid_number(number) else None


def _international(digits: str, country: str | None) -> str:
    """Put + for the prefix dialled to go abroad; no calling code begins with 0, and none is 11."""
    if digits.startswith("0011"):
        return f"+{digits[4:]}"
    if country is None and _CHINESE_MOBILE_ABROAD.fullmatch(digits):
        return f"+{digits}"
    if digits.startswith("00") and not digits.startswith("000"):
        return f"+{digits[2:]}"
    north_american = country is None or phonenumberutil.country_code_for_region(country) == NANP
    if digits.startswith("011") and north_american:
        return f"+{digits[3:]}"
    return digits
