"""Put the records of one person together, and keep apart the people who merely live together."""

from __future__ import annotations

from skiptrace.matching.known import Known
from skiptrace.matching.linking import Linked, link
from skiptrace.matching.relinking import Relinked, relink
from skiptrace.matching.weights import Model, default_model

__all__ = ["Known", "Linked", "Model", "Relinked", "default_model", "link", "relink"]
