"""The table of treatments: each rule from both sides, and what is wrong with a table."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skiptrace.errors import SettingsError
from skiptrace.planning.cadences import load_cadences, shipped_cadences
from skiptrace.planning.history import HISTORY
from skiptrace.planning.templates import Medium, Stage, load_book
from skiptrace.planning.templates.spelling import PLACEHOLDER
from skiptrace.planning.treatment import TREATMENT, Bounds, load_treatments, treat, untreated
from skiptrace.settings import TemplatesParams
from skiptrace.vocabulary import Tag

BOOK = load_book(TemplatesParams())
RULES = load_treatments(None, shipped_cadences(), BOOK)
COUNTS = [name for name, column in HISTORY.columns.items() if column.dtype == pl.Int64()]
NOTHING = dict.fromkeys(COUNTS, 0)


def treated(**facts: object) -> dict:
    row = HISTORY.conform(pl.DataFrame([{"account_id": "A", **facts}], schema_overrides=HISTORY.schema))
    found = treat(row, RULES)
    assert TREATMENT.validate(found).rejected.is_empty()
    return found.row(0, named=True)


@pytest.mark.parametrize(
    ("facts", "profile", "cadence"),
    [
        ({}, "standard", "standard"),
        (NOTHING, "standard", "standard"),
        ({"tag": "lost"}, "standard", "standard"),
        ({"promise": "due", "tag": "promise_to_pay"}, "promise_due", "promise"),
        ({"promise": "ahead", "tag": "promise_to_pay"}, "promise_ahead", "gentle"),
        ({"promise": None, "tag": "promise_to_pay"}, "standard", "standard"),
        ({"tag": "needs_help"}, "needs_help", "help_first"),
        ({"tag": "needs_help", "refusals": 0}, "needs_help", "help_first"),
        ({"tag": "needs_help", "refusals": 1}, "held_back", "none"),
        ({"tag": "dispute"}, "dispute", "standard"),
        ({"kind": "company"}, "business", "business"),
        ({"kind": "person"}, "standard", "standard"),
        ({"kind": None}, "standard", "standard"),
        ({"reached": 0, "own_wrong_numbers": 2, "own_attempts": 6}, "identity_doubt", "gentle"),
        ({"reached": 1, "own_wrong_numbers": 2, "own_attempts": 6}, "standard", "standard"),
        ({"reached": 0, "own_wrong_numbers": 1, "own_attempts": 6}, "standard", "standard"),
        ({"reached": 0, "own_wrong_numbers": 2, "own_attempts": 5}, "standard", "standard"),
        ({"promises_broken": 1, "refusals": 2}, "unwilling_unable", "help_first"),
        ({"promises_broken": 1, "refusals": 1}, "standard", "standard"),
        ({"promises_broken": 1, "hang_ups": 3}, "unwilling_unable", "help_first"),
        ({"promises_broken": 1, "hang_ups": 2}, "standard", "standard"),
        ({"promises_broken": 1, "replies": 1}, "willing_unable", "standard"),
        ({"promises_broken": 1, "replies": 0}, "standard", "standard"),
        ({"promises_broken": 0, "replies": 1}, "standard", "standard"),
        ({"promises_broken": None, "replies": 1}, "standard", "standard"),
        ({"refusals": 2}, "unwilling_able", "gentle"),
        ({"refusals": 1}, "standard", "standard"),
        ({"hang_ups": 3}, "unwilling_able", "gentle"),
        ({"hang_ups": 2}, "standard", "standard"),
        ({"tag": "wilful"}, "unwilling_able", "standard"),
        ({"promises_kept": 1, "promises_broken": 0}, "willing_able", "gentle"),
        ({"promises_kept": 1, "promises_broken": 1}, "standard", "standard"),
        ({"promises_kept": 0, "promises_broken": 0}, "standard", "standard"),
        ({"missed_calls": 3, "reached": 0}, "unanswered", "standard"),
        ({"missed_calls": 2, "reached": 0}, "standard", "standard"),
        ({"missed_calls": 3, "reached": 1}, "standard", "standard"),
    ],
)
def test_each_rule_from_both_sides(facts, profile, cadence):
    found = treated(**facts)
    assert (found["profile"], found["cadence"]) == (profile, cadence)
    assert bool(found["why"]) == (profile != "standard")


def test_whoever_needs_help_is_offered_help_on_every_channel():
    found = treated(tag="needs_help")
    assert [found[name] for name in ("call", "sms", "email", "letter")] == [
        "call_hardship_help",
        "sms_hardship_help",
        "email_hardship_help",
        "letter_hardship_help",
    ]


def test_no_treatment_chooses_a_final_notice_by_itself():
    assert Stage.FINAL_NOTICE not in {rule.templates for rule in RULES}
    assert not any("final" in (rule.after_missed_call or "") for rule in RULES)


def test_no_treatment_chooses_a_text_that_asks_for_what_no_account_tells():
    chosen = {f"{medium}_{rule.templates}" for rule in RULES for medium in ("call", "sms", "email", "letter")}
    for name in chosen & set(BOOK.templates):
        one = BOOK.templates[name]
        for text in (*one.texts.values(), *one.once_identified.values()):
            assert not {"amount", "referral_to", "referral_on"} & set(PLACEHOLDER.findall(text)), name


def test_every_channel_gets_a_text_for_that_channel():
    for medium in (Medium.CALL, Medium.SMS, Medium.EMAIL, Medium.LETTER):
        for rule in RULES:
            found = treat(HISTORY.conform(pl.DataFrame({"account_id": ["A"]})), [rule.model_copy(update={"when": {}})])
            assert BOOK.templates[found[str(medium)].item()].medium is medium


@given(
    facts=st.fixed_dictionaries(
        {
            "tag": st.none() | st.sampled_from(list(Tag)).map(str),
            "kind": st.sampled_from([None, "person", "company"]),
            "promise": st.sampled_from([None, "due", "ahead"]),
            **{name: st.none() | st.integers(0, 7) for name in COUNTS},
        }
    )
)
def test_the_first_rule_that_holds_decides_whatever_is_known(facts):
    def holds(rule):
        for name, wanted in rule.when.items():
            value = facts[name]
            if value is None:
                return False
            if isinstance(wanted, Bounds):
                if wanted.least is not None and value < wanted.least:
                    return False
                if wanted.most is not None and value > wanted.most:
                    return False
            elif value not in wanted:
                return False
        return True

    first = next(rule for rule in RULES if holds(rule))
    found = treated(**facts)
    assert (found["profile"], found["cadence"], found["why"]) == (first.profile, first.cadence, list(first.reasons))


def test_accounts_of_which_nothing_is_known_are_treated_as_before():
    found = untreated(pl.DataFrame({"account_id": ["B", "A"]}))
    assert found["account_id"].to_list() == ["B", "A"]
    assert set(found["cadence"]) == {"standard"}
    assert set(found["call"]) == {"call_opening"}
    assert found["after_missed_call"].null_count() == 2


RULE = """[[rule]]
profile = "all"
cadence = "standard"
templates = "first_reminder"
reasons = ["ours"]
"""


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('"standard"', '"fast"'), r"mine\.toml line 3: rule\.1\.cadence: expected one of standard, promise"),
        (('"standard"', '"location_only"'), "cadence: expected one of standard"),
        (('"first_reminder"', '"location_request"'), "templates: there is no text call_location_request"),
        (('"first_reminder"', '"dunning"'), r"mine\.toml line 4: rule\.1\.templates: expected 'first_reminder'"),
        (
            ("reasons", 'after_missed_call = "letter_missed_call"\nreasons'),
            r"line 5: rule\.1\.after_missed_call: expected the id",
        ),
        (("reasons", "when = { luck = { least = 1 } }\nreasons"), "luck: no such fact; known: tag, kind, promise"),
        (("reasons", "when = { refusals = ['x'] }\nreasons"), "refusals: expected least or most"),
        (("reasons", "when = { tag = { least = 1 } }\nreasons"), "tag: expected words"),
        (("reasons", "when = { refusals = {} }\nreasons"), "expected least, most or both"),
        (("reasons", "when = { tag = ['lost'] }\nreasons"), r"line 5: rule\.1\.when: the last rule has no conditions"),
        (
            ("reasons", "when = { tag = ['helpless'] }\nreasons"),
            "tag: expected some of lost, promise_to_pay, needs_help",
        ),
        (
            ("reasons", "when = { promise = ['later'] }\nreasons"),
            "promise: expected some of due, reminded, ahead, made",
        ),
        (("reasons", "when = { kind = [] }\nreasons"), "kind: expected some of person, company"),
        (("reasons", "when = { replies = { least = 3, most = 1 } }\nreasons"), "least is more than most"),
        (("[[rule]]", RULE.strip() + "\n[[rule]]"), r"line 1: rule\.1\.when: only the last rule has no conditions"),
        (("reasons", "colour = 'red'\nreasons"), r"mine\.toml line 5: rule\.1\.colour: unknown field"),
        (("reasons = [", "# ["), r"mine\.toml line 1: rule\.1\.reasons: field required"),
        (('"standard"\ntemplates', '"none"\ntemplates'), None),
        (("[[rule]]", "[[rule"), "not TOML"),
    ],
)
def test_a_table_of_the_users_is_read_and_its_faults_are_told_in_one_line(tmp_path, change, message):
    path = tmp_path / "mine.toml"
    path.write_text(RULE.replace(*change, 1), encoding="utf-8")
    if message is None:
        (rule,) = load_treatments(str(path), shipped_cadences(), BOOK)
        assert rule.cadence == "none"
        return
    with pytest.raises(SettingsError, match=message) as caught:
        load_treatments(str(path), shipped_cadences(), BOOK)
    assert "\n" not in str(caught.value)


def test_nobody_is_held_back_without_a_reason(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(RULE.replace('"standard"', '"none"').replace('["ours"]', "[]"), encoding="utf-8")
    with pytest.raises(SettingsError, match="not held back without a reason"):
        load_treatments(str(path), shipped_cadences(), BOOK)


def test_a_reason_says_something(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(RULE.replace('"standard"', '"none"').replace('["ours"]', '[" "]'), encoding="utf-8")
    with pytest.raises(SettingsError, match=r"rule\.1\.reasons: a reason that says nothing"):
        load_treatments(str(path), shipped_cadences(), BOOK)


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(SettingsError, match=r"none\.toml: cannot be read"):
        load_treatments(str(tmp_path / "none.toml"), shipped_cadences(), BOOK)


CADENCE = """[[cadence]]
id = "gentle"
summary = "ours"
party = "debtor"
most_attempts = 1
again = "other_channel"
[[cadence.wave]]
channels = ["letter"]
"""


def test_a_cadence_of_the_users_takes_the_place_of_the_shipped_one(tmp_path):
    (tmp_path / "mine.toml").write_text(CADENCE, encoding="utf-8")
    found = load_cadences([str(tmp_path / "mine.toml")])
    assert found["gentle"].most_attempts == 1
    assert set(found) == set(shipped_cadences())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('"gentle"', '"none"'), r"mine\.toml line 2: cadence\.1\.id: none means that an account is held back"),
        (
            ("[[cadence]]", CADENCE.strip() + "\n[[cadence]]"),
            r"line 10: cadence\.2\.id: gentle stands in this file twice",
        ),
        (('"debtor"', '"third_party"'), r"line 4: cadence\.1\.party: expected 'debtor', as the shipped one has"),
        (('"gentle"\n', '"ask"\n'), None),
        (
            ('"letter"', '"fax"'),
            r"mine\.toml line 8: cadence\.1\.wave\.1\.channels\.1: expected .*, found \"fax\"",
        ),
        (('"letter"', '"visit"'), r"mine\.toml line 8: cadence\.1\.wave\.1\.channels: no visits are planned"),
        (('["letter"]', "[]"), r"mine\.toml line 8: cadence\.1\.wave\.1\.channels: expected at least one"),
        (("= 1", "= 0"), r"mine\.toml line 5: cadence\.1\.most_attempts: expected greater than or equal to 1"),
        (('"other_channel"', '"same"'), "cadence.1.again: expected 'other_daypart' or 'other_channel'"),
        (
            ("most_attempts", "max_attempts"),
            r"line 5: cadence\.1\.max_attempts: unknown field; nearest known: most_attempts",
        ),
    ],
)
def test_the_faults_of_a_cadence_are_told_in_one_line(tmp_path, change, message):
    path = tmp_path / "mine.toml"
    path.write_text(CADENCE.replace(*change, 1), encoding="utf-8")
    if message is None:
        assert "ask" in load_cadences([str(path)])
        return
    with pytest.raises(SettingsError, match=message) as caught:
        load_cadences([str(path)])
    assert "\n" not in str(caught.value)


def test_a_third_party_is_only_ever_called(tmp_path):
    text = CADENCE.replace('"gentle"', '"location_only"').replace('"debtor"', '"third_party"')
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    with pytest.raises(
        SettingsError, match=r"line 8: cadence\.1\.wave\.1\.channels: a third party is only ever called"
    ):
        load_cadences([str(tmp_path / "mine.toml")])
