"""The line of every key, in every way TOML lets it be written."""

from __future__ import annotations

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from skiptrace.compliance.key_lines import key_lines

KEYS = st.one_of(
    st.from_regex(r"[A-Za-z0-9_-]{1,5}", fullmatch=True),
    st.sampled_from(['"a b"', "'a.b'", '"]"', '"\\"="', '""', '"#"', r'"\u00e9"']),
)
SCALARS = st.sampled_from(
    ["1", "-2.5", "true", "inf", "1979-05-27 07:32:00Z", "07:32:00",
     '"a # b"', "'''\n]'''", '"""a\n""b"""""', '"\\""', "''"]
)  # fmt: skip
BLANKS = st.sampled_from([" ", "", "\t", "\n", " # ] } x = 1\n", "\n\n"])


def values(depth):
    if depth == 0:
        return SCALARS
    inner = values(depth - 1)
    array = st.tuples(st.lists(inner, max_size=3), BLANKS).map(
        lambda one: "[" + one[1] + f",{one[1]}".join(one[0]) + one[1] + "]"
    )
    table = st.dictionaries(KEYS, inner, max_size=3).map(
        lambda one: "{" + ", ".join(f"{key} = {value}" for key, value in one.items()) + "}"
    )
    return st.one_of(SCALARS, array, table)


LINES = st.one_of(
    st.tuples(st.lists(KEYS, min_size=1, max_size=3), values(2)).map(lambda one: f"{' . '.join(one[0])} = {one[1]}"),
    st.lists(KEYS, min_size=1, max_size=2).map(lambda keys: f"[[ {'.'.join(keys)} ]] # x"),
    st.lists(KEYS, min_size=1, max_size=2).map(lambda keys: f"[{'.'.join(keys)}]"),
    st.sampled_from(["", "# [x]", "  "]),
)


def paths(value, path=()):
    if path:
        yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from paths(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from paths(inner, (*path, number))


@given(st.lists(LINES, max_size=10))
def test_every_key_of_a_valid_document_has_its_line(lines):
    text = ""
    for line in lines:  # keep what is still valid
        try:
            tomllib.loads(text + line + "\n")
        except tomllib.TOMLDecodeError:
            continue
        text += line + "\n"
    found = key_lines(text)
    assert set(paths(tomllib.loads(text))) == found.keys()
    for path, line in found.items():
        written = text.split("\n")[line - 1]
        assert isinstance(path[-1], int) or path[-1] in written or '"' in written


def test_lines_are_counted_from_one_and_sub_tables_belong_to_the_last_of_their_array():
    text = '# top\n[[provision]]\nid = "a"\n[[provision]]\nid = "b"\n[provision.x]\ny = """\n\n"""\nz.q = [1,\n2]\n'
    found = key_lines(text)
    assert found["provision", 1, "id"] == 5
    assert found["provision", 1, "x"] == 6
    assert found["provision", 1, "x", "z"] == found["provision", 1, "x", "z", "q"] == 10
    assert found["provision", 1, "x", "z", "q", 1] == 11
