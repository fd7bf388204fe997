"""The room's own data files, read once.

Public facts only: area codes, countries, states and provinces, postal ranges, Chinese surnames and cities, words of
street lines, roots of given names.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from io import StringIO

__all__ = ["fact_rows"]


@cache
def fact_rows(name: str) -> tuple[dict[str, str], ...]:
    """Return the rows of one data file.

    Parameters
    ----------
    name
        Stem of a file in ``normalise/data``.

    Examples
    --------
    >>> fact_rows("area_codes")[0]
    {'area_code': '201', 'places': 'US-NJ', 'covers': '', 'zones': ''}
    """
    text = files("skiptrace.normalise").joinpath("data", f"{name}.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(StringIO(text)))
