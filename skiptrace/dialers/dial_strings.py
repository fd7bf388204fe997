"""What a switch dials: the user's template with the number in its place."""

from __future__ import annotations

import string

import polars as pl

__all__ = ["dial_string"]

_PARTS = {
    "number": pl.col("contact_point"),
    "digits": pl.col("contact_point").str.slice(1),
    "national": pl.col("national_number"),
    "country_code": pl.col("country_code"),
}


def dial_string(template: str) -> pl.Expr:
    """Return the dial string of each row.

    Parameters
    ----------
    template
        Text with ``{number}`` (E.164), ``{digits}`` (the same without +), ``{national}`` or ``{country_code}``.

    Examples
    --------
    >>> row = {"contact_point": "+442079460001", "country_code": "44", "national_number": "2079460001"}
    >>> pl.DataFrame([row]).select(dial_string("PJSIP/0{national}@trunk")).item()
    'PJSIP/02079460001@trunk'
    """
    pieces: list[pl.Expr] = []
    for before, name, *_ in string.Formatter().parse(template):
        pieces += [pl.lit(before), *([_PARTS[name]] if name is not None else [])]
    return pl.concat_str(pieces)
