"""Say in plain words why: for an account that is scheduled or waits, for two records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from skiptrace.contracts.outputs import SCHEDULE, WHOLE_ACCOUNT, WITHHELD
from skiptrace.errors import UsageError
from skiptrace.pipeline.pair_words import Evidence, explain_pair
from skiptrace.pipeline.plans import PLANS, standing
from skiptrace.pipeline.understanding import identify

if TYPE_CHECKING:
    from skiptrace.casefile import Casefile
    from skiptrace.pipeline.gathering import Gathered
    from skiptrace.pipeline.terms import Terms

__all__ = ["explain", "known_account"]

Explanation = dict[str, Any]
"""``title``, ``sentences`` and, where there is a table to show, ``rows``; of a pair also ``pair`` and more."""


def known_account(accounts: pl.DataFrame, account_id: str) -> None:
    """Raise UsageError if there is no such account."""
    if account_id not in accounts["account_id"]:
        raise UsageError(f"{account_id}: no account, permit or attempt of that name")


def explain(what: str, gathered: Gathered, casefile: Casefile | None, terms: Terms) -> Explanation:
    """Explain an account, or a pair of records (two ids joined by a comma).

    Raises
    ------
    UsageError
        If nothing goes by that name.
    """
    if "," in what:
        normalised, linked = identify(gathered.tables, gathered.history, terms, gathered.judgements, gathered.known)
        people, params = normalised.people, terms.settings.link
        return explain_pair(what, Evidence(people=people, linked=linked, judgements=gathered.judgements, params=params))
    known_account(gathered.tables["accounts"], what)
    return _account(what, *_planned(casefile))


def _planned(casefile: Casefile | None) -> tuple[pl.DataFrame, pl.DataFrame, str]:
    """Return the placements that stand, what is withheld, and which plan says so, in words."""
    if casefile is None:
        return SCHEDULE.empty(), WITHHELD.empty(), ""
    with casefile.open() as opened:
        plans = opened.read("plans", PLANS).select("plan", "batch_id", "as_of").rows()
        said = "".join(
            f"Said by plan {number} ({batch_id}) as of {as_of.isoformat()}; what came in since counts for "
            "`skiptrace verify` and the next `skiptrace plan`."
            for number, batch_id, as_of in plans[-1:]
        )
        return standing(opened), opened.read("withheld", WITHHELD.schema), said


def _account(account_id: str, placements: pl.DataFrame, withheld: pl.DataFrame, said: str) -> Explanation:
    mine = placements.filter(pl.col("account_id") == account_id).sort("not_before")
    waiting = withheld.filter(pl.col("account_id") == account_id)
    whole = waiting.filter(WHOLE_ACCOUNT)
    sentences = [
        f"{row['channel'].capitalize()} from {row['not_before']}, p(reach) {row['p_reach']:.3f}: "
        f"{'; '.join(row['reasons'])}. Permit {row['permit_id']}."
        for row in mine.iter_rows(named=True)
    ]
    sentences += [
        f"Withheld: {row['reason']}"
        + (f" ({row['citation']})" if row["citation"] else "")
        + _again(row["eligible_again_at"])
        for row in whole.iter_rows(named=True)
    ]
    if sentences and said:
        sentences.append(said)
    state = "scheduled" if mine.height else "withheld" if whole.height else "not planned yet"
    return {
        "title": f"account {account_id}: {state}",
        "sentences": sentences or ["No plan in this casefile speaks of it: run `skiptrace plan` first."],
        "rows": waiting.filter(pl.col("channel").is_not_null())
        .select("channel", "contact_point", "reason", "provision", "citation", "eligible_again_at")
        .to_dicts(),
    }


def _again(moment: str | None) -> str:
    return f"; may be tried again from {moment}." if moment else "; time alone does not heal it."
