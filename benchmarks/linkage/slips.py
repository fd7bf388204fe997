"""What happens to a true value on its way into a file: typing slips, swapped dates, empty cells, other notations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from linkage.chance import chosen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linkage.chance import Chance

__all__ = ["blank", "cased", "date_slip", "dates_as", "phones_as", "slip"]

_NEAR = {
    **dict(zip("qwertyuiop", ("wa", "qe", "wr", "et", "ry", "tu", "yi", "uo", "ip", "ol"), strict=True)),
    **dict(zip("asdfghjkl", ("sq", "ad", "sf", "dg", "fh", "gj", "hk", "jl", "kp"), strict=True)),
    **dict(zip("zxcvbnm", ("xs", "zc", "xv", "cb", "vn", "bm", "nj"), strict=True)),
    **dict(zip("1234567890", ("27", "13", "24", "35", "46", "59", "81", "79", "80", "96"), strict=True)),
}
"""What the finger beside the right one types."""

_SOUNDS = (("ph", "f"), ("ck", "k"), ("ie", "y"), ("ee", "ea"), ("ll", "l"), ("tt", "t"), ("nn", "n"), ("ou", "u"))
"""What a clerk writes who only hears the name."""


def slip(values: pl.Series, share: float, chance: Chance) -> pl.Series:
    """Put one typing slip into a share of the values: a letter lost, doubled, swapped with the next, or its neighbour.

    One slip in six is of hearing instead. Nulls and one-letter values stay.
    """
    rows = np.flatnonzero(chance.often(share, len(values)) & (values.str.len_chars().fill_null(0) > 1).to_numpy())
    if not len(rows):
        return values
    old = values.gather(rows)
    length = old.str.len_chars().to_numpy()
    # Few people mistype the first letter.
    at = np.maximum((chance.rng.random(len(rows)) * length).astype(int), chance.often(0.9, len(rows)))
    drawn = {
        "old": old,
        "at": np.minimum(at, length - 1),
        "kind": chance.kinds((3, 2, 4, 3, 2.4), len(rows)),
        "side": chance.rng.integers(0, 2, len(rows)),
    }
    word, place = pl.col("old"), pl.col("at")
    head, letter, tail = word.str.slice(0, place), word.str.slice(place, 1), word.str.slice(place + 1)
    near = letter.str.to_lowercase().replace_strict(_NEAR, default="er").str.slice(pl.col("side"), 1)
    heard = word.str.replace_many([old for old, _ in _SOUNDS], [new for _, new in _SOUNDS])
    written = (
        pl.when(pl.col("kind") == 0)
        .then(head + tail)
        .when(pl.col("kind") == 1)
        .then(head + letter + letter + tail)
        .when(pl.col("kind") == 2)  # noqa: PLR2004  # the kinds are numbered in the order of the draw above
        .then(head + near + tail)
        .when(pl.col("kind") == 3)  # noqa: PLR2004
        .then(head + tail.str.head(1) + letter + tail.str.slice(1))
        .otherwise(heard)
    )
    return values.clone().scatter(rows, pl.DataFrame(drawn).select(written).to_series()).rename(values.name)


def blank(values: pl.Series, share: float, chance: Chance) -> pl.Series:
    """Empty a share of the cells."""
    kept = pl.Series(~chance.often(share, len(values)))
    return pl.select(pl.when(kept).then(values)).to_series().rename(values.name)


def date_slip(days: pl.Series, share: float, chance: Chance) -> pl.Series:
    """Mistake a share of dates: day and month swapped, a year or a day off, ten years off, or the first of January."""
    rows = np.flatnonzero(chance.often(share, len(days)) & days.is_not_null().to_numpy())
    if not len(rows):
        return days
    count = len(rows)
    drawn = {"day": days.gather(rows), "kind": chance.kinds((3, 2, 2, 1, 1), count)}
    sign = chance.rng.choice(np.array([-1, 1]), count)
    day = pl.col("day")
    year, month, number = day.dt.year(), day.dt.month(), day.dt.day()
    safe = pl.min_horizontal(number, pl.lit(28))
    written = (
        pl.when((pl.col("kind") == 0) & (number <= 12))  # noqa: PLR2004  # only then can it be taken for a month
        .then(pl.date(year, pl.min_horizontal(number, pl.lit(12)), month))
        .when(pl.col("kind") == 1)
        .then(pl.date(year + pl.col("sign"), month, safe))
        .when(pl.col("kind") == 3)  # noqa: PLR2004  # numbered in the order of the draw above
        .then(pl.date(year + 10 * pl.col("sign"), month, safe))
        .when(pl.col("kind") == 4)  # noqa: PLR2004
        .then(pl.date(year, 1, 1))
        .otherwise(day + pl.duration(days=pl.col("sign")))
    )
    return (
        days.clone().scatter(rows, pl.DataFrame({**drawn, "sign": sign}).select(written).to_series()).rename(days.name)
    )


def dates_as(days: pl.Series, shares: Sequence[float], chance: Chance) -> pl.Series:
    """Write dates as year-month-day, month/day/year and day/month/year, in these shares."""
    kind = chance.kinds(shares, len(days))
    written = days.dt.strftime("%Y-%m-%d")
    for number, form in ((1, "%m/%d/%Y"), (2, "%d/%m/%Y")):
        if shares[number]:
            written = chosen(kind == number, days.dt.strftime(form), written)
    return written


def phones_as(digits: pl.Series, chance: Chance) -> pl.Series:
    """Write ten digits in one of five ways."""
    one, two, three = digits.str.slice(0, 3), digits.str.slice(3, 3), digits.str.slice(6)
    kind = chance.kinds((4, 3, 2, 1, 1), len(digits))
    written = "(" + one + ") " + two + "-" + three
    for number, form in enumerate((one + "-" + two + "-" + three, digits, "+1 " + one + " " + two + " " + three), 1):
        written = chosen(kind == number, form, written)
    return chosen(kind == 4, one + "." + two + "." + three, written)  # noqa: PLR2004  # the fifth way


def cased(values: pl.Series, kind: np.ndarray) -> pl.Series:
    """Write in capitals where ``kind`` is 1 and in small letters where it is 2, as whole systems do."""
    return chosen(kind == 2, values.str.to_lowercase(), chosen(kind == 1, values.str.to_uppercase(), values))  # noqa: PLR2004
