"""How each account of a picture is treated, and who is held back for a person to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from skiptrace.contracts.outputs import WITHHELD
from skiptrace.planning.cadences import NONE, load_cadences
from skiptrace.planning.history import account_history
from skiptrace.planning.templates import load_book
from skiptrace.planning.treatment import load_treatments, treat

if TYPE_CHECKING:
    from collections.abc import Mapping

    from skiptrace.pipeline.terms import Terms
    from skiptrace.pipeline.understanding import Picture
    from skiptrace.planning.cadences import Cadence

__all__ = ["Treated", "treated"]


class Treated(NamedTuple):
    """Treatments of a plan.

    Attributes
    ----------
    treatment
        TREATMENT of every account.
    cadences
        Cadences by id.
    held
        WITHHELD rows of accounts that are held back.
    """

    treatment: pl.DataFrame
    cadences: Mapping[str, Cadence]
    held: pl.DataFrame

    def without_held(self, windows: pl.DataFrame) -> pl.DataFrame:
        """Return the windows of all but the accounts held back."""
        return windows.join(self.held, on="account_id", how="anti", maintain_order="left")


def treated(picture: Picture, terms: Terms) -> Treated:
    """Choose a treatment for each account by the tables that the settings name.

    Raises
    ------
    SettingsError
        If a table is not valid, or a text of the user's fails the lint: nothing is planned that could not be said.
    """
    settings = terms.settings
    cadences = load_cadences(settings.plan.cadences)
    rules = load_treatments(settings.plan.treatments, cadences, load_book(settings.templates))
    history = account_history(
        picture.tables["accounts"], picture.normalised.attempts, picture.learned.leads, terms.as_of, settings.plan
    )
    treatment = treat(history, rules)
    held = treatment.filter(pl.col("cadence") == NONE).select(
        "account_id", reason=pl.col("why").list.join("; "), provision=pl.lit("treatment")
    )
    return Treated(treatment, cadences, WITHHELD.conform(held).select(list(WITHHELD.schema)))
