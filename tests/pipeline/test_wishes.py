"""Stops and consents that a person records hold at once, are never unmade, and leave their trace."""

import shutil
from dataclasses import replace
from datetime import timedelta

import polars as pl
import pytest

from skiptrace.casefile import Casefile, Key
from skiptrace.errors import CasefileError, UsageError
from skiptrace.pipeline import consenting, gathering, stopping
from skiptrace.pipeline.doctoring import audited
from skiptrace.pipeline.planned import batch_id
from skiptrace.pipeline.terms import Terms
from tests.pipeline.conftest import MONDAY, SAMPLES

CEASE = {"account_id": "UK-1002", "kind": "cease"}
CONSENT = {
    "consent_id": "K90",
    "given_by": "debtor",
    "given_to": "this_collector",
    "basis": "consent",
    "purposes": "contact",
}
LATER = timedelta(hours=5)


@pytest.fixture(scope="module")
def read_in(tmp_path_factory):
    """A casefile that holds the five accounts; copy it."""
    made = Casefile(tmp_path_factory.mktemp("five") / "a.casefile", Key("secret"))
    gathering.gather([SAMPLES / "five_accounts"], made, Terms(as_of=MONDAY))
    return made.path


@pytest.fixture
def kept(read_in, casefile):
    shutil.copy(read_in, casefile.path)
    return casefile


@pytest.fixture
def later(terms):
    return replace(terms, as_of=terms.as_of + LATER)


def _standing(casefile, terms, account="UK-1002"):
    """Return the kinds of the stops on an account by which law is judged now."""
    stops = gathering.recall(casefile, terms).tables["stops"].filter(pl.col("account_id") == account)
    return stops.filter(pl.col("until").is_null() | (pl.col("until") > terms.as_of))["kind"].to_list()


def _commands(casefile):
    chain, broken = audited(casefile)
    assert broken is None
    return [entry.command for entry in chain]


def test_a_stop_holds_from_now_on_and_gives_the_next_plan_another_name(kept, terms):
    before = gathering.recall(kept, terms)
    done = stopping.add_stop(CEASE, kept, terms)
    assert done["new"]
    assert done["since"] == terms.as_of
    assert "cease" in _standing(kept, terms)
    after = gathering.recall(kept, terms)
    assert batch_id(after.origin, terms) != batch_id(before.origin, terms)


def test_a_stop_is_the_same_whether_typed_or_read_from_a_file(kept, terms, tmp_path):
    values = {"account_id": "OH-1001", "kind": "Opt-Out", "channel": "SMS", "contact_point": "(614) 555-0142"}
    stopping.add_stop({**values, "since": "2026-11-20T10:00:00-05:00", "detail": "by text"}, kept, terms)
    typed = gathering.recall(kept, terms).tables["stops"]
    (tmp_path / "stops.csv").write_text(
        "account_id,kind,channel,contact_point,since,detail\n"
        "OH-1001,Opt-Out,SMS,(614) 555-0142,2026-11-20T10:00:00-05:00,by text\n"
    )
    read = gathering.gather([tmp_path / "stops.csv"], kept, terms).tables["stops"]
    assert read.drop("_file", "_line").equals(typed.drop("_file", "_line"))
    assert not stopping.add_stop({**values, "since": "2026-11-20T15:00:00Z", "detail": "by text"}, kept, terms)["new"]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"kind": "cease"}, "--account or --contact-point"),
        ({"account_id": "NOPE", "kind": "cease"}, "unknown account"),
        ({"account_id": "NOPE", "contact_point": "+16145550142", "kind": "cease"}, "NOPE: no such account"),
        ({**CEASE, "kind": "seize"}, "--kind: not one of"),
        ({**CEASE, "channel": "fax"}, "--channel: not one of"),
        ({**CEASE, "since": "2026-11-23T09:00:00"}, "--since: .*offset"),
        ({**CEASE, "until": "2026-11-20T09:00:00Z"}, "--until: until before since"),
        ({**CEASE, "contact_point": "12"}, "--contact-point: cannot be read"),
    ],
)
def test_a_stop_that_cannot_be_meant_is_refused_and_nothing_is_kept(values, words, kept, terms):
    with pytest.raises(UsageError, match=words):
        stopping.add_stop(values, kept, terms)
    assert _commands(kept) == ["ingest"]
    assert "cease" not in _standing(kept, terms)


def test_a_lifted_stop_stays_on_record_and_stays_lifted_when_a_file_names_it_again(kept, terms, later):
    name = stopping.list_stops(kept, terms, "TX-1004")["stop_id"][0]
    assert stopping.lift_stops([name], "letter of 20 November", None, kept, later) == [name]
    assert _standing(kept, terms, "TX-1004") == ["cease"]
    assert _standing(kept, later, "TX-1004") == []
    row = stopping.list_stops(kept, later, "TX-1004").row(0, named=True)
    assert (row["state"], row["reason"], row["until"]) == ("lifted", "letter of 20 November", later.as_of)
    assert gathering.gather([SAMPLES / "five_accounts"], kept, later)
    assert _standing(kept, later, "TX-1004") == []
    again = stopping.add_stop({"account_id": "TX-1004", "kind": "cease"}, kept, later)
    assert again["stop_id"] != name
    assert _standing(kept, later, "TX-1004") == ["cease"]


def test_the_same_stop_added_again_after_its_lifting_stands_again(kept, terms, later):
    name = stopping.list_stops(kept, terms, "TX-1004")["stop_id"][0]
    stopping.lift_stops([name], "an error", None, kept, terms)
    values = {"account_id": "TX-1004", "kind": "cease", "since": "2026-09-28T18:00:00Z"}
    done = stopping.add_stop(values, kept, later)
    assert (done["stop_id"], done["new"]) == (name, True)
    assert _standing(kept, later, "TX-1004") == ["cease"]


def test_a_row_that_cannot_be_read_is_lifted_deliberately_and_bars_again_in_a_new_file(kept, terms, later, tmp_path):
    file = tmp_path / "stops.csv"
    file.write_text("account_id,kind,since\nUK-1002,???,2026-11-01T00:00:00Z\n")
    gathering.gather([file], kept, terms)
    name = stopping.list_stops(kept, terms, "UK-1002").filter(pl.col("kind") == "unreadable")["stop_id"][0]
    stopping.lift_stops([name], "the row was a test", None, kept, terms)
    assert "unreadable" not in _standing(kept, terms)
    gathering.gather([file], kept, later)
    assert "unreadable" not in _standing(kept, later)
    file.write_text("account_id,kind,since\nUK-1002,!!!,2026-11-02T00:00:00Z\n")
    looked_at = gathering.gather([file], kept, later, keep=False).tables["stops"]
    assert looked_at.filter((pl.col("kind") == "unreadable") & pl.col("until").is_null()).height == 1
    assert "unreadable" not in _standing(kept, later)
    gathering.gather([file], kept, later)
    assert "unreadable" in _standing(kept, later)


def test_a_lifting_shortens_a_stop_and_never_lengthens_it(kept, terms):
    stopping.add_stop({**CEASE, "until": "2026-11-24T00:00:00Z"}, kept, terms)
    name = stopping.list_stops(kept, terms).filter(pl.col("kind") == "cease", pl.col("account_id") == "UK-1002")[
        "stop_id"
    ][0]
    stopping.lift_stops([name], "later", terms.as_of + timedelta(days=9), kept, terms)
    week = replace(terms, as_of=terms.as_of + timedelta(days=2))
    assert "cease" not in _standing(kept, week)


def test_what_cannot_be_lifted_is_told(kept, terms):
    listed = stopping.list_stops(kept, terms)
    learned = listed.filter(pl.col("attempt_id") == "T10").row(0, named=True)
    assert (learned["kind"], learned["account_id"], learned["stop_id"]) == ("wrong_party", "UK-1002", None)
    name = listed["stop_id"].drop_nulls()[0]
    past = terms.as_of - timedelta(seconds=1)
    for names, reason, until, words in (
        (["T10"], "x", None, "what the attempt's outcome says"),
        (["S0"], "x", None, "no stop of that name"),
        ([name], "  ", None, "--reason"),
        ([name], "x", past, "cannot be unmade"),
    ):
        with pytest.raises(UsageError, match=words):
            stopping.lift_stops(names, reason, until, kept, terms)
    assert _commands(kept) == ["ingest"]


def test_a_consent_is_kept_for_the_contact_point_it_is_given_for(kept, terms):
    consenting.add_consent(
        {**CONSENT, "channels": "sms;call", "scope": "call_back"}, "OH-1001", "+16145550142", kept, terms
    )
    tables = gathering.recall(kept, terms).tables
    row = tables["consents"].filter(pl.col("consent_id") == "K90").row(0, named=True)
    assert (row["channels"], row["scope"], row["given_at"]) == (["sms", "call"], "call_back", terms.as_of)
    points = tables["contact_points"].filter(pl.col("consent_id") == "K90")
    assert points.select("account_id", "kind", "value").rows() == [("OH-1001", "phone", "+16145550142")]
    listed = consenting.list_consents(kept, terms, "OH-1001")
    assert dict(listed.select("consent_id", "state").iter_rows())["K90"] == "holds"


@pytest.mark.parametrize(
    ("values", "account", "point", "words"),
    [
        ({**CONSENT, "consent_id": "K01"}, None, None, "K01: is there already"),
        ({**CONSENT, "purposes": "harass"}, None, None, "--purposes: not one of"),
        ({**CONSENT, "basis": None}, None, None, "--basis: missing value"),
        ({**CONSENT, "basis": "handshake"}, None, None, "--basis: not one of: consent, "),
        (CONSENT, "OH-1001", None, "belong together"),
        (CONSENT, "NOPE", "+16145550142", "unknown account"),
        (CONSENT, "OH-1001", "12", "--contact-point"),
        ({**CONSENT, "valid_until": "2020-01-01T00:00:00Z"}, None, None, "--valid-until: valid_until before given_at"),
    ],
)
def test_a_consent_that_cannot_be_meant_is_refused_and_nothing_is_kept(values, account, point, words, kept, terms):
    with pytest.raises(UsageError, match=words):
        consenting.add_consent(values, account, point, kept, terms)
    assert _commands(kept) == ["ingest"]
    assert "K90" not in gathering.recall(kept, terms).tables["consents"]["consent_id"]


def test_a_revoked_consent_never_holds_again(kept, terms, later):
    assert {"R01"} <= set(gathering.recall(kept, later).tables["records"]["record_id"])
    done = consenting.revoke_consent("K01", None, "by telephone", kept, terms)
    assert done["revocation_received_at"] == terms.as_of
    assert "R01" not in gathering.recall(kept, later).tables["records"]["record_id"]
    gathering.gather([SAMPLES / "five_accounts"], kept, later)
    consenting.revoke_consent("K01", later.as_of.isoformat(), "once more", kept, later)
    row = gathering.recall(kept, later).tables["consents"].filter(pl.col("consent_id") == "K01").row(0, named=True)
    assert row["revocation_received_at"] == terms.as_of
    listed = consenting.list_consents(kept, later).filter(pl.col("consent_id") == "K01").row(0, named=True)
    assert (listed["state"], listed["reason"]) == ("revoked", "by telephone")


def test_what_cannot_be_revoked_is_told(kept, terms):
    for name, received, reason, words in (
        ("K99", None, "x", "no consent of that id"),
        ("K01", "yesterday", "x", "--revocation-received-at"),
        ("K01", None, " ", "--reason"),
    ):
        with pytest.raises(UsageError, match=words):
            consenting.revoke_consent(name, received, reason, kept, terms)


def test_a_misspelt_casefile_is_not_made(terms, tmp_path):
    missing = Casefile(tmp_path / "no.casefile", Key("k"))
    with pytest.raises(CasefileError, match="no such casefile"):
        stopping.add_stop(CEASE, missing, terms)
    assert not missing.path.exists()


def test_the_audit_tells_what_was_done_and_holds_no_personal_data(kept, terms):
    done = stopping.add_stop({**CEASE, "contact_point": "+447700900461"}, kept, terms)
    stopping.lift_stops([done["stop_id"]], "Priya Hartwell called", None, kept, terms)
    consenting.add_consent(CONSENT, "OH-1001", "+16145550142", kept, terms)
    consenting.revoke_consent("K90", None, "Jon Ellery wrote", kept, terms)
    assert _commands(kept) == ["ingest", "stop add", "stop lift", "consent add", "consent revoke"]
    text = str(audited(kept)[0])
    for secret in ("UK-1002", "447700900461", "Hartwell", "Ellery", "K90", "6145550142"):
        assert secret not in text
    assert done["stop_id"] in text
