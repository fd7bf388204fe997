"""What a cell says: trimmed text, nothing at all, a list, a number, yes or no."""

from __future__ import annotations

import json

import polars as pl

__all__ = ["NAMES", "as_json", "as_text", "column_of", "lists", "numbers", "trimmed"]

BLANKS = " \t\r\n\x0b\x0c\u00a0\u1680\u2028\u2029\u202f\u205f\u2060\u3000\ufeff" + "".join(
    map(chr, range(0x2000, 0x200C))
)
"""Blanks of every kind, those that come out of web pages and Chinese text among them."""

NAMES = frozenset({"full_name", "given_name", "family_name", "aliases", "employer", "middle_name", "name_suffix"})
"""Columns in which ``None``, ``Null`` and ``Na`` are names of people."""
_COUNTRIES = frozenset({"country", "jurisdiction", "region"})
"""Columns in which ``NA`` is Namibia."""

_NOTHING: tuple[str, ...] = (
    *("", "-", "--", "---", "—", "/", "?", "\\N", "n/a", "N/A", "N/a", "#N/A", "n.a.", "N.A.", "nan", "NaN", "NAN"),
    *("null", "NULL", "NIL", "unknown", "Unknown", "UNKNOWN", "无", "暂无", "未知", "不详", "空", "没有"),
)
_NOTHING_BUT_NAMES = ("Null", "none", "None", "NONE", "nil", "Nil", "na")
_NAMIBIA = ("NA",)

_NOT_A_NUMBER = "found text that is not a number, expected a number"
_NOT_WHOLE = "found a number with decimals, expected a whole number"
_NOT_OF_THE_NUMBER = r"[\s\u00a0\u202f'’_]|[$€£¥￥₹]|^[A-Z]{3}|[A-Z]{3}$|元$"
_WIDE_DIGITS = {chr(0xFF10 + digit): str(digit) for digit in range(10)} | {"．": ".", "，": ",", "－": "-", "−": "-"}


def column_of(name: str, values: pl.Series) -> pl.Series:
    """Return a column's cells as trimmed text, with null where a cell says that there is nothing.

    Parameters
    ----------
    name
        Column of the contract: what stands for nothing elsewhere can be a name or a country.
    values
        As read, of any type.

    Examples
    --------
    >>> column_of("family_name", pl.Series([" Null ", "NULL", "　李　"])).to_list()
    ['Null', None, '李']
    >>> column_of("city", pl.Series(["None", "n/a"])).to_list(), column_of("country", pl.Series(["NA"])).to_list()
    ([None, None], ['NA'])
    """
    nothing = _NOTHING
    if name not in NAMES:
        nothing += _NOTHING_BUT_NAMES
        if name not in _COUNTRIES:
            nothing += _NAMIBIA
    text = trimmed(as_text(values))
    return text.to_frame("v").select(pl.when(~pl.col("v").is_in(nothing)).then(pl.col("v"))).to_series().alias(name)


def trimmed(values: pl.Series) -> pl.Series:
    """Strip blanks of every kind from both ends."""
    return values.str.strip_chars(BLANKS)


def as_text(values: pl.Series) -> pl.Series:
    """Write typed cells as text: 1001.0 is ``1001``, times are RFC 3339, lists are JSON arrays.

    Examples
    --------
    >>> as_text(pl.Series([1001.0, 2.5])).to_list(), as_text(pl.Series([["a", "b"]])).to_list()
    (['1001', '2.5'], ['["a","b"]'])
    """
    dtype = values.dtype
    if dtype == pl.String:
        return values
    if dtype.is_float():
        whole = values.cast(pl.Int64, strict=False)
        same = whole.cast(dtype) == values
        return values.cast(pl.String).zip_with(~same.fill_null(value=False), whole.cast(pl.String))
    if isinstance(dtype, pl.Datetime):
        if dtype.time_zone is None:
            return values.dt.strftime("%Y-%m-%dT%H:%M:%S%.f")
        return values.dt.convert_time_zone("UTC").dt.strftime("%Y-%m-%dT%H:%M:%S%.fZ")
    if dtype.is_nested():
        encoded = values.alias("v").to_frame().select(pl.struct("v").struct.json_encode()).to_series()
        inner = encoded.str.strip_prefix('{"v":').str.strip_suffix("}")
        return inner.zip_with(values.is_not_null(), pl.Series([None], dtype=pl.String)).alias(values.name)
    return values.cast(pl.String, strict=False)


def as_json(frame: pl.DataFrame) -> pl.Series:
    """Write each row as a JSON object, keys in the order of the columns; times as text.

    >>> as_json(pl.DataFrame({"b": ["x"], "a": [1]})).to_list()
    ['{"b":"x","a":1}']
    """
    plain = frame.with_columns(
        as_text(frame[name]) for name, dtype in frame.schema.items() if dtype.is_temporal() or dtype == pl.Binary
    )
    return plain.select(pl.struct(pl.all()).struct.json_encode().alias("json")).to_series()


def lists(values: pl.Series) -> pl.Series:
    """Split cells that hold several values: ``;`` or ``|`` between them, or a JSON array.

    Returns
    -------
    polars.Series
        List of str; null where there is no value.

    Examples
    --------
    >>> lists(pl.Series(["a; b", "a|b", '["a", "b"]', " ", None])).to_list()
    [['a', 'b'], ['a', 'b'], ['a', 'b'], None, None]
    """
    if values.null_count() == values.len():
        return pl.Series(values.name, [None] * values.len(), pl.List(pl.String))
    arrays = values.filter(values.str.starts_with("[").fill_null(value=False)).unique()
    plain = values
    if not arrays.is_empty():
        flat = {text: ";".join(items) for text in arrays if (items := _array(text)) is not None}
        plain = values.replace(flat)
    split = (
        plain.to_frame("v")
        .select(
            pl.col("v")
            .str.replace_all("|", ";", literal=True)
            .str.split(";")
            .list.eval(pl.element().str.strip_chars(BLANKS))
            .list.eval(pl.element().filter(pl.element() != ""))
        )
        .select(pl.when(pl.col("v").list.len() > 0).then(pl.col("v")))
        .to_series()
    )
    return split.alias(values.name)


def _array(text: str) -> list[str] | None:
    try:
        items = json.loads(text)
    except ValueError:
        return None
    if not isinstance(items, list):
        return None
    return [item if isinstance(item, str) else json.dumps(item) for item in items if item is not None]


def numbers(values: pl.Series, *, whole: bool) -> tuple[pl.Series, pl.Series]:
    """Read numbers, with the decimal sign that the column shows.

    Parameters
    ----------
    values
        As read (str).
    whole
        Whether only whole numbers are expected.

    Returns
    -------
    tuple of polars.Series
        Float64 (Int64 if ``whole``), null where unreadable; and the problem of each (str), null where there is none.

    Examples
    --------
    >>> numbers(pl.Series(["1.234,50", "17"]), whole=False)[0].to_list()
    [1234.5, 17.0]
    >>> numbers(pl.Series(["$1,234.50", "(17)", "x"]), whole=False)[0].to_list()
    [1234.5, -17.0, None]
    """
    texts = values.unique().drop_nulls()
    plain = texts.str.replace_many(_WIDE_DIGITS).str.replace_all(
        r"[\s\u00a0\u202f'’_]|[$€£¥￥₹]|^[A-Z]{3}|[A-Z]{3}$|元$", ""
    )
    plain = plain.str.replace(r"^\((.+)\)$", "-${1}").str.replace(r"^(.*)-$", "-${1}")
    if _has_decimal_comma(plain):
        plain = plain.str.replace_all(".", "", literal=True).str.replace_all(",", ".", literal=True)
    else:
        grouped = plain.str.contains(r"^[+-]?\d{1,3}(,\d{2,3})*,\d{3}(\.\d*)?$")
        plain = plain.zip_with(~grouped, plain.str.replace_all(",", "", literal=True))
    read = plain.cast(pl.Float64, strict=False)
    read = read.zip_with(read.is_finite().fill_null(value=False), pl.Series([None], dtype=pl.Float64))
    known = pl.DataFrame({"text": texts, "number": read}).with_columns(
        problem=pl.when(pl.col("number").is_null())
        .then(pl.lit(_NOT_A_NUMBER))
        .when(pl.lit(whole) & (pl.col("number") != pl.col("number").floor()))
        .then(pl.lit(_NOT_WHOLE))
    )
    out = values.alias("text").to_frame().join(known, on="text", how="left", maintain_order="left")
    good = out.select(pl.when(pl.col("problem").is_null()).then(pl.col("number"))).to_series()
    number = good.cast(pl.Int64) if whole else good
    return number.alias(values.name), out.get_column("problem")


def _has_decimal_comma(texts: pl.Series) -> bool:
    """Tell whether commas are decimal signs: 1.234,5 and 12,50 can be nothing else, 1,234.5 nothing but the other."""
    comma = texts.str.contains(r"\.\d{3},\d+$|^[+-]?\d+,(\d{1,2}|\d{4,})$").any()
    point = texts.str.contains(r",\d{3}\.|,\d{3},\d{3}|^[+-]?\d+\.(\d{1,2}|\d{4,})$").any()
    return bool(comma) and not bool(point)
