import importlib.util
from pathlib import Path

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_page_on_files_says_what_the_tables_say():
    spec = importlib.util.spec_from_file_location("make_files", DOCS / "make_files.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert (DOCS / "files.md").read_text(encoding="utf-8") == module.page(), "run: python docs/make_files.py"
