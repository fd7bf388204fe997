"""What two rows say of each other, field by field: the comparison vector.

Each comparison gives a level (``gamma_*``): 0 = they differ, more = they agree better, -1 = one of them does not say.
What each level means stands in ``default_weights.csv``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from skiptrace.matching.similarity import line_similarity, name_similarity, one_slip, over_distinct_pairs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from skiptrace.matching.roll import Roll
    from skiptrace.matching.sharing import Shared

__all__ = ["COMPARISONS", "compare"]

COMPARISONS = (
    "given",
    "family",
    "company",
    "middle",
    "suffix",
    "characters",
    "birth",
    "national_id",
    "phone",
    "email",
    "address",
    "town",
    "employer",
)
"""Comparisons in the order of their ``gamma_*`` columns."""

_MISSPELT = 0.92
"""Jaro–Winkler similarity of a name and the same with one slip (the usual cut-off, as in Splink's name comparisons)."""
_SIMILAR = 0.85
"""Jaro–Winkler similarity below which two names look like two names."""
_SAME_LINE = 0.8
"""Share of common letters above which two street lines are one line, written or typed differently."""
_SLIP_OF_TWO = 2
_PART = 2.0
"""Stands in the column of similarities for a name that is part of the other."""


def compare(roll: Roll, shared: Mapping[str, Shared], left: pl.Series, right: pl.Series) -> pl.DataFrame:
    """Compare pairs of rows.

    Parameters
    ----------
    roll
        Everybody, coded.
    shared
        What :func:`skiptrace.matching.sharing.find_shared` found.
    left, right
        Row numbers (u32), left below right in each pair.

    Returns
    -------
    polars.DataFrame
        Grain: pair, in the order given. One ``gamma_*`` (Int8) a comparison.
    """
    pairs = pl.concat(
        [
            roll.coded[left].select(pl.all().name.suffix("_l")),
            roll.coded[right].select(pl.all().name.suffix("_r")),
            pl.DataFrame({f"shared_{kind}": found.grade(left, right) for kind, found in shared.items()}),
        ],
        how="horizontal",
    )
    pairs = pairs.with_columns(
        given_like=_likeness(pairs, _l("given"), _r("given"), roll.names),
        family_like=_likeness(pairs, _l("family"), _r("family"), roll.names),
        **{
            f"{one}_as_{other}": _likeness(pairs, pl.when(_differ()).then(_l(one)), _r(other), roll.names)
            for one, other in (("given", "family"), ("family", "given"))
        },
        id_near=_id_nearness(pairs, roll.ids_near),
    )
    pairs = pairs.with_columns(place_like=_place_likeness(pairs, roll))
    pairs = pairs.with_columns(street_like=_street_likeness(pairs, roll.streets))
    levels = (
        _given(), _family(), _company(), _middle(), _suffix(), _characters(), _birth(), _national_id(), _phone(),
        _email(), _address(), _town(), _employer(),
    )  # fmt: skip
    return pairs.select(
        level.fill_null(-1).cast(pl.Int8).alias(f"gamma_{name}")
        for name, level in zip(COMPARISONS, levels, strict=True)
    )


def _l(name: str) -> pl.Expr:
    return pl.col(f"{name}_l")


def _r(name: str) -> pl.Expr:
    return pl.col(f"{name}_r")


def _same(name: str, other: str | None = None) -> pl.Expr:
    """Both known and equal; false where one is missing."""
    return (_l(name) == _r(other or name)).fill_null(value=False)


def _both(name: str) -> pl.Expr:
    return _l(name).is_not_null() & _r(name).is_not_null()


def _levels(known: pl.Expr, *steps: tuple[pl.Expr, int | pl.Expr]) -> pl.Expr:
    """Return the level of the first step that holds, 0 if none does, null where it is not ``known``."""
    level = pl.lit(0, pl.Int8)
    for holds, value in reversed(steps):
        level = pl.when(holds).then(value if isinstance(value, pl.Expr) else pl.lit(value, pl.Int8)).otherwise(level)
    return pl.when(known).then(level)


def _differ() -> pl.Expr:
    """Both given and both family names are known and not the same."""
    return (_l("given") != _r("given")) & (_l("family") != _r("family"))


def _likeness(pairs: pl.DataFrame, left: pl.Expr, right: pl.Expr, texts: pl.Series) -> pl.Series:
    """Return how alike two names look, 1 where they are equal; null where one is missing."""
    codes = pairs.select(a=left, b=right)
    return over_distinct_pairs(codes, texts, _name_likeness)


def _name_likeness(left: pl.Series, right: pl.Series) -> pl.Series:
    a, b = pl.col("a"), pl.col("b")
    padded = pl.DataFrame({"a": left, "b": right}).select(
        a=" " + a.str.replace_all("-", " ") + " ", b=" " + b.str.replace_all("-", " ") + " "
    )
    part = padded.select(a.str.contains(b, literal=True) | b.str.contains(a, literal=True)).to_series()
    return name_similarity(left, right).set(part, _PART)


def _id_nearness(pairs: pl.DataFrame, near: pl.Series) -> pl.Series:
    """Tell whether two national ids are one slip apart; null where they are the same or one is missing."""
    differ = _l("id_hash") != _r("id_hash")
    codes = pairs.select(a=pl.when(differ).then(_l("id_hash")), b=pl.when(differ).then(_r("id_hash")))
    return over_distinct_pairs(codes, near, lambda left, right: left.list.set_intersection(right).list.len() > 0)


def _place_likeness(pairs: pl.DataFrame, roll: Roll) -> pl.Series:
    """Tell whether two places are one, or one written or typed differently; false where one is missing."""
    postal = over_distinct_pairs(pairs.select(a=_l("postal"), b=_r("postal")), roll.places, one_slip)
    differ = ~_same("postal") & ~_same("city") & ~postal.fill_null(value=False)
    cities = pairs.select(a=pl.when(differ).then(_l("city")), b=pl.when(differ).then(_r("city")))
    city = over_distinct_pairs(cities, roll.places, name_similarity) >= _MISSPELT
    return pairs.select(
        _same("postal") | _same("city") | postal.fill_null(value=False) | city.fill_null(value=False)
    ).to_series()


def _street_likeness(pairs: pl.DataFrame, texts: pl.Series) -> pl.Series:
    """Return how alike two street lines look in one place or with one house number; null elsewhere."""
    here = (pl.col("place_like") | _same("house")) & (_l("street") != _r("street"))
    codes = pairs.select(a=pl.when(here).then(_l("street")), b=pl.when(here).then(_r("street")))
    return over_distinct_pairs(codes, texts, line_similarity)


def _one_script() -> pl.Expr:
    """Names in two scripts, one of which nobody could put into Latin letters, cannot be compared."""
    return _l("latin") == _r("latin")


def _other_name() -> pl.Expr:
    """Given and family name the other way round, or a full name that is an alias of the other row."""
    turned = ((pl.col("given_as_family") >= _SIMILAR) & (pl.col("family_as_given") >= _SIMILAR)).fill_null(value=False)
    family_alone = _same("family") & ~_both("given")
    return ~_same("given") & ~_same("han") & ~family_alone & (turned | (pl.col("shared_alias") >= 0))


def _given() -> pl.Expr:
    short = _l("given_short") | _r("given_short")
    middle_name = _same("given", "middle") | _same("middle", "given")
    return _levels(
        (_both("given") & _one_script()) | _other_name(),
        ((_same("given") & ~short) | _same("han"), 7 + _l("given_grade")),
        (_other_name(), 6),
        (short & _same("given_initial"), 1),
        (short, 0),
        (_same("root") | middle_name, 4),
        (pl.col("given_like") >= _MISSPELT, 3),
        (~short & (_same("given", "family") | _same("family", "given")), 5),
        (_same("given_sound") | (pl.col("given_like") >= _SIMILAR), 2),
    )


def _family() -> pl.Expr:
    like = pl.col("family_like")
    return _levels(
        # Another name of the person as a whole is weighed once, with the given name.
        _both("family") & (_l("kind") == 0) & _one_script() & ~_other_name(),
        (_same("family") | _same("han"), 4 + _l("family_grade")),
        ((like == _PART) | _same("family", "middle") | _same("middle", "family"), 2),
        (like >= _MISSPELT, 3),
        (_same("family_sound") | (like >= _SIMILAR), 1),
    )


def _company() -> pl.Expr:
    """Compare company names, which are all their own: no household shares them, as people share a family name."""
    like = pl.col("family_like")
    return _levels(
        _both("family") & (_l("kind") == 1) & (_r("kind") == 1) & _one_script() & ~_other_name(),
        (_same("family"), 4 + _l("family_grade")),
        (like == _PART, 2),
        (like >= _MISSPELT, 3),
        (like >= _SIMILAR, 1),
    )


def _middle() -> pl.Expr:
    short = _l("middle_short") | _r("middle_short")
    return _levels(_both("middle"), (_same("middle") & ~short, 2), (short & _same("middle_initial"), 1))


def _suffix() -> pl.Expr:
    return _levels(_both("suffix"), (_same("suffix"), 1))


def _characters() -> pl.Expr:
    sound_the_same = _same("given") & _same("family")
    return _levels(_both("han") & (sound_the_same | _same("han")), (_same("han"), 1))


def _birth() -> pl.Expr:
    full = _both("birth_day")
    overlap = (_l("birth_first") <= _r("birth_last")) & (_r("birth_first") <= _l("birth_last"))
    # Where the order of day and month is not known, the first and last day are the two readings, and nothing between.
    two_readings = _l("birth_two_readings") | _r("birth_two_readings")
    one_alike = pl.any_horizontal(
        _same(f"birth_{one}", f"birth_{other}") for one in ("first", "last") for other in ("first", "last")
    )
    digits = [(_l("birth_digits") // 10**place % 10, _r("birth_digits") // 10**place % 10) for place in range(8)]
    slips = pl.sum_horizontal((a != b).cast(pl.Int8) for a, b in digits)
    # Two places differ and hold the same two digits: then sums and sums of squares are equal.
    exchanged = (
        (slips == _SLIP_OF_TWO)
        & (pl.sum_horizontal(a - b for a, b in digits) == 0)
        & (pl.sum_horizontal(a * a - b * b for a, b in digits) == 0)
    )
    day_for_month = _same("birth_day", "birth_month") & _same("birth_month", "birth_day") & _same("birth_year")
    return _levels(
        _both("birth_first"),
        (full & _same("birth_digits"), 8 + _l("birth_grade")),
        (two_readings & one_alike, 7),
        (two_readings & ~_same("birth_year"), 0),
        (two_readings, 1),
        (full & day_for_month, 4),
        (full & ((slips == 1) | exchanged), 3),
        (full & _same("birth_day") & _same("birth_month"), 2),
        (full & _same("birth_year"), 1),
        (~full & overlap & _both("birth_month"), 6),
        (~full & overlap, 5),
    )


def _national_id() -> pl.Expr:
    one_type = _same("id_type") | (_l("id_type").is_null() & _r("id_type").is_null())
    return _levels(
        one_type & (_both("id_hash") | _both("id_last4")),
        (_same("id_hash"), 3 + _l("id_grade")),
        (_same("id_last4") | pl.col("id_near").fill_null(value=False), 2),
        (_both("id_hash") & _l("id_checked"), 0),
        (pl.lit(value=True), 1),
    )


def _phone() -> pl.Expr:
    return _levels(_l("has_phone") & _r("has_phone"), (pl.col("shared_phone") >= 0, 1 + pl.col("shared_phone")))


def _email() -> pl.Expr:
    return _levels(
        _l("has_email") & _r("has_email"),
        (pl.col("shared_email") >= 0, 2 + pl.col("shared_email")),
        (pl.col("shared_mailbox") >= 0, 1),
    )


def _address() -> pl.Expr:
    flats_differ = (_l("unit") != _r("unit")).fill_null(value=False)
    same_place = pl.col("place_like")
    same_line = _same("street") | (pl.col("street_like") >= _SAME_LINE).fill_null(value=False)
    return _levels(
        _both("address"),
        (_same("address") & ~flats_differ, 6 + _l("address_grade")),
        (_same("address") | (same_place & same_line & _same("house")), 5),
        (same_place & same_line, 4),
        (same_line & _same("house"), 3),
        (_same("postal"), 2),
        (same_place, 1),
    )


def _town() -> pl.Expr:
    """Compare towns where one row or both say no more; where both name a street, the address speaks for the town."""
    return _levels(
        ~_both("address") & (_both("postal") | _both("city")),
        (_same("postal"), 3),
        (pl.col("place_like") & ~_both("postal"), 2),
        (pl.col("place_like"), 1),
    )


def _employer() -> pl.Expr:
    return _levels(_both("employer"), (_same("employer"), 1 + _l("employer_grade")))
