"""Relate people and contact points, and find leads."""

from skiptrace.graph.graphml import write_graphml
from skiptrace.graph.lookups import Lookups, value_lookups
from skiptrace.graph.network import neighbourhood
from skiptrace.graph.tables import Traced, TraceInputs
from skiptrace.graph.tracing import evidence, trace

__all__ = ["Lookups", "TraceInputs", "Traced", "evidence", "neighbourhood", "trace", "value_lookups", "write_graphml"]
