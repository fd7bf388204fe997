from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skiptrace.ingest.encodings import open_text

CHINESE = "账户,姓名\nA1,张伟\nA2,欧阳修\n"
LATIN = "id,name\nA1,Müller\nA2,José Ñandú\nA3,Zoë\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_chinese_text_is_read_in_every_encoding(tmp_path, encoding):
    path = tmp_path / "a.csv"
    path.write_bytes(CHINESE.encode(encoding))
    text = open_text(path)
    assert text.data[text.start :].decode() == CHINESE
    assert not text.broken


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be", "latin-1", "cp1252"])
def test_latin_text_is_read_in_every_encoding(tmp_path, encoding):
    path = tmp_path / "a.csv"
    path.write_bytes(LATIN.encode(encoding))
    text = open_text(path)
    assert text.data[text.start :].decode() == LATIN


def test_windows_quotes_and_euro_signs_are_read(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("id,name\nA1,€ “O’Neil”\n".encode("cp1252"))
    assert open_text(path).data.decode().endswith("€ “O’Neil”\n")


def test_a_few_broken_lines_in_utf8_are_named_and_the_rest_is_utf8(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("id,name\nA1,José\nA2,张伟\n".encode() + "A3,Müller\n".encode("latin-1") + "A4,Zoë\n".encode())
    text = open_text(path)
    assert text.encoding == "utf-8"
    assert text.broken == {4}
    assert "A4,Zoë" in text.data[:].decode()


def test_a_stray_utf8_line_in_a_latin_file_is_named(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(LATIN.encode("latin-1") + "A4,Zoë\n".encode())
    text = open_text(path)
    assert text.encoding == "cp1252"
    assert text.broken == {5}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(names=st.lists(st.sampled_from(["Müller", "Jörg", "Øre", "Ñandú", "Zoë", "Åse", "naïve", "Ann"]), min_size=1))
def test_accented_names_are_never_taken_for_chinese(tmp_path, names):
    path = tmp_path / "a.csv"
    text = "id,name\n" + "".join(f"{at},{name}\n" for at, name in enumerate(names))
    path.write_bytes(text.encode("latin-1"))
    assert open_text(path).data[:].decode() == text
