"""Addresses in Chinese characters, from the province down to the room, with or without 省, 市 and 区."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from skiptrace.normalise.facts import fact_rows
from skiptrace.normalise.folding import plain
from skiptrace.normalise.places import region_code

__all__ = ["HanAddress", "read_han_address"]


class HanAddress(NamedTuple):
    """A Chinese address taken apart.

    Attributes
    ----------
    region
        ISO 3166-2 of the province.
    city
        Pinyin, without 市.
    house_number, unit
        Number in the road; building, entrance and room joined by ``-``.
    road
        As written; None if there is none.
    others
        District without 区 or 县, estate, building by name.
    postal_code
        Six digits.
    """

    region: str | None
    city: str | None
    house_number: str | None
    unit: str | None
    road: str | None
    others: tuple[str, ...]
    postal_code: str | None


_DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_NUMERAL = re.compile(r"([零〇一二两三四五六七八九十百]+)(?=[号號室栋棟幢座楼樓层層单單巷弄])")
_TEN, _HUNDRED = "十", "百"
_POSTAL = re.compile(r"(?:邮编|邮政编码|郵編)?[:：]?\s*(?<!\d)(\d{6})(?!\d|[号號室])")
_COUNTRY = re.compile(r"^(?:中国|中國|中华人民共和国)?(?:香港|澳门|澳門|台湾|台灣|臺灣)?(?:特别行政区|特別行政區)?")
_PROVINCE_END = re.compile(r"^(?:省|市|壮族自治区|回族自治区|维吾尔自治区|自治区|特别行政区)")
_CITY_END = re.compile(r"^(?:市|地区|盟|[\u4e00-\u9fff]{0,6}?自治州|州)")
_ANY_CITY = re.compile(r"^([\u4e00-\u9fff]{2,5}?)(?:市|地区|自治州|盟)")
_DISTRICT = re.compile(r"^([\u4e00-\u9fff]{1,7}?)(?:自治县|新区|开发区|区|區|县|縣|旗|市)(?![\u4e00-\u9fff]?[路街道])")
_TOWN = re.compile(r"^([\u4e00-\u9fff]{1,6}?)(?:街道办事处|街道|镇|鎮|乡|鄉)(?!路|街)")
_ROAD = re.compile(
    r"^([\u4e00-\u9fffA-Za-z0-9]{1,12}?(?:路|大道|大街|街|道|巷|弄|胡同|里)(?:[东南西北中]?[一二三四五六七八九]?段)?)(?=\d|[A-Za-z]|$|[^\u4e00-\u9fff])"
)
_HOUSE = re.compile(r"^(\d+(?:-\d+)?[A-Za-z]?)(?:号院|号|號|弄)(?!楼|樓)")
_BUILDING = re.compile(r"([A-Za-z]?\d+|[A-Za-z])(?:号楼|號樓|栋|棟|幢|座|楼(?=\d|\w))")
_ENTRANCE = re.compile(r"(\d+)(?:单元|單元|门)")
_ROOM = re.compile(r"([A-Za-z]?\d+[A-Za-z]?)(?:室|房|户|号房)?$")
_FLOOR = re.compile(r"\d+(?:层|層|楼|樓)")
_RUN = re.compile(r"[\u4e00-\u9fffA-Za-z]+")


@cache
def _provinces() -> dict[str, list[tuple[str, str]]]:
    """Names and codes of provinces by their first two characters, the longest name first."""
    rows = [row for row in fact_rows("regions") if row["country"] == "CN"]
    named = [(name, row["code"]) for row in rows for name in row["names"].split(";") if not name.isascii()]
    known: dict[str, list[tuple[str, str]]] = {}
    for name, code in sorted(named, key=lambda item: -len(item[0])):
        known.setdefault(name[:2], []).append((name, code))
    return known


@cache
def _cities() -> dict[str, list[tuple[str, str, str]]]:
    """Names, pinyin and province codes of cities by their first two characters, the longest name first."""
    known: dict[str, list[tuple[str, str, str]]] = {}
    for row in sorted(fact_rows("chinese_cities"), key=lambda row: -len(row["city"])):
        known.setdefault(row["city"][:2], []).append((row["city"], row["pinyin"], row["region"]))
    return known


def read_han_address(text: str, region: str | None = None, city: str | None = None) -> HanAddress:
    """Take a Chinese address apart.

    Parameters
    ----------
    text
        As read; blanks, commas, width and Chinese numerals before 号, 栋, 室 do not matter.
    region, city
        As read in columns of their own, if they were.

    Examples
    --------
    >>> one = read_han_address("广东省深圳市南山区科技园路12号3栋501室")
    >>> one
    ... # doctest: +NORMALIZE_WHITESPACE
    HanAddress(region='CN-GD', city='shenzhen', house_number='12', unit='3-501', road='科技园路', others=('南山',),
               postal_code=None)
    >>> one == read_han_address("中国 广东 深圳 南山区科技园路十二号３栋５０１")
    True
    """
    rest = re.sub(r"[\s,，、.。;；]", "", plain(text) or "")
    rest = _NUMERAL.sub(lambda found: str(_number(found.group(1))), rest)
    postal = _POSTAL.search(rest)
    if postal:
        rest = rest[: postal.start()] + rest[postal.end() :]
    rest = _COUNTRY.sub("", rest)
    code, rest = _province(rest)
    code = code or region_code("CN", region)
    town, code, rest = _city(rest, code)
    if town is None and city is not None:
        town, told, _ = _city(plain(city) or "", code)
        town, code = town or (plain(city) or "").lower().removesuffix("市") or None, code or told
    names: list[str] = []
    for pattern in (_DISTRICT, _TOWN):
        found = pattern.match(rest)
        if found:
            rest = rest[found.end() :]
            if pattern is _DISTRICT:
                names.append(found.group(1))
    road = _ROAD.match(rest)
    if road:
        rest = rest[road.end() :]
    house = _HOUSE.match(rest)
    if house:
        rest = rest[house.end() :]
    unit, rest = _unit(rest)
    names.extend(_RUN.findall(_FLOOR.sub("", rest)))
    number = house.group(1).lower() if house else None
    code_read = postal.group(1) if postal else None
    return HanAddress(code, town, number, unit, road.group(1) if road else None, tuple(names), code_read)


def _province(rest: str) -> tuple[str | None, str]:
    for name, code in _provinces().get(rest[:2], ()):
        if rest.startswith(name):
            cut = rest[len(name) :]
            # 吉林 and 海南 are names of cities and districts as well: then what follows says so.
            if name == "吉林" and cut.startswith("市"):
                return None, rest
            return code, _PROVINCE_END.sub("", cut, count=1)
    return None, rest


def _city(rest: str, region: str | None) -> tuple[str | None, str | None, str]:
    municipality = {"CN-BJ": "beijing", "CN-TJ": "tianjin", "CN-SH": "shanghai", "CN-CQ": "chongqing"}.get(region or "")
    for name, pinyin, code in _cities().get(rest[:2], ()):
        if rest.startswith(name) and region in {None, code}:
            cut = rest[len(name) :]
            # 朝阳区 and 南山路 begin like cities: a district or road is none.
            if region is None and re.match(r"[区县路街]", cut):
                continue
            return pinyin, code, _CITY_END.sub("", cut, count=1)
    if municipality:
        return municipality, region, rest
    other = _ANY_CITY.match(rest)
    if other and not re.search(r"[区县路街号]", other.group(1)):
        return other.group(1), region, rest[other.end() :]
    return None, region, rest


def _unit(rest: str) -> tuple[str | None, str]:
    parts = []
    for pattern in (_BUILDING, _ENTRANCE, _ROOM):
        found = pattern.search(rest)
        if found:
            parts.append(found.group(1).lower())
            rest = f"{rest[: found.start()]} {rest[found.end() :]}".strip()
    if not parts:
        return None, rest
    # A floor is in the room's number already (501 = fifth floor).
    return "-".join(parts), rest


def _number(numeral: str) -> int:
    """Read a Chinese numeral below a thousand, or digits one by one (一二〇五).

    >>> _number("十二"), _number("一百零三"), _number("五〇一")
    (12, 103, 501)
    """
    if not (_TEN in numeral or _HUNDRED in numeral):
        return int("".join(str(_DIGITS[digit]) for digit in numeral))
    hundreds, mark, tail = numeral.rpartition(_HUNDRED)
    total = (_DIGITS.get(hundreds[-1:], 1) if mark else 0) * 100
    tens, mark, ones = tail.strip("零〇").rpartition(_TEN)
    if mark:
        total += _DIGITS.get(tens[-1:], 1) * 10
    return total + _DIGITS.get(ones[-1:], 0)
