"""How each world goes: how people live in it, and how those who sell data on them work."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["WORLDS", "Vendor", "Ways"]


@dataclass(frozen=True, kw_only=True)
class Vendor:
    """How a seller of data works."""

    name: str
    cover: float
    """Share of people it knows; of a source it copies, share of rows it takes."""
    lag: int = 30
    """Days before it hears of anything."""
    age: int = 900
    """Mean days that what it heard then lies back."""
    wrong: float = 0.06
    """Share of rows with somebody else's number."""
    keeps: float = 0.15
    """Share of rows that list an earlier number too."""
    restamps: float = 0.0
    """Share of rows that bear the day of the last update, not of the hearing."""
    pings: bool = False
    """Whether an update asks that the line be in service, whoever has it."""
    landline: float = 0.3
    """Preference for the number of the home where there is one."""
    copies: str = ""
    """Name of the vendor whose rows it takes over."""
    copy_lag: int = 150


_USUAL = (
    Vendor(name="bureau", cover=0.65, lag=40, age=700, wrong=0.05, keeps=0.25),
    Vendor(name="utility", cover=0.35, lag=20, age=600, wrong=0.04, keeps=0.05, landline=0.5),
    Vendor(name="retailer", cover=0.4, lag=15, age=1000, wrong=0.07),
    Vendor(name="directory", cover=0.35, lag=120, age=1500, wrong=0.1, landline=0.7, restamps=0.3),
)


@dataclass(frozen=True, kw_only=True)
class Ways:
    """How people live in a world."""

    vendors: tuple[Vendor, ...] = _USUAL
    churn: float = 0.22
    """Mean changes of mobile number a year; people differ."""
    handed_on: float = 0.4
    """Share of numbers given up that somebody else gets."""
    wait: int = 500
    """Mean days until then, beyond a quarantine of 45."""
    partners: float = 0.45
    parents: float = 0.2
    flatmates: float = 0.1
    parted: float = 0.1
    """Share of debtors who left the home and those in it."""
    landlines: float = 0.35
    alternates: float = 0.08
    """Share of debtors who gave the number of one near them as their own."""
    disclosed: float = 0.2
    """Share of those near a debtor whom the debtor named to the creditor."""
    kin_filed: float = 0.15
    """Share of those near a debtor of whom there is a record too."""
    strangers_filed: float = 0.05
    """Share of the new holders of old numbers of whom there is a record."""
    checked: float = 0.05
    """Share of the creditor's numbers put to a reassigned-numbers check."""
    works: float = 0.1
    """Share of debtors who gave the switchboard of a firm."""
    fillers: float = 0.01
    """Share of accounts with a number typed to fill the field: the shop's own, or one digit."""
    undated: float = 0.15
    migrated: float = 0.1
    """Share of accounts whose numbers all bear the day on which a new system took them over."""
    tries: float = 1.6
    """Mean attempts a number, of those that were dialled at all."""


WORLDS = {
    "stale": Ways(
        churn=0.5,
        handed_on=0.3,
        vendors=(
            *_USUAL,
            Vendor(name="archive", cover=0.6, lag=700, age=1200, wrong=0.05, keeps=0.5, restamps=0.5),
            Vendor(name="club", cover=0.3, lag=300, age=1500),
            Vendor(name="carrier", cover=0.25, lag=10, age=150, wrong=0.02, keeps=0.0, landline=0.0),
        ),
        migrated=0.25,
    ),
    "reassigned": Ways(
        churn=0.4,
        handed_on=0.85,
        wait=150,
        strangers_filed=0.35,
        checked=0.4,
        vendors=(
            *_USUAL,
            Vendor(name="verified", cover=0.55, lag=60, age=1400, restamps=0.9, pings=True),
            Vendor(name="carrier", cover=0.2, lag=10, age=150, wrong=0.02, keeps=0.0, landline=0.0),
        ),
    ),
    "household": Ways(
        partners=0.75,
        parents=0.45,
        flatmates=0.25,
        parted=0.3,
        landlines=0.6,
        alternates=0.3,
        disclosed=0.5,
        kin_filed=0.5,
        vendors=(
            *_USUAL,
            Vendor(name="address_list", cover=0.5, lag=60, age=800, wrong=0.35, landline=0.6),
        ),
    ),
    "copies": Ways(
        churn=0.3,
        works=0.35,
        fillers=0.12,
        vendors=(
            *_USUAL,
            Vendor(name="broker", cover=0.75, copies="directory", copy_lag=200),
            Vendor(name="reseller", cover=0.7, copies="broker", copy_lag=150),
            Vendor(name="aggregator", cover=0.6, copies="bureau", copy_lag=250),
            Vendor(name="scraper", cover=0.6, lag=10, age=200, wrong=0.75, keeps=0.0),
            Vendor(name="carrier", cover=0.35, lag=10, age=120, wrong=0.01, keeps=0.0, landline=0.0),
        ),
    ),
}
"""Name → how it goes there."""
