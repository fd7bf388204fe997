import importlib.util
import re
import tomllib
from pathlib import Path

from skiptrace.compliance import load_rulebook
from skiptrace.compliance.rulebook import shipped_packs
from skiptrace.settings import RulebookParams, parse_settings

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = (DOCS / "compliance.md").read_text(encoding="utf-8")


def test_the_page_on_compliance_says_what_the_packs_say():
    spec = importlib.util.spec_from_file_location("make_compliance", DOCS / "make_compliance.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.page() == PAGE, "run: python docs/make_compliance.py"


def test_every_provision_stands_on_the_page_once_with_its_citation_and_status():
    for file in shipped_packs():
        for one in file.provisions:
            (row,) = re.findall(rf"^\| `{re.escape(one.id)}` \|.*$", PAGE, re.MULTILINE)
            assert f"| {one.citation} | {one.status} |" in row
            assert len(file.pack.places) == 1 or f"| {', '.join(one.places)} |" in row


def test_the_examples_of_settings_and_pack_on_the_page_can_be_used(tmp_path, monkeypatch):
    settings, pack = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "our_law.toml").write_text(pack, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    rulebook = load_rulebook(parse_settings(tomllib.loads(settings)).rulebook)
    assert rulebook.by_id.keys() - load_rulebook(RulebookParams()).by_id.keys() == {"in.our-daily-call"}
    assert rulebook.overrides == {}
