"""Settings of the schedule: horizon, slots, capacity, cadence, what a contact is worth, exploration."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from skiptrace.shifts import MOST, CapacityPlan

__all__ = ["PlanParams"]


class PlanParams(BaseModel):
    """How the schedule is made."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    horizon_days: int = Field(default=7, ge=1, le=60)
    slot_minutes: int = Field(default=30, ge=15, le=60)
    max_attempts_per_account: int = Field(default=2, ge=1, le=20)
    """Attempts of one account in one plan, all channels together; the text after a missed call belongs to its call."""
    calls_per_slot: int = Field(default=500, ge=0, le=MOST)
    """Calls that the lines and agents can make in one slot."""
    messages_per_slot: int = Field(default=5_000, ge=0, le=MOST)
    letters_per_day: int = Field(default=1_000, ge=0, le=MOST)
    capacity: CapacityPlan | None = None
    """Capacity by weekday and hour, which goes before the three numbers above; ``--capacity`` reads it from a file."""
    min_p_reach: float = Field(default=0.001, ge=0, le=1)
    """Attempts less likely to reach the debtor are not worth disturbing anybody for."""
    max_attempts_per_person: int = Field(default=4, ge=1, le=100)
    """Attempts of one debtor in one plan over all accounts with one person_id; a single account has its own bound."""
    min_window_s: int = Field(default=60, ge=1)
    """Shorter windows cannot be hit by a dialer that looks once a minute."""
    min_gap_hours: float = Field(default=20, ge=0)
    """From the end of one window to the next of the same person: a day, with room for an earlier hour of it."""
    wait_cost_per_day: float = Field(default=0.01, ge=0, lt=1)
    """What an attempt loses by each day it waits: what is known of a lost debtor goes stale, and wave 2 needs room."""
    repeat_share: float = Field(default=0.7, ge=0, le=1)
    """What stays of p_reach on a contact point whose first attempt in this plan did not reach: it speaks against it."""
    message_worth: float = Field(default=0.5, ge=0, le=1)
    """A reply by text or e-mail within a day, against a conversation now: it still has to be followed up."""
    letter_worth: float = Field(default=0.1, ge=0, le=1)
    """The same for an answer within two weeks: it comes late and costs postage; letters go where little else does."""
    location_worth: float = Field(default=0.1, ge=0, le=1)
    """Right-party contacts that an answered location call to a third party leads to."""
    value: Literal["contacts", "money"] = "contacts"
    """What counts: every debtor reached alike, or by what is owed. Where slots are few, money lets small debts wait."""
    rate_of_balance: float = Field(default=0.05, gt=0)
    """Share of the balance that a right-party contact brings in; scales what is told, not the plan."""
    exchange_rates: dict[str, Annotated[float, Field(gt=0)]] = Field(default_factory=dict)
    """What one unit of each currency is worth in that of the plan; needed where balances are in several."""
    explore_share: float = Field(default=0.0, ge=0, le=0.5)
    """Share of persons, chosen by lot, who are planned by a draw of their reach, so that more is learned of it; the
    schedule then says how likely the plan was to choose what it chose. 0 = always what seems best."""
    explore_draws: int = Field(default=30, ge=1)
    """Draws from which it is told how likely that was."""
    max_ring_s: int = Field(default=28, ge=1)
    """Five or six rings; longer makes no more reaches and more complaints."""
    text_at_once_share: float = Field(default=0.7, ge=0)
    """A text message right after a missed call must be at least this share as likely to be answered, going by the hour
    alone, as a later one whose place it takes: beside a missed call it is read sooner. Above 1, hardly any is moved."""
    cadences: tuple[str, ...] = ()
    """Files of further cadences; one with a shipped id takes its place."""
    treatments: str | None = None
    """File with a table of treatments, in the place of the shipped one."""
    round_days: int = Field(default=14, ge=0)
    """Attempts of these last days, since the debtor was last reached, are waves that a plan goes on from, and it tries
    other ways than they did; older ones say little of how somebody is best reached now."""
    retry_days: int = Field(default=7, ge=0, le=365)
    """A contact point is tried again at a time of day at which it failed once so many days have passed: people's weeks
    are alike, and it may still be the likeliest time."""
    history_days: int = Field(default=365, ge=1)
    """Replies, refusals, hang-ups and promises further back say little of how somebody is now."""
    hang_up_s: float = Field(default=10, ge=0)
    """A call that somebody answered and that lasted no longer was cut short: nobody says who they are in less."""
    max_accounts_per_person: int = Field(default=50, ge=1)
    """A person_id with more accounts is a filler value (0, unknown): its accounts' histories are not one debtor's."""
    promise_days: int = Field(default=30, ge=1)
    """A promise of which only the call is known is told kept or broken by the arrears from this age on."""
    promise_rest_days: int = Field(default=7, ge=0)
    """Who promised to pay, on a day that the creditor has not told yet, is left alone for as long."""
