"""Seconds and peak memory of ``check`` on many proposals and a long history, and how both grow.

    python benchmarks/law_speed.py                                # five sizes, up to 1 M proposals and 10 M attempts
    python benchmarks/law_speed.py --proposals 250000 --attempts 10000000

Worlds are made straight as frames: people of many places and zones, some with two accounts, telephones shared with
others, mailboxes, addresses, third parties, consents, stops, attempts of all kinds and outcomes. Each size runs in a
process of its own, and only ``check`` is timed; the facts are in the peak.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

from skiptrace.compliance import Facts, check, load_rulebook
from skiptrace.contracts.inputs import ACCOUNTS, CONSENTS, INSTANT, RELATIONS
from skiptrace.contracts.stages import CODED_ATTEMPTS, CODED_STOPS, LEADS, PEOPLE, PROPOSALS
from skiptrace.settings import CheckParams, RulebookParams
from skiptrace.vocabulary import Channel, Outcome, Relation, StopKind, outcome_meanings

SIZES = (
    (250_000, 2_500_000),
    (500_000, 5_000_000),
    (1_000_000, 10_000_000),
    (1_000_000, 2_500_000),
    (250_000, 10_000_000),
)
AS_OF = datetime(2026, 11, 23, 9, tzinfo=UTC)
HORIZON_DAYS, HISTORY_DAYS = 7, 45
PLACES = pl.DataFrame(
    [
        ("US", "US-NY", "14201", None, ["America/New_York"]),
        ("US", "US-NY", "10001", None, ["America/New_York"]),
        ("US", "US-MA", "02108", None, ["America/New_York"]),
        ("US", "US-WA", None, "spokane", ["America/Los_Angeles"]),
        ("US", "US-FL", None, None, ["America/New_York", "America/Chicago"]),
        ("US", "US-OR", None, None, ["America/Los_Angeles", "America/Boise"]),
        ("US", "US-WV", "25301", None, ["America/New_York"]),
        ("US", "US-DC", "20001", None, ["America/New_York"]),
        ("US", "US-TX", None, None, ["America/Chicago", "America/Denver"]),
        ("US", None, None, None, ["America/Denver", "America/Phoenix"]),
        ("CN", "CN-SH", "200000", None, ["Asia/Shanghai"]),
        ("CN", None, None, None, ["Asia/Shanghai"]),
        ("GB", None, "M11AA", None, ["Europe/London"]),
        ("IN", "IN-MH", None, None, ["Asia/Kolkata"]),
        ("AU", "AU-NSW", "2000", None, ["Australia/Sydney"]),
        ("AU", None, None, None, ["Australia/Sydney", "Australia/Adelaide", "Australia/Perth"]),
        ("CA", "CA-ON", "M5V1A1", None, ["America/Toronto"]),
        ("CA", "CA-QC", "H2X1Y4", None, ["America/Toronto"]),
        ("JP", None, "1000001", None, ["Asia/Tokyo"]),
        ("KR", None, "03000", None, ["Asia/Seoul"]),
        ("ZA", None, None, None, ["Africa/Johannesburg"]),
        ("FR", None, None, "lyon", ["Europe/Paris"]),
    ],
    schema={"country": pl.String, "region": pl.String, "postal_code": pl.String, "city": pl.String}
    | {"zones": pl.List(pl.String)},
    orient="row",
)
SLOTS = {
    # kind of point, party, share of accounts that have one
    0: ("phone", "debtor", 1.0),
    1: ("phone", "debtor", 0.6),
    2: ("email", "debtor", 0.4),
    3: ("address", "debtor", 0.5),
    4: ("phone", "third_party", 0.1),
}


def main() -> None:
    """Print one line a size."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--proposals", type=int, help="one size instead of the five")
    parser.add_argument("--attempts", type=int, help="default: ten a proposal")
    parser.add_argument("--accounts", type=int, help="default: one a proposal, or one for ten attempts if that is more")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    chosen = [(options.proposals, options.attempts or 10 * options.proposals)] if options.proposals else SIZES
    if options.child:
        ((proposals, attempts),) = chosen
        print(
            json.dumps(measure(proposals, attempts, options.accounts or max(proposals, attempts // 10), options.seed))
        )
        return
    print(f"{'proposals':>10} {'attempts':>11} {'seconds':>8} {'peak MB':>8} {'facts MB':>8}  verdicts")
    for proposals, attempts in chosen:
        child = [sys.executable, __file__, "--child", "--seed", str(options.seed)]
        child += ["--proposals", str(proposals), "--attempts", str(attempts)]
        child += ["--accounts", str(options.accounts)] if options.accounts else []
        found = json.loads(subprocess.run(child, check=True, capture_output=True, text=True).stdout)
        shares = " ".join(f"{verdict} {share:.3f}" for verdict, share in found["verdicts"].items())
        print(
            f"{proposals:>10,} {attempts:>11,} {found['seconds']:>8.1f} {found['peak']:>8,.0f}"
            f" {found['before']:>8,.0f}  {shares}",
            flush=True,
        )


def measure(proposals: int, attempts: int, accounts: int, seed: int) -> dict[str, object]:
    """Time one check in this process."""
    facts, asked = make_world(proposals, attempts, accounts, seed)
    rulebook = load_rulebook(RulebookParams())
    before = peak_mb()
    began, busy = time.perf_counter(), time.process_time()
    verdicts = check(asked, facts, rulebook, AS_OF, CheckParams())
    seconds, busy = time.perf_counter() - began, time.process_time() - busy
    counts = verdicts["verdict"].value_counts().sort("verdict")
    shares = {verdict: count / verdicts.height for verdict, count in counts.iter_rows()}
    return {"seconds": seconds, "busy": busy, "peak": peak_mb(), "before": before, "verdicts": shares}


def peak_mb() -> float:
    """Return the most memory this process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def make_world(proposals: int, attempts: int, accounts: int, seed: int) -> tuple[Facts, pl.DataFrame]:
    """Return what is known, and the proposals."""
    rng = np.random.default_rng(seed)
    people = _accounts(accounts, rng)
    leads = _leads(people, rng)
    related = leads.filter(pl.col("party") == "third_party")
    relations = related.select("relation_id", "account_id", "relation")
    made = _attempts(attempts, people, leads, rng)
    facts = Facts(
        people=_people(people, related),
        leads=LEADS.conform(leads.drop("place", "account", "channel")),
        attempts=made,
        stops=_stops(people, leads, rng),
        consents=_consents(leads, rng),
        accounts=ACCOUNTS.conform(people.select("account_id", "person_id", "tag", "product", "notice_sent_on")),
        relations=RELATIONS.conform(relations),
    )
    return facts, _proposals(proposals, leads, made, rng)


def _names(letter: str, count: int) -> pl.Series:
    return pl.select(pl.format(letter + "{}", pl.int_range(count).cast(pl.String).str.zfill(9))).to_series()


def _pick(words: list[str | None], count: int, rng: np.random.Generator, p: list[float] | None = None) -> pl.Series:
    return pl.Series(words, dtype=pl.String).gather(rng.choice(len(words), count, p=p).astype(np.uint32))


def _moments(first: float, last: float, count: int, rng: np.random.Generator) -> pl.Series:
    """Return whole seconds so many days from now."""
    start = int(AS_OF.timestamp())
    seconds = rng.integers(start + int(first * 86_400), start + int(last * 86_400), count)
    return pl.Series(seconds * 1_000_000).cast(INSTANT)


def _accounts(count: int, rng: np.random.Generator) -> pl.DataFrame:
    """Return accounts, a fifth of which are one of two of a person: ``twin`` is the other one's number."""
    number = np.arange(count, dtype=np.uint32)
    paired = (number % 10 < 2) & ((number | 1) < count)  # noqa: PLR2004  # two of ten
    names = _names("A", count)
    person = "P" + names.gather(number & ~np.uint32(1))
    return pl.DataFrame(
        {
            "account_id": names,
            "person_id": pl.select(pl.when(pl.lit(pl.Series(paired))).then(pl.lit(person))).to_series(),
            "account": number,
            "twin": np.where(paired, number ^ 1, number).astype(np.uint32),
            "place": rng.integers(0, PLACES.height, count).astype(np.uint32),
            "tag": _pick([None, "lost", "dispute"], count, rng, [0.96, 0.02, 0.02]),
            "product": _pick(["loan", "credit card", None], count, rng, [0.6, 0.37, 0.03]),
            "notice_sent_on": AS_OF.date() - timedelta(days=1) * pl.Series(rng.integers(1, 200, count)),
        }
    )


def _people(people: pl.DataFrame, related: pl.DataFrame) -> pl.DataFrame:
    where = PLACES[people["place"]].drop("zones")
    own = people.select("account_id", "person_id", record_id="account_id", table=pl.lit("accounts")).hstack(where)
    theirs = related.select("account_id", "relation", record_id="relation_id", table=pl.lit("relations")).hstack(
        PLACES[related["place"]].drop("zones")
    )
    both = pl.concat([own, theirs], how="diagonal").with_columns(source=pl.col("table"), kind=pl.lit("person"))
    return PEOPLE.conform(both)


def _leads(people: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Return LEADS by account, with ``account`` and ``place`` (numbers)."""
    parts = []
    for slot, (kind, party, share) in SLOTS.items():
        has = np.flatnonzero(rng.random(people.height) < share).astype(np.uint32)
        own = people[has]
        # The accounts of one person have their first telephone in common; one in a hundred is a stranger's too.
        holder = np.minimum(has, own["twin"].to_numpy()) if slot == 0 else has
        holder = np.where(rng.random(has.size) < 0.01, holder // 100 * 100, holder) if kind == "phone" else holder  # noqa: PLR2004
        ending = pl.Series(holder).cast(pl.String).str.zfill(7)
        point = {
            "phone": f"+99{slot}" + ending,
            "email": ending + f"@example{slot}.com",
            "address": ending + " example street",
        }
        elsewhere = rng.random(has.size) < 0.1  # noqa: PLR2004
        place = np.where(elsewhere, rng.integers(0, PLACES.height, has.size), own["place"].to_numpy()).astype(np.uint32)
        there = PLACES[place]
        consented = rng.integers(0, 2, has.size).astype(bool) if slot in {1, 4} else np.zeros(has.size, dtype=bool)
        third = party == "third_party"
        parts.append(
            own.select("account_id", "account").with_columns(
                point_key=point[kind],
                contact_point=point[kind],
                kind=pl.lit(kind),
                rank=pl.lit(1 + slot % 2, pl.Int64),
                party=pl.lit(party),
                place=pl.Series(place),
                zones=there["zones"] if kind == "phone" else pl.lit([], pl.List(pl.String)),
                places=pl.concat_list(pl.lit(there["region"].fill_null(there["country"])))
                if kind != "email"
                else pl.lit([], pl.List(pl.String)),
                label=_pick([None, "home", "work", "mobile"], has.size, rng, [0.4, 0.3, 0.1, 0.2]),
                line_type=_pick(["mobile", "fixed"], has.size, rng) if kind == "phone" else pl.lit(None, pl.String),
                relation=_pick([one.value for one in Relation], has.size, rng) if third else pl.lit(None, pl.String),
                relation_id=("R" + own["account_id"]) if third else pl.lit(None, pl.String),
                own=pl.lit(pl.Series(~consented)) if not third else pl.lit(value=False),
                consent_id=pl.when(pl.lit(pl.Series(consented | third))).then(
                    pl.lit(f"C{slot}") + pl.lit(own["account_id"])
                ),
                last_seen=AS_OF.date() - timedelta(days=1) * pl.Series(rng.integers(0, 400, has.size)),
                reassignment_checked_on=_moments(-90, 0, has.size, rng) if kind == "phone" else pl.lit(None, INSTANT),
                reassignment_result=_pick(
                    [None, "not_reassigned", "no_data", "reassigned"], has.size, rng, [0.3, 0.6, 0.08, 0.02]
                ),
            )
        )
    listed = (
        pl.when(pl.col("consent_id").is_not_null())
        .then(pl.concat_list("consent_id"))
        .otherwise(pl.lit([], pl.List(pl.String)))
    )
    channels = {"phone": "call", "email": "email", "address": "letter"}
    return (
        pl.concat(parts)
        .sort("account", maintain_order=True)
        .with_columns(consent_ids=listed, channel=pl.col("kind").replace_strict(channels))
    )


def _consents(leads: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    given = leads.filter(pl.col("consent_id").is_not_null()).select("consent_id", given_by="party")
    count = given.height
    purposes = pl.Series([["locate"], ["contact"], ["locate", "contact", "share"]], dtype=pl.List(pl.String))
    return CONSENTS.conform(
        given.with_columns(
            given_to=_pick(["this_collector", "creditor", None], count, rng, [0.85, 0.13, 0.02]),
            basis=_pick(["consent", "separate_consent", "legitimate_interest"], count, rng, [0.7, 0.2, 0.1]),
            purposes=purposes.gather(rng.choice(3, count, p=[0.1, 0.2, 0.7]).astype(np.uint32)),
            scope=_pick([None, "call_back"], count, rng, [0.8, 0.2]),
            given_at=_moments(-60, -1, count, rng),
            valid_until=_moments(-10, 300, count, rng),
        )
    )


def _stops(people: pl.DataFrame, leads: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    count = people.height // 25
    point = leads[rng.integers(0, leads.height, count).astype(np.uint32)]
    whole = pl.Series(rng.random(count) < 0.5)  # noqa: PLR2004
    kind = _pick([one.value for one in StopKind], count, rng)
    hours = pl.when(pl.lit(kind) == "inconvenient_time").then(
        pl.lit(_pick(["Mon-Fri 08:00-17:30", "22:00-09:00", "mornings"], count, rng))
    )
    return CODED_STOPS.conform(
        point.select(
            "account_id",
            contact_point=pl.when(~pl.lit(whole)).then("contact_point"),
            point_key=pl.when(~pl.lit(whole)).then("point_key"),
            kind=pl.lit(kind),
            since=_moments(-90, 3, count, rng),
            until=_moments(1, 60, count, rng),
            detail=hours,
        )
    )


def _attempts(count: int, people: pl.DataFrame, leads: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Return attempts on the accounts' own points, by account and not by time, as files of several dialers are."""
    at = np.sort(rng.integers(0, leads.height, count).astype(np.uint32))
    meanings = outcome_meanings()
    common = {
        "no_answer": 60.0,
        "delivered": 30.0,
        "sent": 30.0,
        "voicemail": 8.0,
        "busy": 8.0,
        "opted_out": 0.05,
        "complained": 0.05,
        "wrong_number": 0.2,
    }
    kinds = leads["channel"].gather(at)
    outcome = np.zeros(count, dtype=np.uint32)
    for channel in (Channel.CALL, Channel.EMAIL, Channel.LETTER):
        words = meanings.filter(pl.col("channels").list.contains(channel.value))["outcome"].to_list()
        weights = np.array([common.get(word, 1.0) for word in words])
        mine = np.flatnonzero((kinds == channel.value).to_numpy())
        codes = np.array([list(Outcome).index(Outcome(word)) for word in words], dtype=np.uint32)
        outcome[mine] = codes[rng.choice(codes.size, mine.size, p=weights / weights.sum())]
    twins = people["twin"].gather(leads["account"].gather(at))
    pairs = pl.DataFrame({"one": people["account_id"], "other": people["account_id"].gather(people["twin"])})
    about_both = (rng.random(count) < 0.2) & (twins != leads["account"].gather(at)).to_numpy()  # noqa: PLR2004
    debts = pairs.select(pl.concat_list("one", "other")).to_series()
    points = leads["point_key"].gather(at)
    texts = (rng.random(count) < 0.15) & (kinds == "call").to_numpy()  # noqa: PLR2004
    sms = pl.Series(["delivered"]).new_from_index(0, 1)
    frame = pl.DataFrame(
        {
            "attempt_id": _names("T", count),
            "account_id": leads["account_id"].gather(at),
            "channel": kinds.zip_with(pl.Series(~texts), pl.Series(["sms"])),
            "contact_point": points,
            "point_key": points,
            "started_at": _moments(-HISTORY_DAYS, 0, count, rng),
            "outcome": pl.Series([one.value for one in Outcome] + [None], dtype=pl.String)
            .gather(np.where(rng.random(count) < 0.002, len(Outcome), outcome).astype(np.uint32))  # noqa: PLR2004
            .zip_with(pl.Series(~texts), sms),
            "direction": _pick(["outbound", "inbound"], count, rng, [0.97, 0.03]),
            "debt_ids": debts.gather(
                pl.select(pl.when(pl.lit(pl.Series(about_both))).then(pl.lit(leads["account"].gather(at)))).to_series()
            ),
            "campaign": _pick([None, "notice"], count, rng, [0.9, 0.1]),
        }
    )
    again = frame[rng.integers(0, count, count // 1000).astype(np.uint32)].with_columns(outcome=pl.lit("right_party"))
    return CODED_ATTEMPTS.conform(pl.concat([frame, again]))


def _proposals(count: int, leads: pl.DataFrame, made: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    lead = leads[rng.integers(0, leads.height, count).astype(np.uint32)]
    asked = lead.select("account_id", "contact_point", "point_key", "party", "relation", "channel").with_columns(
        proposal_id=_names("", count),
        at=_moments(-0.1, HORIZON_DAYS, count, rng),
        channel=pl.when(pl.lit(pl.Series(rng.random(count) < 0.1)) & (pl.col("channel") == "call"))  # noqa: PLR2004
        .then(pl.lit("sms"))
        .otherwise("channel"),
        purpose=pl.when(pl.col("party") == "third_party").then(pl.lit("location_only")),
        in_reply_to=made["attempt_id"].gather(rng.integers(0, made.height, count).astype(np.uint32)),
        problem=_pick([None, "at: no offset from UTC"], count, rng, [0.995, 0.005]),
    )
    return PROPOSALS.conform(
        asked.with_columns(in_reply_to=pl.when(pl.int_range(pl.len()) % 50 == 0).then("in_reply_to"))
    )


if __name__ == "__main__":
    main()
