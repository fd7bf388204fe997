r"""VICIdial: lines for its API, or files for its list loader.

Only ``add_lead`` with a callback takes a time to call, and takes it as the server's local time without an offset. An
impossible time is stored as zero and dialled at once. The loader drops quotes, ``;``, ``\`` and backquotes, the API
``;``, ``#`` and ``"`` (a ``+`` becomes a blank), and the database cuts what is too wide: all without a word.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote_plus

import polars as pl

from skiptrace.dialers.handover import Handover
from skiptrace.dialers.packing import Packing, window_documents
from skiptrace.dialers.screening import ACCOUNT, local, not_carried, screened, sure_local, whole

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from skiptrace.dialer_settings import VicidialParams
    from skiptrace.dialers.handover import Document

__all__ = ["NUMBERS", "SAFE_ACCOUNT", "Vicidial"]

SAFE_ACCOUNT = whole(
    r"[A-Za-z0-9._,:/@()=&%$!?*<>\[\]{}~^-](?:[A-Za-z0-9 ._,:/@()=&%$!?*<>\[\]{}~^-]{0,48}"
    r"[A-Za-z0-9._,:/@()=&%$!?*<>\[\]{}~^-])?",
    "VICIdial would cut or change it: expected at most 50 of ASCII, without | ' \" ` ; # + \\ or a blank at an end",
    "account_id",
    ACCOUNT,
)
NUMBERS = (
    whole("[1-9][0-9]{0,3}", "expected 1 to 4 digits", "country_code"),
    whole("[0-9]{6,16}", "expected 6 to 16 digits", "national_number"),
)
_HIGHEST = 32_767
"""``rank`` is a SMALLINT, and the list order UP RANK dials the highest first."""
_CARRIED = (
    "attempt_id", "account_id", "party", "purpose", "channel", "contact_point", "country_code", "national_number",
    "rank",
)  # fmt: skip


@dataclass(frozen=True)
class Vicidial:
    """VICIdial 2.14.

    The attempt is the ``vendor_lead_code`` (20 wide), the account the ``source_id`` (50), the number national digits
    beside ``phone_code``: with the calling code in both, it would be dialled twice.
    """

    params: VicidialParams

    def hand_over(self, schedule: pl.DataFrame, as_of: datetime) -> Handover:
        """Return one file of API lines, or a loader file for each window."""
        zone = self.params.time_zone if self.params.route == "api" else None
        own = (sure_local(zone),) if zone is not None else ()
        rows, refused, elsewhere = screened(schedule, as_of, (SAFE_ACCOUNT, *NUMBERS, *own))
        rows = _ranked(rows)
        documents: Iterable[Document]
        if zone is not None:
            packing = Packing(stem="vicidial_api", suffix=".txt")
            documents = packing.documents(rows, lambda piece: _lines(self._calls(piece, zone)))
        else:
            packing = Packing(stem="vicidial_list", suffix=".txt")
            documents = window_documents(rows, packing, lambda piece: _lines(self._leads(piece)))
        carried = (*_CARRIED, "not_before") if zone is not None else _CARRIED
        return Handover(
            documents=tuple(documents),
            refused=refused,
            elsewhere=elsewhere,
            not_carried=not_carried(rows, carried),
        )

    def _calls(self, rows: pl.DataFrame, zone: str) -> pl.DataFrame:
        """Return query strings of ``add_lead``, without user and password."""
        accounts = rows.select(ACCOUNT).to_series().unique().drop_nulls().to_list()
        account = ACCOUNT.replace_strict({each: quote_plus(each) for each in accounts}, return_dtype=pl.String)
        fields = {
            "source": pl.lit("skiptrace"),
            "function": pl.lit("add_lead"),
            "phone_code": pl.col("country_code"),
            "phone_number": pl.col("national_number"),
            "list_id": pl.lit(self.params.list_id),
            "vendor_lead_code": pl.col("attempt_id"),
            "source_id": account.fill_null(""),
            "comments": pl.concat_str("party", "purpose", separator="+"),
            "rank": pl.col("_rank"),
            "dnc_check": pl.lit("Y"),
            "campaign_dnc_check": pl.lit("Y"),
            "campaign_id": pl.lit(self.params.campaign_id),
            "callback": pl.lit("Y"),
            "callback_status": pl.lit("CALLBK"),
            "callback_type": pl.lit("ANYONE"),
            "callback_datetime": local(zone).dt.strftime("%Y-%m-%d+%H:%M:%S"),
        }
        pairs = [pl.concat_str(pl.lit(f"{name}="), value) for name, value in fields.items()]
        return rows.select(line=pl.concat_str(pairs, separator="&"))

    def _leads(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Return lines of the loader's standard layout with rank and owner, 28 fields each ended by a bar."""
        blank = pl.lit("")
        fields = [
            pl.col("attempt_id"),
            ACCOUNT.fill_null(""),
            pl.lit(self.params.list_id),
            pl.col("country_code"),
            pl.col("national_number"),
            *[blank] * 17,  # title to security_phrase: nothing of a person is needed to dial
            pl.concat_str("party", "purpose", separator=" "),
            pl.lit("0"),  # called_count
            pl.lit("NEW"),
            blank,  # entry_date
            pl.col("_rank"),
            blank,  # owner
        ]
        return rows.select(line=pl.concat_str(fields, separator="|") + "|")


def _ranked(rows: pl.DataFrame) -> pl.DataFrame:
    """Turn ranks round, 32767 for the best; in a longer file neighbours share one; none is 0, the default."""
    order = pl.col("rank").rank("ordinal").cast(pl.Int64) - 1
    shared = -(-rows.height // _HIGHEST)
    return rows.with_columns(_rank=(_HIGHEST - order // max(shared, 1)).cast(pl.String))


def _lines(rows: pl.DataFrame) -> bytes:
    return "".join(f"{line}\n" for line in rows["line"]).encode()
