"""Which country a file of people is from, told by the file itself.

Only for comparing its rows with one another: there it matters little which country it is, as long as one number written
in two ways is read as one. What is dialled, and the law and clock it is judged by, never rest on this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import phonenumbers
from phonenumbers import phonenumberutil

from skiptrace.normalise.phones import Phone, read_phone
from skiptrace.normalise.places import country_code, likely_country
from skiptrace.vocabulary import LineType

if TYPE_CHECKING:
    import polars as pl

__all__ = ["likely_home"]

_PLACED = 0.5
"""Share of the rows that tell a country above which one of them is the file's."""
_SAMPLED = 400
"""Distinct numbers looked at: enough to tell calling codes apart."""
_TRIED = 40
"""Distinct numbers read under the plan of every country, where nothing else tells."""
_IN_THE_PLAN = 8
"""What a number that a plan holds weighs against one that is merely of a possible length."""


def likely_home(records: pl.DataFrame) -> str | None:
    """Return the country by which the rows of a file that name none are best read.

    The country that most rows tell (by name, state or postal code); else the one whose calling code stands most before
    the file's own numbers; else the one whose numbering plan holds most of them.

    Parameters
    ----------
    records
        Person columns as read: ``country``, ``jurisdiction``, ``region``, ``postal_code``, ``phones``.

    Returns
    -------
    str or None
        ISO 3166-1 alpha-2; None where nothing tells.
    """
    return _of_places(records) or _of_numbers(records["phones"])


def _of_places(records: pl.DataFrame) -> str | None:
    named = ["country", "jurisdiction", "region", "postal_code"]
    counted = records.select(named).group_by(named).len().sort("len", *named, descending=[True, *[False] * len(named)])
    told: dict[str, int] = {}
    for country, jurisdiction, region, postal_code, count in counted.iter_rows():
        code = country_code(country) or country_code(jurisdiction) or likely_country(region, postal_code)
        if code is not None:
            told[code] = told.get(code, 0) + count
    first = max(sorted(told), key=told.__getitem__, default=None)
    return first if first is not None and told[first] > _PLACED * sum(told.values()) else None


def _of_numbers(phones: pl.Series) -> str | None:
    numbers = phones.explode(empty_as_null=True, keep_nulls=True).drop_nulls().unique().sort()
    sample = numbers.gather_every(max(len(numbers) // _SAMPLED, 1)).to_list()
    codes = [int(found.e164[1:].removesuffix(found.national)) for text in sample if (found := _read(text, None))]
    if codes:
        return phonenumberutil.region_code_for_country_code(max(sorted(set(codes)), key=codes.count))
    local = sample[:: max(len(sample) // _TRIED, 1)]
    regions = {phonenumberutil.region_code_for_country_code(code) for code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE}
    held = {region: _held(local, region) for region in sorted(regions & phonenumbers.SUPPORTED_REGIONS)}
    best = max(held, key=held.__getitem__)
    return best if held[best] else None


def _read(text: str, country: str | None) -> Phone | None:
    found = read_phone(text, country)
    return found if isinstance(found, Phone) else None


def _held(numbers: list[str], country: str) -> int:
    """Weigh how many numbers a country's plan holds; one merely of a possible length weighs little."""
    found = [phone for text in numbers if (phone := _read(text, country))]
    return sum(_IN_THE_PLAN if phone.line_type != LineType.UNKNOWN else 1 for phone in found)
