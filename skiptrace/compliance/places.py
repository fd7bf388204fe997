"""Places as data: how they nest, and which zones each can lie in. Settled readings stand at the top of places.toml."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from pydantic import Field

from skiptrace.compliance.law import Model

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["City", "Places", "Split", "load_places"]


class Split(Model):
    """A region that lies in several zones, told apart by the first characters of the postal code."""

    main: tuple[str, ...]
    """Zones of every postal code not named here."""
    mixed: tuple[str, ...] = ()
    """Beginnings of postal codes that can lie in any of the region's zones."""
    other: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Beginning of postal codes → their zones."""
    cities: tuple[str, ...] = ()
    """Cities that lie in the main zones, for addresses without a postal code."""


class City(Model):
    """A city with law of its own."""

    region: str
    cities: tuple[str, ...]
    """Lower case, without diacritics."""
    postal: tuple[str, ...]
    """Beginnings of its postal codes."""


class Places(Model):
    """How places nest and which zones they can lie in."""

    aliases: dict[str, str]
    """Other codes of a place (PR → US-PR)."""
    zones: dict[str, tuple[str, ...]]
    """Country or region → every zone it can lie in."""
    split: dict[str, Split]
    city: dict[str, City]

    def canonical(self, place: str) -> str:
        """Return the code under which a place's law and zones stand.

        >>> load_places().canonical("PR")
        'US-PR'
        """
        return self.aliases.get(place, place)

    def lineage(self, place: str) -> tuple[str, ...]:
        """Return the place and the places it lies in, the smallest first.

        >>> load_places().lineage("US-NY-NYC")
        ('US-NY-NYC', 'US-NY', 'US')
        """
        parts = self.canonical(place).split("-")
        return tuple("-".join(parts[:end]) for end in range(len(parts), 0, -1))

    def leaves(self, places: Iterable[str]) -> tuple[str, ...]:
        """Return the places that none of the others lies in.

        >>> load_places().leaves(["US", "US-NY", "US-MA"])
        ('US-MA', 'US-NY')
        """
        known = sorted(set(places))
        above = {code for place in known for code in self.lineage(place)[1:]}
        return tuple(place for place in known if place not in above)

    def city_of(self, region: str, postal_code: str | None, city: str | None) -> str | None:
        """Return the city with law of its own in which an address of the region lies, or may lie.

        >>> load_places().city_of("US-NY", "14201", "buffalo") is None
        True
        >>> load_places().city_of("US-NY", None, None)
        'US-NY-NYC'
        """
        for code, known in self.city.items():
            if known.region != region:
                continue
            if postal_code is None and city is None:
                return code
            if (postal_code or "").startswith(known.postal) or city in known.cities:
                return code
        return None

    def zones_of(self, place: str, postal_code: str | None = None, city: str | None = None) -> tuple[str, ...]:
        """Return every zone in which an address can lie; empty if the place is not known.

        >>> load_places().zones_of("US-FL", "33101")
        ('America/New_York',)
        >>> load_places().zones_of("US-FL")
        ('America/New_York', 'America/Chicago')
        """
        found = next((self.zones[code] for code in self.lineage(place) if code in self.zones), None)
        if found is None:
            return _country_zones().get(self.lineage(place)[-1], ())
        region = next((code for code in self.lineage(place) if code in self.split), None)
        if region is None:
            return found
        split = self.split[region]
        if postal_code is None:
            return split.main if city in split.cities else found
        for start, zones in split.other.items():
            if postal_code.startswith(start):
                return zones
        return found if postal_code.startswith(split.mixed) else split.main

    def country_has_one_zone(self, country: str) -> bool:
        """Tell whether a country lies in one zone."""
        return len(self.zones_of(country)) == 1


@cache
def load_places() -> Places:
    """Read the shipped places."""
    return Places.model_validate(
        tomllib.loads(files("skiptrace.compliance").joinpath("places.toml").read_text(encoding="utf-8"))
    )


@cache
def _country_zones() -> dict[str, tuple[str, ...]]:
    """Zones of each country, from the list that comes with the tzdata wheel."""
    found: dict[str, list[str]] = {}
    for line in files("tzdata.zoneinfo").joinpath("zone.tab").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            country, _, zone = line.split("\t")[:3]
            found.setdefault(country, []).append(zone)
    return {country: tuple(zones) for country, zones in found.items()}
