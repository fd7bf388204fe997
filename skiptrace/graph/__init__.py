"""Relate people and contact points, and find leads."""

from skiptrace.graph.gexf import write_gexf
from skiptrace.graph.graphml import write_graphml
from skiptrace.graph.lookups import Lookups, value_lookups
from skiptrace.graph.neo4j import write_neo4j
from skiptrace.graph.network import Network, neighbourhood, network_around, whole_network
from skiptrace.graph.network_index import NetworkIndex
from skiptrace.graph.node_link import write_node_link
from skiptrace.graph.tables import Traced, TraceInputs
from skiptrace.graph.tracing import evidence, trace

__all__ = [
    "Lookups",
    "Network",
    "NetworkIndex",
    "TraceInputs",
    "Traced",
    "evidence",
    "neighbourhood",
    "network_around",
    "trace",
    "value_lookups",
    "whole_network",
    "write_gexf",
    "write_graphml",
    "write_neo4j",
    "write_node_link",
]
