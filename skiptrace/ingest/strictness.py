"""Where two versions of one thing disagree and law depends on it: which binds us more."""

from __future__ import annotations

import polars as pl

from skiptrace.vocabulary import outcome_meanings

__all__ = ["bindingness", "least_granted", "strictest_first", "surest_check"]

_EARLIEST = ("valid_until", "revoked_at", "revocation_received_at")
_LATEST = ("given_at",)
_SHARED = ("purposes", "channels")
_DOUBT = {"reassigned": 0, "no_data": 1, "not_reassigned": 2}
"""Answers to a reassigned-number check, the most doubtful first."""


def bindingness(outcome: pl.Expr) -> pl.Expr:
    """Return how much an outcome binds us: 2 with a conversation, or perhaps one, 1 if it connected, 0; 3 = unknown."""
    meanings = outcome_meanings().select("outcome", _level().alias("level"))
    return outcome.replace_strict(meanings["outcome"], meanings["level"], default=3, return_dtype=pl.Int32)


def _level() -> pl.Expr:
    return (
        pl.when(pl.col("conversation").fill_null(value=True))
        .then(2)
        .when(pl.col("connected").fill_null(value=True))
        .then(1)
        .otherwise(0)
    )


def strictest_first(attempts: pl.DataFrame, group: str, order: str) -> pl.DataFrame:
    """Sort the versions of each attempt so that the one that binds us most comes first.

    An outcome that does not say whether there was a conversation binds like one that had it; then comes one that
    connected, then the rest; of two alike the later, as it blocks for longer; then the order of reading.
    """
    return (
        attempts.with_columns(_strictness=bindingness(pl.col("outcome")))
        .sort(group, "_strictness", "started_at", order, descending=[False, True, True, False], nulls_last=True)
        .drop("_strictness")
    )


def least_granted(versions: pl.DataFrame, group: str) -> pl.DataFrame:
    """Return of each consent only what all of its versions grant.

    Parameters
    ----------
    versions
        CONSENTS rows, several of one ``group``.
    group
        Column that tells consents apart.

    Returns
    -------
    polars.DataFrame
        Grain: group. The latest beginning, the earliest end and revocation, the purposes and channels common to all (an
        empty list grants none; null channels are every channel), and null wherever else versions differ.
    """
    plain = [
        name
        for name in versions.columns
        if name not in {group, *_EARLIEST, *_LATEST, *_SHARED} and not name.startswith("_")
    ]
    least = versions.group_by(group, maintain_order=True).agg(
        *(pl.col(name).min() for name in _EARLIEST),
        *(pl.col(name).max() for name in _LATEST),
        *(
            pl.when(pl.col(name).drop_nulls().n_unique() <= 1).then(pl.col(name).drop_nulls().first()).alias(name)
            for name in plain
        ),
    )
    for name in _SHARED:
        least = least.join(_common(versions, group, name), on=group, how="left", maintain_order="left")
    return least


def _common(versions: pl.DataFrame, group: str, name: str) -> pl.DataFrame:
    given = versions.select(group, name).drop_nulls(name).with_columns(pl.len().over(group).alias("_versions"))
    common = (
        given.with_columns(pl.col(name).list.unique(maintain_order=True))
        .explode(name, empty_as_null=False)
        .group_by(group, name, maintain_order=True)
        .agg(pl.len().alias("_in"), pl.col("_versions").first())
        .filter(pl.col("_in") == pl.col("_versions"))
        .group_by(group, maintain_order=True)
        .agg(name)
    )
    groups = given.select(group).unique(maintain_order=True)
    return groups.join(common, on=group, how="left", maintain_order="left").with_columns(pl.col(name).fill_null([]))


def surest_check() -> list[pl.Expr]:
    """Return, to aggregate with, when a number was last checked for reassignment and the answer, the worse of two."""
    doubt = pl.col("reassignment_result").replace_strict(_DOUBT, default=3, return_dtype=pl.Int8)
    return [
        pl.col(name)
        .sort_by("reassignment_checked_on", doubt, descending=[True, False], nulls_last=True)
        .first()
        .alias(name)
        for name in ("reassignment_checked_on", "reassignment_result")
    ]
