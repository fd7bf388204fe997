"""What clerical reviewers have said of pairs of records."""

from __future__ import annotations

from skiptrace.contracts.columns import INSTANT, TEXT, text
from skiptrace.tables import Column, Table
from skiptrace.vocabulary import Judgement

__all__ = ["JUDGEMENTS"]

JUDGEMENTS = Table(
    name="judgements",
    grain="judgement, in the order given; of a pair that stands twice the later one holds",
    key=(),
    columns={
        "source_l": text("`accounts`, the record's source, or `relations`", required=True),
        "record_id_l": text("account_id, record_id or relation_id", required=True),
        "source_r": text(required=True),
        "record_id_r": text(required=True),
        "judgement": Column(
            dtype=TEXT,
            required=True,
            words=Judgement,
            description="unsure settles nothing, and takes back what was said; withdrawn does so and asks again",
        ),
        "judged_at": Column(dtype=INSTANT, description="as of when"),
        "by": text("the reviewer, if named"),
        "reason": text("in the reviewer's words"),
    },
)
