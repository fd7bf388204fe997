"""Settings: one frozen set of parameters a stage, read from TOML.

Every cut-off is a named field here with its reason. An unknown key is an error that names the nearest known one.
"""

from __future__ import annotations

import difflib
import tomllib
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from skiptrace.dialer_settings import ExportParams
from skiptrace.errors import SettingsError
from skiptrace.plan_settings import PlanParams

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "BacktestParams",
    "CheckParams",
    "ExportParams",
    "IngestParams",
    "LearnParams",
    "LinkParams",
    "NormaliseParams",
    "PlanParams",
    "RulebookParams",
    "Settings",
    "TemplatesParams",
    "TraceParams",
    "load_settings",
]


class Params(BaseModel):
    """Frozen, keyword-only, and strict about its keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class IngestParams(Params):
    """How files are read."""

    time_zone: str | None = None
    """Zone of times that carry no offset; without it such a time is rejected."""
    date_order: str | None = Field(default=None, pattern="^(dmy|mdy|ymd)$")
    """Order of ambiguous dates; without it, it is deduced from each column."""
    columns: dict[str, str] = Field(default_factory=dict)
    """Further header aliases: header as it stands in the file → column of the contract."""
    outcomes: dict[str, str] = Field(default_factory=dict)
    """Further outcome codes: code as it stands in the file → canonical outcome."""
    max_cell_bytes: int = Field(default=1_000_000, ge=1_000)
    """A longer cell is rejected: no field of the contract needs one, and a broken quote makes them."""
    clock_ahead_s: int = Field(default=300, ge=0)
    """A result may be dated this many seconds after it came in: a dialer's clock is never quite ours. Later, it is the
    zone or the clock that is wrong."""


class NormaliseParams(Params):
    """How values are brought to canonical form."""

    default_country: str | None = Field(default=None, pattern="^[A-Z]{2}$")
    """Country of phones and addresses whose row names none."""
    keep_national_id: bool = False
    """Keep national ids as read in the casefile; otherwise only a keyed hash and the last four."""


class LinkParams(Params):
    """How records are put together."""

    match_probability: float = Field(default=0.5, ge=0.5, le=1)
    """Pairs at or above are matches: more likely one person than two. A lead keeps the probability of the matches on
    its way, so that a doubtful match stays a doubtful lead."""
    impersonal_probability: float = Field(default=0.97, ge=0.5, le=1)
    """The same for pairs of people in which no birth date, id, phone or e-mail agrees: a name, a home and an employer
    are what a family has in common, and to take two of one home for one person tells one of the other's debt."""
    possible_probability: float = Field(default=0.1, ge=0, le=1)
    """Pairs at or above, below a match, are possible matches for clerical review."""
    related_probability: float = Field(default=0.5, ge=0, le=1)
    """Pairs more likely two people of one household or workplace than this are reported as possibly related."""
    least_namesakes: float = Field(default=0.2, ge=0)
    """Other people of the same name are never taken to be fewer than this share of a row's other rows. Third-party
    records were found by searching for a name, so that a name alone must stay short of a match; a file on its own says
    itself how rare its names are, and `match` takes 0.01."""
    max_key_holders: int = Field(default=200, ge=2)
    """Rows under one blocking key beyond which the key says too little to compare them all."""
    pairs_per_row: float = Field(default=2, gt=0)
    """Pairs a row that one blocking rule may bring; its largest keys are left out first. More finds little: rows that
    many others are like match only those they are like in several ways, and these have rules of their own."""
    random_pairs: int = Field(default=300_000, ge=0)
    """Pairs drawn at random to see how often strangers agree: enough for one agreement in 10,000."""
    chunk_pairs: int = Field(default=1_000_000, ge=1_000)
    """Pairs compared at a time; bounds memory and never changes a result."""
    max_accounts_per_person: int = Field(default=50, ge=1)
    """A person_id with more accounts is a filler value (0, unknown), not one debtor."""
    max_judged_cluster: int = Field(default=200, ge=3)
    """Rows held together by matches beyond which weaker matches are dropped first: no person has so many records."""
    max_birth_gap_days: int = Field(default=800, ge=1)
    """Two full birth dates further apart, and not a slip of the pen, are two people's however many rows lie between."""
    relearn_share: float = Field(default=0.2, ge=0, le=1)
    """Share of the rows that the model was trained on which may have come, changed or gone before all is linked anew.
    Until then what rests on the file as a whole (model, how common names are, which keys are hot) is off by no more."""


class TraceParams(Params):
    """How leads are found."""

    min_owner: float = Field(default=0.02, ge=0, le=1)
    """Leads less likely the debtor's own than this are left out: they would be calls to strangers. Points that the
    account itself or its relations name always stay, as the law of places looks at every number on file."""
    min_link: float = Field(default=0.5, ge=0, le=1)
    """A record tied to the account by less, over all steps, is more likely another person's."""
    max_steps: int = Field(default=2, ge=1, le=4)
    """Matches on the way from account to record: most clusters are stars around one good record."""
    max_links: int = Field(default=50, ge=1)
    """Pairs followed from one record, the best first, so that a wrongly merged crowd stays affordable."""
    max_accounts_per_person: int = Field(default=50, ge=1)
    """A person_id with more accounts is a filler value (0, unknown), not one debtor."""
    prior_own: float = Field(default=0.85, gt=0, lt=1)
    """A point just seen that the creditor holds is the debtor's: the debtor gave it, but is lost by now."""
    prior_record: float = Field(default=0.7, gt=0, lt=1)
    """The same for a third-party source: it may have mistaken the person."""
    prior_relation: float = Field(default=0.8, gt=0, lt=1)
    """The same for a point of a related person, which the debtor named, and for the relation itself."""
    source_least: int = Field(default=10, ge=1)
    """Tried points that a source must have named before what it is worth is learned by itself."""
    source_costs: dict[str, float] = Field(default_factory=dict)
    """What a record of a source costs, in any one currency; for the scorecard of sources."""
    suggest_least: float = Field(default=0.01, ge=0, le=1)
    """A look-up that is expected to gain fewer right-party contacts is not suggested."""
    owner_half_life_days: float = Field(default=365, gt=0)
    """A sighting loses half of what can be lost in this time: people who are lost have moved and switched faster than
    others, of whom a tenth do in a year."""
    owner_stale_share: float = Field(default=0.25, ge=0, le=1)
    """What stays of the prior however old a sighting is: some people never change their number."""
    undated_days: float = Field(default=365, ge=0)
    """Age taken for a sighting without a date: unknown is not bad, but it is not fresh either."""
    sharers_personal: float = Field(default=2, gt=0)
    """Strangers on one mobile or mailbox that halve the belief in any of them."""
    sharers_home: float = Field(default=5, gt=0)
    """The same for landlines and addresses, which households share."""
    max_sharing: int = Field(default=8, ge=2)
    """Entities at one address or phone beyond which it is a tower, a PO box or a switchboard, and relates nobody."""
    filler_share: float = Field(default=0.05, ge=0, le=1)
    """What stays of the belief in values typed to fill a mandatory field (999-9999, test@)."""
    service_line_share: float = Field(default=0.05, ge=0, le=1)
    """What stays of the belief in toll-free and premium lines: firms have them, debtors hardly."""
    with_relation_share: float = Field(default=0.9, ge=0, le=1)
    """What stays of the belief in a point that a relation has too: it may be theirs alone."""
    reassigned_factor: float = Field(default=50, gt=1)
    """Odds against the debtor after the answer `reassigned`; outcomes before that check no longer speak for them."""
    not_reassigned_factor: float = Field(default=3, gt=1)
    """Odds for the debtor after a fresh `not_reassigned`, fading with its age."""
    check_half_life_years: float = Field(default=0.5, gt=0)
    """After this time the answer `not_reassigned` counts half."""
    lost_per_year: float = Field(default=0.3, ge=0)
    """Rate at which points that are no longer the debtor's ceased to be, looking back from today: how far an outcome of
    long ago speaks of the state of then rather than of now."""
    learn_least: int = Field(default=100, ge=1)
    """Contact points of a kind that must have been tried before what clues are worth is learned from attempts."""
    worth_weight: float = Field(default=1.5, gt=0)
    """How strongly the worth of a clue is held towards nothing: the precision of a normal prior, in 1/nats²."""
    shares_weight: float = Field(default=200, gt=0)
    """Attempts in each state that the stated shares of outcomes count for."""
    live_mobile: float = Field(default=0.85, gt=0, lt=1)
    """A mobile just seen still works."""
    live_line: float = Field(default=0.75, gt=0, lt=1)
    """The same for a landline, VoIP or unknown line, which are given up more often."""
    live_email: float = Field(default=0.8, gt=0, lt=1)
    """The same for a mailbox: it takes mail, whether or not anybody reads it."""
    live_address: float = Field(default=0.9, gt=0, lt=1)
    """The same for an address: buildings last, mail is mostly delivered."""
    live_half_life_days: float = Field(default=1_095, gt=0)
    """A point unseen for this time has lost half of what can be lost."""
    live_stale_share: float = Field(default=0.5, ge=0, le=1)
    """What stays of liveness however old the sighting: numbers given up are handed to somebody else and work again."""


class LearnParams(Params):
    """How reach is learned."""

    half_life_days: float = Field(default=180, gt=0)
    """After this time an attempt counts half: people change jobs and shifts."""
    rate_call: float = Field(default=0.2, gt=0, lt=1)
    """Stated rate, before any data: calls to a person's own live number that reach them."""
    rate_sms: float = Field(default=0.06, gt=0, lt=1)
    """The same for text messages answered within a day."""
    rate_email: float = Field(default=0.03, gt=0, lt=1)
    """The same for e-mails answered within a day."""
    rate_letter: float = Field(default=0.03, gt=0, lt=1)
    """The same for letters answered within 14 days."""
    rate_visit: float = Field(default=0.3, gt=0, lt=1)
    """The same for visits."""
    night_cost: float = Field(default=2.0, ge=0)
    """Log-odds that the hours of sleep cost calls and visits, before any data (texts: half)."""
    person_spread: float = Field(default=1.0, gt=0)
    """Standard deviation of log-odds between persons, before any data: who is called matters most."""
    cohort_spread: float = Field(default=0.3, gt=0)
    """The same between cohorts of one factor (kind, place, age band, employment, product)."""
    routine_variance: float = Field(default=0.3, ge=0)
    """Variance of log-odds between a person's own hours, where too few attempts are held out to learn it."""
    soft_weight: float = Field(default=0.5, ge=0, le=1)
    """A message sent and never answered, of which nobody says that it arrived, counts for this much of a failure."""
    presence_weight: float = Field(default=0.5, ge=0, le=1)
    """A sign that somebody had time at an hour (inbound, reply, unverified answer) counts for this much of a trial."""
    declined_ring_s: float = Field(default=12, ge=0)
    """An unanswered call that rang for less, three seconds at least, was pushed away by somebody who has the phone in
    hand: a ring and its pause take six. 0 = ring times tell nothing, as where dialers give up early."""
    held_out_share: float = Field(default=0.25, gt=0, lt=1)
    """Share of the attempts, the last ones, on which forecasts are calibrated and measured."""
    held_out_persons: int = Field(default=60_000, ge=1)
    """Persons on whom forecasts are tried, evenly spread; more would change calibration in the third digit."""
    least_held_out: int = Field(default=50, ge=1)
    """With fewer attempts held out, calibration would be noise: forecasts leave as the model makes them."""
    fit_persons: int = Field(default=6_000, ge=1)
    """Persons from whom the profile of the week and the spreads are learned; more would change the third digit."""
    cold_steps: int = Field(default=6, ge=1)
    """Steps of expectation-maximisation from the stated rates."""
    relearn_share: float = Field(default=0.2, ge=0, le=1)
    """Share by which the attempts may have grown before what is common to all is learned anew; until then each person
    is forecast by what was learned, from all of their own attempts."""
    warm_steps: int = Field(default=2, ge=1)
    """Steps from what was learned without the held-out attempts."""


class CheckParams(Params):
    """How proposals are judged."""

    expected_call_s: float = Field(default=300, ge=0)
    """Length of a call whose proposal states none."""


class BacktestParams(Params):
    """How forecasts are held against what came of them; no plan depends on it."""

    test_share: float = Field(default=0.25, gt=0, lt=1)
    """Share of the attempts, the last ones, that are forecast from the earlier ones."""
    least_train: int = Field(default=150, ge=1)
    """Earlier attempts whose outcome tells; from fewer, learning has hardly left the stated rates."""
    least_test: int = Field(default=50, ge=1)
    """Later ones; with fewer, the error of every figure is wider than what methods differ by."""
    clip: float = Field(default=50, gt=1)
    """The largest weight of one attempt in the value of a plan: what a log chooses less than once in fifty times is no
    support, unless it is so long that it holds it often all the same (square root of its length, if that is more)."""
    most_unsupported: float = Field(default=0.1, ge=0, lt=1)
    """Share of a plan's choices without support beyond which the log cannot tell its value."""
    least_effective: float = Field(default=50, ge=1)
    """Effective sample below which it cannot: the interval would be wider than any two plans differ by."""
    most_decisions: int = Field(default=40_000, ge=1)
    """Calls from which the value of a plan is told, whole accounts drawn by seed; more would change the third digit."""
    least_band: int = Field(default=200, ge=1)
    """Forecasts of an age band below which its calibration is not told: it would be noise about a few people."""
    least_drift: int = Field(default=50, ge=1)
    """Results from which on it is told whether the plan's stated chances came true."""


class RulebookParams(Params):
    """Where law comes from."""

    paths: tuple[str, ...] = ()
    """Further packs, read after the shipped ones."""


class TemplatesParams(Params):
    """Where texts come from."""

    paths: tuple[str, ...] = ()
    """Further files of texts; one with a shipped id takes its place."""
    reviewed_languages: tuple[str, ...] = ()
    """Languages (BCP 47) of which the lint knows no words, and whose texts a person has read and found harmless."""


class Settings(Params):
    """All parameters of a run."""

    ingest: IngestParams = IngestParams()
    normalise: NormaliseParams = NormaliseParams()
    link: LinkParams = LinkParams()
    trace: TraceParams = TraceParams()
    learn: LearnParams = LearnParams()
    check: CheckParams = CheckParams()
    plan: PlanParams = PlanParams()
    backtest: BacktestParams = BacktestParams()
    export: ExportParams = ExportParams()
    rulebook: RulebookParams = RulebookParams()
    templates: TemplatesParams = TemplatesParams()
    columns: dict[str, str] = Field(default_factory=dict)
    """Further header aliases; the same as ``[ingest.columns]``."""


def load_settings(path: Path | None) -> Settings:
    """Read settings from a TOML file; without one, the defaults.

    Raises
    ------
    SettingsError
        If the file cannot be read, is not TOML, or holds an unknown key or a value out of bounds. The message names
        the key and, for an unknown one, the nearest known.
    """
    return Settings() if path is None else parse_settings(_read(path), path.name)


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SettingsError(f"{path.name}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path.name}: not UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path.name}: not TOML: {error}") from error


def parse_settings(values: dict[str, Any], name: str = "settings") -> Settings:
    """Validate settings that have been read already.

    Examples
    --------
    >>> parse_settings({"plan": {"horizon_day": 3}})
    Traceback (most recent call last):
        ...
    skiptrace.errors.SettingsError: settings: unknown key plan.horizon_day; nearest known: horizon_days
    """
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        raise SettingsError(f"{name}: {_explain(error)}") from error
    if settings.columns:
        merged = settings.ingest.model_copy(update={"columns": {**settings.ingest.columns, **settings.columns}})
        settings = settings.model_copy(update={"ingest": merged, "columns": {}})
    return settings


def _explain(error: ValidationError) -> str:
    errors = error.errors(include_url=False, include_context=False)
    # A key that was mistyped is often missing, too.
    first = next((one for one in errors if one["type"] == "extra_forbidden"), errors[0])
    where = [str(part) for part in first["loc"]]
    if first["type"] != "extra_forbidden":
        said = first["msg"].removeprefix("Value error, ")
        return f"{'.'.join(where)}: {said[:1].lower()}{said[1:]}"
    known = _fields(where[:-1], Settings)
    near = difflib.get_close_matches(where[-1], known, n=1, cutoff=0)
    return f"unknown key {'.'.join(where)}; nearest known: {near[0]}"


def _fields(where: list[str], model: type[BaseModel]) -> list[str]:
    for part in where:
        if part.isdecimal():
            continue  # which of several
        annotation = model.model_fields[part].annotation
        model = next((arg for arg in get_args(annotation) if isinstance(arg, type)), annotation)  # type: ignore[assignment]
    return list(model.model_fields)
