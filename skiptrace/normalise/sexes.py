"""Which sex a row tells of its person: by a column of its own, or by the form of address in the name."""

from __future__ import annotations

import polars as pl

__all__ = ["sex_of"]

_WORDS = {
    **dict.fromkeys(("f", "female", "w", "woman", "女", "女性"), "f"),
    **dict.fromkeys(("m", "male", "man", "男", "男性"), "m"),
}
_ADDRESSED = {
    "f": r"(?i)(?:^|,)\s*(?:mrs|ms|miss|mme|frau|sra|señora)\b|(?:女士|小姐|太太)$",
    "m": r"(?i)(?:^|,)\s*(?:mr|mister|monsieur|herr|señor)\b|先生$",
}


def sex_of(said: pl.Expr, name: pl.Expr) -> pl.Expr:
    """Return ``f``, ``m``, or null where neither is told.

    Parameters
    ----------
    said
        A column of its own, as read.
    name
        Full name, as read; it is asked where the column says nothing.

    Examples
    --------
    >>> said, names = ["Male ", "女", "X", None, None], ["Ms Lee", None, "Mr. Poe", "Roe, Mrs A", "Ann"]
    >>> frame = pl.DataFrame({"sex": said, "name": names})
    >>> frame.select(sex_of(pl.col("sex"), pl.col("name"))).to_series().to_list()
    ['m', 'f', 'm', 'f', None]
    """
    column = said.str.strip_chars().str.to_lowercase().replace_strict(_WORDS, default=None, return_dtype=pl.String)
    text = name.str.strip_chars()
    addressed = pl.coalesce(
        pl.when(text.str.contains(pattern)).then(pl.lit(sex)) for sex, pattern in _ADDRESSED.items()
    )
    return pl.coalesce(column, addressed)
