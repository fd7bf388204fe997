"""The cities of the sample world: what an address, a number and a clock look like in each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from chance import Chance, Wheel

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["AGENCY_ZONES", "COUNTRIES", "CURRENCIES", "PLACES", "Address", "Place", "draw_address", "zone"]


@dataclass(frozen=True, slots=True)
class Place:
    """A city.

    ``postal`` is a pattern (# a digit, @ a letter); ``areas`` are area codes, or the landline prefixes reserved for
    fiction where a country has them; ``han`` and ``han_region`` are the names in Chinese characters.
    """

    country: str
    region: str
    city: str
    time_zone: str
    postal: str
    areas: tuple[str, ...]
    han: str = ""
    han_region: str = ""

    @property
    def jurisdiction(self) -> str:
        """The place's ISO 3166 code, with the state or province where law differs by it."""
        return f"{self.country}-{self.region}" if self.country in {"US", "CA", "AU"} else self.country


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address; ``han`` is its street line in Chinese characters, empty elsewhere."""

    place: Place
    line: str
    postal: str
    han: str = ""


_US = """
OH|Columbus|America/New_York|432##|614,380
OH|Cleveland|America/New_York|441##|216
NY|New York|America/New_York|100##|212,646,917
NY|Buffalo|America/New_York|142##|716
MA|Boston|America/New_York|021##|617,857
MA|Worcester|America/New_York|016##|508
IL|Chicago|America/Chicago|606##|312,773
IN|Gary|America/Chicago|464##|219
IN|Indianapolis|America/Indiana/Indianapolis|462##|317
KY|Paducah|America/Chicago|420##|270
TN|Nashville|America/Chicago|372##|615
TN|Knoxville|America/New_York|379##|865
TX|Houston|America/Chicago|770##|713,832
TX|El Paso|America/Denver|799##|915
AZ|Phoenix|America/Phoenix|850##|602
CO|Denver|America/Denver|802##|303,720
CA|Los Angeles|America/Los_Angeles|900##|213,323
CA|San Francisco|America/Los_Angeles|941##|415
WA|Seattle|America/Los_Angeles|981##|206
FL|Miami|America/New_York|331##|305
FL|Pensacola|America/Chicago|325##|850
HI|Honolulu|Pacific/Honolulu|968##|808
GA|Atlanta|America/New_York|303##|404
MI|Detroit|America/Detroit|482##|313
WV|Charleston|America/New_York|253##|304
DC|Washington|America/New_York|200##|202
OR|Portland|America/Los_Angeles|972##|503
ID|Boise|America/Boise|837##|208
"""
_GB = """
ENG|London|Europe/London|SE# #@@|2079460
ENG|Leeds|Europe/London|LS# #@@|1134960
ENG|Birmingham|Europe/London|B## #@@|1214960
ENG|Manchester|Europe/London|M## #@@|1614960
ENG|Bristol|Europe/London|BS# #@@|1174960
SCT|Glasgow|Europe/London|G## #@@|1414960
WLS|Cardiff|Europe/London|CF## #@@|2920180
"""
_CN = """
SH|Shanghai|Asia/Shanghai|2000##|21|上海市|上海市
BJ|Beijing|Asia/Shanghai|1000##|10|北京市|北京市
GD|Guangzhou|Asia/Shanghai|5100##|20|广州市|广东省
SC|Chengdu|Asia/Shanghai|6100##|28|成都市|四川省
HB|Wuhan|Asia/Shanghai|4300##|27|武汉市|湖北省
SN|Xi'an|Asia/Shanghai|7100##|29|西安市|陕西省
"""
_IN = """
MH|Mumbai|Asia/Kolkata|4000##|22
DL|New Delhi|Asia/Kolkata|1100##|11
KA|Bengaluru|Asia/Kolkata|5600##|80
TN|Chennai|Asia/Kolkata|6000##|44
"""
_AU = """
NSW|Sydney|Australia/Sydney|20##|2
VIC|Melbourne|Australia/Melbourne|30##|3
QLD|Brisbane|Australia/Brisbane|40##|7
WA|Perth|Australia/Perth|60##|8
SA|Adelaide|Australia/Adelaide|50##|8
"""
_CA = """
ON|Toronto|America/Toronto|M#@ #@#|416,647
ON|Ottawa|America/Toronto|K#@ #@#|613
ON|London|America/Toronto|N#@ #@#|519
QC|Montréal|America/Toronto|H#@ #@#|514,438
NS|Halifax|America/Halifax|B#@ #@#|902
NL|St. John's|America/St_Johns|A#@ #@#|709
"""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _places(country: str, lines: str) -> tuple[Place, ...]:
    found = []
    for line in lines.strip().splitlines():
        region, city, time_zone, postal, areas, *han = line.split("|")
        found.append(Place(country, region, city, time_zone, postal, tuple(areas.split(",")), *han))
    return tuple(found)


PLACES: Mapping[str, tuple[Place, ...]] = {
    "US": _places("US", _US),
    "GB": _places("GB", _GB),
    "CN": _places("CN", _CN),
    "IN": _places("IN", _IN),
    "AU": _places("AU", _AU),
    "CA": _places("CA", _CA),
}
COUNTRIES = Wheel({"US": 46.0, "GB": 17.0, "CN": 15.0, "IN": 8.0, "AU": 5.0, "CA": 9.0})
CURRENCIES = {"US": "USD", "GB": "GBP", "CN": "CNY", "IN": "INR", "AU": "AUD", "CA": "CAD"}
AGENCY_ZONES = {
    "US": "America/Chicago",
    "GB": "Europe/London",
    "CN": "Asia/Shanghai",
    "IN": "Asia/Kolkata",
    "AU": "Australia/Sydney",
    "CA": "America/Toronto",
}
"""Where the people who make the attempts sit: their office hours are not the debtor's."""

_STREETS = _words(
    """Maple Oak Cedar Elm Walnut Chestnut Juniper Larch Willow Alder Hawthorn Heron Kestrel Lark Swift Harbour Mill
    Quarry Orchard Meadow Spring Lake Hill Ridge Valley Church Station Market Victoria Albert Lincoln Franklin Cooper
    Baker Fletcher Weaver Potter Saddler Granite Marble Copper"""
)
_KINDS = {
    "US": ("Street", "Avenue", "Road", "Drive", "Lane", "Boulevard", "Court"),
    "CA": ("Street", "Avenue", "Road", "Crescent", "Drive"),
    "GB": ("Road", "Street", "Lane", "Close", "Gardens", "Terrace"),
    "AU": ("Street", "Parade", "Road", "Crescent", "Drive"),
}
_IN_AREAS = ("Green Park", "Lake View Colony", "Station Road", "Temple Street", "Nehru Nagar", "Rose Garden Layout")
_CN_STREETS = tuple(
    pair.strip().split("|")
    for pair in """银杏路|Yinxing Road
    青竹路|Qingzhu Road
    白鹭街|Bailu Street
    望江路|Wangjiang Road
    松林路|Songlin Road
    桂花街|Guihua Street
    东湖路|Donghu Road
    晨光路|Chenguang Road
    柳叶街|Liuye Street
    石桥路|Shiqiao Road""".splitlines()
)
_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"
_PO_BOX = 0.03
_FLAT = 0.35


@cache
def zone(name: str) -> ZoneInfo:
    """Return a time zone, kept from one call to the next."""
    return ZoneInfo(name)


def draw_address(place: Place, chance: Chance) -> Address:
    """Invent an address: a street that need not exist in a city that does."""
    postal = "".join(
        chance.digits(1) if mark == "#" else chance.pick(_LETTERS) if mark == "@" else mark for mark in place.postal
    )
    if place.country == "CN":
        han, latin = chance.pick(_CN_STREETS)
        number, block, room = chance.between(1, 999), chance.between(1, 30), chance.between(1, 24) * 100
        room += chance.between(1, 4)
        line = f"Room {room}, Building {block}, No. {number} {latin}"
        return Address(place, line, postal, f"{han}{number}号{block}号楼{room}室")
    return Address(place, _street_line(place, chance), postal)


def _street_line(place: Place, chance: Chance) -> str:
    if place.country == "IN":
        return f"{chance.between(1, 180)}, {chance.between(4, 14)}th Cross, {chance.pick(_IN_AREAS)}"
    if chance.yes(_PO_BOX):
        return f"PO Box {chance.between(100, 9999)}"
    top = 240 if place.country in {"GB", "AU"} else 4800
    street = f"{chance.between(1, top)} {chance.pick(_STREETS)} {chance.pick(_KINDS[place.country])}"
    if not chance.yes(_FLAT):
        return street
    unit = chance.between(1, 24)
    if place.country in {"GB", "AU"}:
        return f"Flat {unit}, {street}" if place.country == "GB" else f"Unit {unit}/{street}"
    return f"{street} Apt {unit}{chance.pick(('', 'A', 'B', 'C'))}"
