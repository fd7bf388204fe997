"""Read what people have and reject with a reason what cannot be used."""

from skiptrace.ingest.batch import Batch, read
from skiptrace.ingest.dates import date_order, parse_dates
from skiptrace.ingest.judgements import JudgementsRead, read_judgements
from skiptrace.ingest.people import read_people
from skiptrace.ingest.proposals import read_proposals

__all__ = [
    "Batch",
    "JudgementsRead",
    "date_order",
    "parse_dates",
    "read",
    "read_judgements",
    "read_people",
    "read_proposals",
]
