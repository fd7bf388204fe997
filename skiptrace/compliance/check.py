"""Check proposals against contact law: one verdict a proposal, unknown means no."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from skiptrace.compliance.coding import coded_facts
from skiptrace.compliance.docket import HOUSE_PLACE, HOUSE_ZONE, Docket, Known, know, make_docket
from skiptrace.compliance.findings import ALLOW, DENY, HEALS_NEVER, REVIEW
from skiptrace.compliance.history import CHANNEL, ID
from skiptrace.compliance.hours import Timetable, next_opening
from skiptrace.compliance.provisions import findings, in_order
from skiptrace.compliance.wording import told
from skiptrace.contracts.inputs import INSTANT
from skiptrace.contracts.outputs import VERDICTS
from skiptrace.contracts.stages import PROPOSALS
from skiptrace.tables import one_of
from skiptrace.vocabulary import Channel, Party, Purpose, Verdict

if TYPE_CHECKING:
    from datetime import datetime

    from skiptrace.compliance.facts import Facts
    from skiptrace.compliance.rulebook import Rulebook
    from skiptrace.settings import CheckParams

__all__ = ["BUILT_IN", "HOUSE_PERMIT", "INPUT", "check", "docket_of", "judge_docket", "texts_of"]

INPUT = "input"
HOUSE_POINT = "house.point"
HOUSE_PERMIT = "house.permit"
"""Said at the last gate only: a proposal needs no permit, a row that goes out does."""
BUILT_IN = {
    INPUT: "the proposal cannot be read, or names no known account",
    HOUSE_POINT: "no table gives this contact point to the account, or to this party",
    HOUSE_PLACE: "no place is known, or one where the person may be has no pack (for letters, none but from memory)",
    HOUSE_ZONE: "no time zone is known, so no local time",
    HOUSE_PERMIT: "no permit was issued for this row as it stands",
}
"""Denials that are no provision of the rulebook: provision → reason."""
BUILT_IN_CITATION = "house rule: unknown means no"
CHUNK = 250_000
"""Rows judged at once, so that memory stays bounded."""
ELECTRONIC = (Channel.SMS, Channel.EMAIL)
_MICRO = 1_000_000


def check(
    proposals: pl.DataFrame,
    facts: Facts,
    rulebook: Rulebook,
    as_of: datetime,
    params: CheckParams,
    *,
    telling: bool = True,
) -> pl.DataFrame:
    """Judge each proposal alone against what is known.

    Parameters
    ----------
    proposals
        PROPOSALS.
    facts
        What is known.
    rulebook
        The law.
    as_of
        Now. A proposal before it is judged as if it were planned at its own time.
    params
        Length of a call whose proposal states none.
    telling
        Whether reasons tell, after what the provision says, the facts that decided; without, they are alike wherever
        the provision is.

    Returns
    -------
    polars.DataFrame
        VERDICTS, in the order of the proposals. Deny beats review beats allow. The provision is the first that denies
        (or asks for review): the proposal itself, the contact point, the place, then the order of
        :func:`skiptrace.compliance.provisions.in_order`. ``eligible_again_at`` is null where time alone does not heal
        it, or it is not known.
    """
    proposals = PROPOSALS.conform(proposals).select(list(PROPOSALS.schema)).with_row_index("at_row")
    coded = coded_facts(facts)
    # Those of one place are judged together, as most law is worked out once for a place, and so are those of a person.
    owners = proposals.select(pl.col("account_id").cast(ID)).join(
        coded.accounts.select("account_id", "home", "person"), on="account_id", how="left", maintain_order="left"
    )
    order = owners.select(pl.arg_sort_by("home", "person")).to_series()
    parts = []
    timetable = None
    for start in range(0, max(proposals.height, 1), CHUNK):
        part = proposals[order.slice(start, CHUNK)]
        known = know(coded.about(part["account_id"].drop_nulls()), rulebook, as_of)
        docket, refused = docket_of(part, known, params)
        timetable = _covering(docket, timetable)
        if not telling:
            refused = refused.with_columns(facts=pl.lit(None, pl.String))
        judged = judge_docket(docket, timetable, telling=telling)
        judged = pl.concat([refused.with_columns(verdict=pl.lit(DENY, pl.Int8)), judged], how="diagonal")
        parts.append(_verdicts(part, judged, rulebook))
    return pl.concat(parts)[order.arg_sort()]


def _covering(docket: Docket, kept: Timetable | None) -> Timetable:
    """Return the timetable of the rows before, if it covers these too: its hours are worked out already."""
    asked = Timetable.covering(docket)
    return kept if kept is not None and kept.first <= asked.first and asked.last <= kept.last else asked


def docket_of(proposals: pl.DataFrame, known: Known, params: CheckParams) -> tuple[Docket, pl.DataFrame]:
    """Put on a docket the proposals (PROPOSALS with ``at_row``) that can be judged, and set the others apart.

    Returns
    -------
    tuple
        The docket, its ``at`` the ``at_row``; and those refused unjudged: ``at``, ``provision``, ``facts`` (what of
        them is missing, in words; null = nothing to add), ``places`` and ``zones`` (joined by ``|``; null = not asked).
    """
    read = _read(proposals, known, params)
    rows = read.filter(pl.col("refused").is_null()).select(
        "lead", "channel", "purpose", "start", "end", "replied", at="at_row"
    )
    docket, nowhere = make_docket(rows, known)
    unfit = read.filter(pl.col("refused").is_not_null()).select(
        at="at_row", provision="refused", facts=pl.when(pl.col("refused") == INPUT).then("problem")
    )
    return docket, pl.concat([unfit, _nowhere(nowhere, known.rulebook)], how="diagonal")


def _nowhere(found: pl.DataFrame, law: Rulebook) -> pl.DataFrame:
    """Tell of rows of which no law or local time is known what is missing."""
    asked = found.select("places", "channel").unique()
    lacking = [
        [
            f"{leaf} but from memory" if law.has_pack(leaf, Channel.CALL) else leaf
            for leaf in law.places.leaves(text.split("|"))
            if not law.has_pack(leaf, channel)
        ]
        if text
        else []
        for text, channel in asked.iter_rows()
    ]
    packless = [f"no pack for {', '.join(leaves)}" if leaves else None for leaves in lacking]
    found = found.join(
        asked.with_columns(pl.Series("lacking", packless, pl.String)),
        on=["places", "channel"],
        how="left",
        nulls_equal=True,
        maintain_order="left",
    )
    unknown = pl.when(pl.col("provision") == HOUSE_PLACE).then(pl.lit("the place is not known"))
    return found.select("at", "provision", "places", "zones", facts=pl.coalesce("lacking", unknown))


def _read(proposals: pl.DataFrame, known: Known, params: CheckParams) -> pl.DataFrame:
    """Return the proposals with ``start``, ``end``, ``lead``, ``replied``, and ``refused`` (a provision) if unfit."""
    electronic = pl.col("channel").is_in([channel.value for channel in ELECTRONIC])
    usual = pl.when(pl.col("channel") == Channel.CALL.value).then(params.expected_call_s).otherwise(0.0)
    lasts = pl.col("expected_duration_s").fill_null(usual)
    kinds = {channel.value: channel.point_kind.value for channel in Channel}
    accounts = known.persons.select("account_id", known=pl.lit(value=True))
    leads = known.leads.select("account_id", "point_key", "party", "lead", "kind")
    read = (
        proposals.with_columns(
            pl.col("account_id", "point_key").cast(ID),
            party=pl.col("party").fill_null(Party.DEBTOR.value),
            purpose=pl.col("purpose").fill_null(Purpose.COLLECT.value),
            moment=pl.when(electronic).then(pl.coalesce("sent_at", "at")).otherwise("at").dt.epoch("us"),
            lasts=lasts,
        )
        .join(accounts, on="account_id", how="left", maintain_order="left")
        .join(leads, on=["account_id", "point_key", "party"], how="left", maintain_order="left")
    )
    asked_kind = pl.col("channel").replace_strict(kinds, default=None, return_dtype=pl.String)
    unfit = (
        pl.col("problem").is_not_null()
        | pl.col("known").is_null()
        | pl.col("moment").is_null()
        | pl.col("at").is_null()
        | ~pl.col("channel").is_in(one_of(Channel)).fill_null(value=False)
        | ~pl.col("party").is_in(one_of(Party))
        | ~pl.col("purpose").is_in(one_of(Purpose))
        | ~(pl.col("lasts").is_finite() & (pl.col("lasts") >= 0))
        | (pl.col("contact_point").is_null() & pl.col("point_key").is_null())
        | (pl.col("kind") != asked_kind).fill_null(value=False)
    )
    read = read.with_columns(
        refused=pl.when(unfit).then(pl.lit(INPUT)).when(pl.col("lead").is_null()).then(pl.lit(HOUSE_POINT)),
        start="moment",
        end=pl.when(unfit)
        .then(pl.col("moment"))
        .otherwise(pl.col("moment") + (pl.col("lasts").clip(0, 1e9) * _MICRO).ceil().cast(pl.Int64)),
    )
    return read.join(_replies(read, known), on="at_row", how="left", maintain_order="left")


def _replies(read: pl.DataFrame, known: Known) -> pl.DataFrame:
    """Return when the debtor began what a proposal answers: on this channel and point, not answered since."""
    history = known.history.select("attempt_id", "account_id", "channel", "point_key", "inbound", "started")
    begun = (
        read.filter(pl.col("in_reply_to").is_not_null())
        .select("at_row", "account_id", "point_key", "start", pl.col("channel").cast(CHANNEL), attempt_id="in_reply_to")
        .join(history.filter("inbound"), on=["attempt_id", "account_id", "channel", "point_key"])
        .filter(pl.col("started") <= pl.col("start"))
    )
    answered = begun.join(
        history.filter(~pl.col("inbound")).select("account_id", "channel", "point_key", made="started"),
        on=["account_id", "channel", "point_key"],
    ).filter(pl.col("made") >= pl.col("started"))
    return (
        begun.join(answered.select("at_row").unique(), on="at_row", how="anti")
        .group_by("at_row")
        .agg(replied=pl.col("started").max())
    )


def judge_docket(docket: Docket, timetable: Timetable | None = None, *, telling: bool = False) -> pl.DataFrame:
    """Return of each row ``at``, ``verdict``, ``provision``, ``facts``, ``eligible`` and ``all_provisions``.

    ``facts`` are what decided, in words; all null unless they shall be told.
    """
    count = docket.rows.height
    order = in_order(docket.known.rulebook)
    index = {provision.id: number for number, provision in enumerate(order)}
    verdict = np.zeros(count, dtype=np.int8)
    decided = np.full(count, -1, dtype=np.int16)
    heals = np.full(count, -HEALS_NEVER, dtype=np.int64)
    codes = np.full((len(order), count), -1, dtype=np.int8)
    said = [pl.DataFrame(schema={"row": pl.UInt32, "text": pl.String})]
    timetable = timetable or Timetable.covering(docket)
    for provision, rows, finding in findings(docket, timetable):
        codes[index[provision.id], rows] = finding.verdict
        deciding = np.flatnonzero(finding.verdict > verdict[rows])
        worse = rows[deciding]
        if telling and worse.size and finding.facts is not None:
            said.append(pl.DataFrame({"row": pl.Series(worse, dtype=pl.UInt32), "text": finding.facts(deciding)}))
        decided[worse] = index[provision.id]
        verdict[rows] = np.maximum(verdict[rows], finding.verdict)
        denied = finding.verdict == DENY
        heals[rows[denied]] = np.maximum(heals[rows[denied]], finding.heals[denied])
    eligible = np.full(count, HEALS_NEVER, dtype=np.int64)
    healing = np.flatnonzero((verdict == DENY) & (heals < HEALS_NEVER // 2) & ~(codes == REVIEW).any(axis=0))
    if healing.size:
        eligible[healing] = next_opening(docket, healing, np.maximum(heals[healing], docket.start[healing]), timetable)
    ids = np.array([provision.id for provision in order] + [""], dtype=object)
    return docket.rows.select("at").with_columns(
        pl.Series("verdict", verdict),
        pl.Series("provision", ids[decided].tolist(), pl.String),
        # Where a denial came after a review, what denied has the last word.
        told(np.arange(count), pl.concat(said).unique("row", keep="last", maintain_order=True)).alias("facts"),
        pl.Series("eligible", eligible),
        _all_provisions(codes, [provision.id for provision in order]),
    )


def _all_provisions(codes: np.ndarray, ids: list[str]) -> pl.Series:
    """Return for each row every provision checked, as id:verdict; worked out once for each distinct outcome."""
    words = [str(verdict) for verdict in (Verdict.ALLOW, Verdict.REVIEW, Verdict.DENY)]
    mixed = np.zeros(codes.shape[1], dtype=np.uint64)
    factors = np.random.default_rng(0).integers(1, 2**63, size=(len(ids), 4), dtype=np.uint64)
    for number, row in enumerate(codes):
        mixed += factors[number][row + 1]  # a sum of random words: equal outcomes have equal sums
    _, first, inverse = np.unique(mixed, return_index=True, return_inverse=True)
    lists = [
        [f"{ids[number]}:{words[code]}" for number, code in enumerate(codes[:, column]) if code >= 0]
        for column in first
    ]
    distinct = pl.Series("all_provisions", lists, pl.List(pl.String))
    return distinct.gather(inverse.astype(np.uint32)) if lists else distinct


def _verdicts(proposals: pl.DataFrame, judged: pl.DataFrame, rulebook: Rulebook) -> pl.DataFrame:
    words = {ALLOW: Verdict.ALLOW.value, REVIEW: Verdict.REVIEW.value, DENY: Verdict.DENY.value}
    law = texts_of(rulebook)
    found = judged.with_columns(
        provision=pl.when(pl.col("provision") != "").then("provision"),
        all_provisions=pl.coalesce("all_provisions", pl.concat_list(pl.format("{}:deny", "provision"))),
        eligible_again_at=pl.when(pl.col("eligible") < HEALS_NEVER // 2).then("eligible").cast(INSTANT),
        verdict=pl.col("verdict").replace_strict(words, return_dtype=pl.String),
    ).join(law, on="provision", how="left", maintain_order="left")
    full = proposals.select("proposal_id", "problem", at="at_row").join(
        found, on="at", how="left", maintain_order="left"
    )
    facts = pl.when(pl.col("provision") != INPUT).then("facts")
    said = pl.concat_str("reason", facts, separator=": ", ignore_nulls=True)
    wrong = pl.when(pl.col("provision") == INPUT).then("problem")
    reason = pl.when(pl.col("reason").is_not_null()).then(pl.coalesce(wrong, said))
    return VERDICTS.conform(full.with_columns(reason=reason).select(list(VERDICTS.schema)))


def texts_of(rulebook: Rulebook) -> pl.DataFrame:
    """Return what each provision, and each built-in denial, says: ``provision``, ``reason``, ``citation``."""
    return pl.DataFrame(
        [
            *((key, reason, BUILT_IN_CITATION) for key, reason in BUILT_IN.items()),
            *((one.id, one.summary, one.citation) for one in rulebook.provisions),
        ],
        schema={"provision": pl.String, "reason": pl.String, "citation": pl.String},
        orient="row",
    )
