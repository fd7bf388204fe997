"""The rules of the schemas of GEXF 1.3 and GraphML that our files could break, and those that a schema cannot hold.

Of GEXF: the RELAX NG grammar (gexf.rnc) at gexf.net. Of GraphML: the structural layer at graphml.graphdrawing.org, but
for node ids being one word of letters and digits, which no reader asks for and the ids of points are not.
"""

from __future__ import annotations

from typing import NamedTuple
from xml.etree import ElementTree as ET

DIRECTIONS = {"directed", "undirected", "mutual"}
NUMBERS = {"integer", "long", "double", "float", "bigdecimal", "biginteger", "byte", "short"}
ATOMS = NUMBERS | {"boolean", "char", "string"}
WORDS = {
    ("gexf", "version"): {"1.3"},
    ("graph", "defaultedgetype"): DIRECTIONS,
    ("graph", "idtype"): {"integer", "string"},
    ("graph", "mode"): {"static", "dynamic", "slice"},
    ("graph", "edgedefault"): {"directed", "undirected"},
    ("attributes", "class"): {"node", "edge"},
    ("attributes", "mode"): {"static", "dynamic"},
    ("attribute", "type"): ATOMS | {f"list{atom}" for atom in ATOMS} | {"anyURI"},
    ("edge", "type"): DIRECTIONS,
    ("key", "for"): {"all", "graphml", "graph", "node", "edge", "hyperedge", "port", "endpoint"},
    ("key", "attr.type"): {"boolean", "int", "long", "float", "double", "string"},
}


class Rule(NamedTuple):
    """What an element must have, may have, and what stands in it in this order."""

    must: set[str]
    may: set[str]
    inside: list[str]
    text: bool = False


GEXF = {
    "gexf": Rule({"version"}, {"variant"}, ["meta", "graph"]),
    "graph": Rule(set(), {"defaultedgetype", "idtype", "mode"}, ["attributes", "nodes", "edges"]),
    "attributes": Rule({"class"}, {"mode"}, ["attribute"]),
    "attribute": Rule({"id", "title", "type"}, set(), ["default", "options"]),
    "nodes": Rule(set(), {"count"}, ["node"]),
    "edges": Rule(set(), {"count"}, ["edge"]),
    "node": Rule({"id"}, {"label", "pid"}, ["attvalues"]),
    "edge": Rule({"source", "target"}, {"id", "type", "label", "weight", "kind"}, ["attvalues"]),
    "attvalues": Rule(set(), set(), ["attvalue"]),
    "attvalue": Rule({"for", "value"}, set(), []),
}
GRAPHML = {
    "graphml": Rule(set(), set(), ["desc", "key", "graph"]),
    "key": Rule({"id"}, {"for", "attr.name", "attr.type"}, ["desc", "default"]),
    "graph": Rule({"edgedefault"}, {"id"}, ["node", "edge"]),
    "node": Rule({"id"}, set(), ["data"]),
    "edge": Rule({"source", "target"}, {"id", "directed"}, ["data"]),
    "data": Rule({"key"}, {"id"}, [], text=True),
}


def gexf_faults(text: bytes) -> list[str]:
    """Return what is wrong with a GEXF file, in words; nothing if it is sound."""
    root = ET.fromstring(text)  # noqa: S314 - a file of our own
    space = "{http://gexf.net/1.3}"
    faults = _structure(root, space, GEXF)
    for of in ("node", "edge"):
        declared = {
            each.get("id"): each.get("type")
            for each in root.iterfind(f".//{space}attributes[@class='{of}']/{space}attribute")
        }
        for element in root.iter(f"{space}{of}"):
            values = [(each.get("for"), each.get("value")) for each in element.iter(f"{space}attvalue")]
            faults += _values(values, declared)
    return faults + _ends(root, space)


def graphml_faults(text: bytes) -> list[str]:
    """Return what is wrong with a GraphML file, in words; nothing if it is sound."""
    root = ET.fromstring(text)  # noqa: S314 - a file of our own
    space = "{http://graphml.graphdrawing.org/xmlns}"
    faults = _structure(root, space, GRAPHML)
    keys = list(root.iter(f"{space}key"))
    faults += _unique("keys", [key.get("id") for key in keys])
    for of in ("node", "edge"):
        declared = {key.get("id"): key.get("attr.type") for key in keys if key.get("for") in {of, "all"}}
        for element in root.iter(f"{space}{of}"):
            faults += _values([(each.get("key"), each.text) for each in element.iter(f"{space}data")], declared)
    return faults + _ends(root, space)


def _structure(element, space, rules):
    name = element.tag.removeprefix(space)
    if name not in rules:
        return [f"{element.tag}: no such element"]
    rule, given = rules[name], set(element.keys())
    faults = [f"{name}: {each} is missing" for each in rule.must - given]
    faults += [f"{name}: {each} is not known" for each in given - rule.must - rule.may]
    faults += [
        f"{name}: {place} is {value}"
        for place, value in element.items()
        if value not in WORDS.get((name, place), {value})
    ]
    if not rule.text and any((text or "").strip() for text in (element.text, *(child.tail for child in element))):
        faults.append(f"{name}: text")
    inside = [child.tag.removeprefix(space) for child in element]
    if set(inside) <= set(rule.inside):
        places = [rule.inside.index(each) for each in inside]
        faults += [f"{name}: {inside} out of order"] * (places != sorted(places))
    once = {"graph", "nodes", "edges", "attvalues", "meta"}
    faults += [f"{name}: {each} more than once" for each in once if inside.count(each) > 1]
    return faults + [fault for child in element for fault in _structure(child, space, rules)]


def _values(values, declared):
    faults = _unique("values", [name for name, _ in values])
    for name, value in values:
        if name not in declared:
            faults.append(f"{name} is not declared")
        elif declared[name] in NUMBERS:
            try:
                float(value)
            except ValueError:
                faults.append(f"value of {name}: {value}")
    return faults


def _ends(root, space):
    nodes = [node.get("id") for node in root.iter(f"{space}node")]
    edges = list(root.iter(f"{space}edge"))
    faults = _unique("node ids", nodes) + _unique("edge ids", [edge.get("id") for edge in edges])
    known = set(nodes)
    ends = [edge.get(end) for edge in edges for end in ("source", "target")]
    return faults + [f"{end}: no such node" for end in ends if end not in known]


def _unique(what, names):
    return [f"{what} are not unique"] * (len(set(names)) != len(names))
