"""The commands on texts, as whoever writes them meets them."""

import json
import re
import shlex

import pytest

from tests.cli.conftest import MONDAY, SAMPLES

GOOD = """[[template]]
id = "sms_missed_call"
channel = "sms"
party = "debtor"
stage = "missed_call"
[template.text]
en = "{company}: we called {name}. Call {phone} when you like. {disclosure} {opt_out}"
zh = "{company}：{name}您好，请回电{phone}。{disclosure} {opt_out}"
"""


@pytest.fixture
def own(tmp_path):
    """Return how to write texts of the user's, and settings that name them."""

    def write(text, more=""):
        (tmp_path / "own.toml").write_text(text, encoding="utf-8")
        settings = tmp_path / "settings.toml"
        settings.write_text(f"[templates]\npaths = ['{tmp_path / 'own.toml'}']\n{more}", encoding="utf-8")
        return tmp_path / "own.toml", settings

    return write


@pytest.mark.parametrize("command", ["lint", "show"])
def test_every_command_has_help_with_an_example_that_it_understands(command, skiptrace):
    done = skiptrace("templates", command, "--help")
    words = shlex.split(re.search(r"Example: (skiptrace .*?)\n\s*\n", done.out, re.DOTALL)[1])
    assert words[1:3] == ["templates", command]
    assert {word for word in words if word.startswith("--")} <= set(re.findall(r"--[a-z-]+", done.out))


def test_the_list_tells_id_channel_party_languages_and_segments(skiptrace, own):
    text = skiptrace("templates")
    assert text.code == 0
    assert re.search(r"^sms_missed_call +sms +debtor +missed call +en zh +en 2-5, zh 3$", text.out, re.MULTILINE)
    assert re.search(r"^location_request +call +third_party +location request +en zh$", text.out, re.MULTILINE)
    assert "objections (Answers to objections)" in text.out
    found = json.loads(skiptrace("templates", "--json", "--settings", own(GOOD)[1]).out)
    mine = {one["id"]: one for one in found["templates"]}["sms_missed_call"]
    assert mine["own"]
    assert mine["segments"] == {"en": [2, 4], "zh": [2, 2]}
    assert sum(one["own"] for one in found["templates"]) == 1


def test_options_before_a_command_are_not_passed_over(skiptrace):
    done = skiptrace("templates", "--json", "show", "call_opening")
    assert done.code == 2
    assert "after the command" in done.err


def test_a_text_is_shown_in_one_language_or_in_all(skiptrace):
    chinese = skiptrace("templates", "show", "call_opening", "--language", "zh")
    assert "您好，我是{company}的{agent}" in chinese.out
    assert "zh: once identified" in chinese.out
    assert "Hello" not in chinese.out
    assert "{agent}: the name of whoever writes or calls" in chinese.out
    both = json.loads(skiptrace("templates", "show", "call_opening", "--json").out)
    assert [part["language"] for part in both["parts"]] == ["en", "en", "zh", "zh"]
    objections = skiptrace("templates", "show", "objections", "--language", "en").out
    assert "Stop calling me." in objections
    assert "refused, and a stop at once" in objections
    assert "Invitation" in skiptrace("templates", "show", "problem_analysis_invitation").out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["show", "sms_mised_call"], "nearest known: sms_missed_call"),
        (["show", "call_opening", "--language", "fr"], "it is in en, zh"),
    ],
)
def test_what_there_is_not_is_a_usage_error(words, message, skiptrace):
    done = skiptrace("templates", *words)
    assert done.code == 2
    assert message in done.err


def test_a_file_without_faults_can_be_used(skiptrace, own):
    done = skiptrace("templates", "lint", own(GOOD)[0])
    assert (done.code, done.out) == (0, "own.toml: can be used\n")


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (("when you like", "or j a i l"), "own.toml line 7: sms_missed_call, en: threatens (jail)"),
        (("请回电{phone}", "请回电{phone}，否则上门"), "own.toml line 8: sms_missed_call, zh: threatens (上门)"),
        (('channel = "sms"', 'channel = "letter"'), "replaces the shipped text with this id: expected channel sms"),
        (("zh = ", "# "), "replaces the shipped text with this id, but not in zh"),
        (("id = ", "di = "), "own.toml line 1: template 1: id: field required"),
        (('"debtor"', '"judge"'), "own.toml line 4: sms_missed_call: party: expected 'debtor' or 'third_party'"),
        (
            ('"missed_call"\n[', '"missed_call"\nloud = true\n['),
            "own.toml line 6: sms_missed_call: loud: unknown field",
        ),
        (("[[template]]", "[[template"), "own.toml: not TOML"),
        (("{opt_out}", ""), "own.toml line 7: sms_missed_call, en: lacks {opt_out}"),
    ],
)
def test_each_fault_is_one_line_with_file_line_template_and_language(change, line, skiptrace, own):
    path, settings = own(GOOD.replace(*change, 1))
    done = skiptrace("templates", "lint", path)
    assert done.code == 4
    assert any(one.startswith(line) or line in one for one in done.out.splitlines()), done.out
    used = skiptrace("templates", "--settings", settings)
    assert used.code == 4
    assert used.err.count("\n") == 1
    assert line in used.err


def test_a_file_that_is_not_there_or_not_text_is_told_in_one_line(skiptrace, tmp_path):
    done = skiptrace("templates", "lint", tmp_path / "none.toml")
    assert (done.code, done.out) == (4, "none.toml: cannot be read (No such file or directory)\n")
    (tmp_path / "x.toml").write_bytes(b"\n\xff")
    assert skiptrace("templates", "lint", tmp_path / "x.toml").out == "x.toml line 2: not UTF-8\n"


def test_a_repeated_id_is_a_fault(skiptrace, own):
    done = skiptrace("templates", "lint", own(GOOD + GOOD)[0])
    assert "own.toml line 9: sms_missed_call: this id is at line 1 already" in done.out


def test_a_reviewed_language_may_be_added(skiptrace, own):
    more = GOOD + 'es = "{company}: llame al {phone}. {disclosure} {opt_out}"\n'
    _, settings = own(more)
    assert "es: no words of this language are known" in skiptrace("templates", "--settings", settings).err
    _, settings = own(more, 'reviewed_languages = ["es"]\n')
    assert "en zh es" in skiptrace("templates", "--settings", settings).out


def test_nothing_is_planned_with_a_text_that_fails_the_lint(skiptrace, own, tmp_path):
    _, settings = own(GOOD.replace("when you like", "or we sue").replace("{name}您好", "起诉"))
    batch = SAMPLES / "five_accounts"
    done = skiptrace("run", batch, "--out", tmp_path / "out", "--as-of", MONDAY, "--settings", settings)
    assert done.code == 4
    assert done.err.splitlines()[-1].startswith("skiptrace: templates that cannot be used: own.toml line 7: ")
    assert "threatens (sue)" in done.err
    assert "threatens (起诉)" in done.err
    assert not (tmp_path / "out" / "schedule.jsonl").exists()
