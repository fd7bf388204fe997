"""A permit once issued is explained by the same bytes for ever, and one that was tampered with is found out."""

import json
import shutil
from dataclasses import replace
from datetime import timedelta

import polars as pl
import pytest

from skiptrace.casefile import Casefile, Key
from skiptrace.compliance import check
from skiptrace.contracts.stages import CODED_ATTEMPTS
from skiptrace.errors import UsageError
from skiptrace.pipeline import gathering, plans, results, runs
from skiptrace.pipeline.permits import explain_issued
from skiptrace.pipeline.terms import Terms
from skiptrace.pipeline.understanding import understand
from skiptrace.settings import Settings
from tests.pipeline.conftest import MONDAY, SAMPLES


@pytest.fixture(scope="module")
def monday(tmp_path_factory):
    """A casefile with one plan; copy it."""
    folder = tmp_path_factory.mktemp("monday")
    made, terms = Casefile(folder / "a.casefile", Key("secret")), Terms(as_of=MONDAY, seed=1)
    runs.run(gathering.gather([SAMPLES / "five_accounts"], made, terms), made, folder / "out", terms)
    return made.path


@pytest.fixture
def planned(monday, casefile):
    shutil.copy(monday, casefile.path)
    return casefile


def _permits(casefile):
    with casefile.open() as opened:
        return opened.read("placements", plans.PLACEMENTS)["permit_id"].unique().sort().to_list()


def _explained(casefile, permits):
    return {permit: json.dumps(explain_issued(permit, casefile), sort_keys=True) for permit in permits}


def _set(casefile, table, change):
    with casefile.open() as opened:
        opened.connection.execute(f"UPDATE {opened.table(table)} SET {change}")  # noqa: S608  # our own change


def test_every_permit_of_a_plan_follows_from_what_is_kept(planned):
    permits = _permits(planned)
    assert len(permits) == 8
    for permit in permits:
        found = explain_issued(permit, planned)
        assert found["permit"]["recomputed"] == permit
        assert found["permit"]["verdict"] == "allow"
        assert {row["verdict"] for row in found["rows"]} == {"allow"}
        assert all(row["citation"] for row in found["rows"])


@pytest.mark.slow
def test_permits_of_a_large_plan_follow_too(five, terms, casefile, tmp_path):
    batch = five.parent / "lost_contacts"
    runs.run(gathering.gather([batch], casefile, terms), casefile, tmp_path / "out", terms)
    with casefile.open() as opened:
        second = opened.read("placements", plans.PLACEMENTS).sort("wave", "attempt_id", descending=[True, False])
    assert second["wave"].max() > 1
    for permit in second["permit_id"].gather_every(10):
        assert explain_issued(permit, casefile)["permit"]["matches"], permit


def test_nothing_that_comes_in_later_changes_an_explanation(planned, terms, tmp_path):
    before = _explained(planned, _permits(planned))
    with planned.open() as opened:
        first = opened.read("placements", plans.PLACEMENTS).sort("not_before")
    report = tmp_path / "r.csv"
    told = first.head(2).select("attempt_id", started_at="not_before", outcome=pl.lit("right_party"))
    told.write_csv(report)
    late = tmp_path / "late"
    late.mkdir()
    stops = [f"{account},cease,2026-11-20T00:00:00Z" for account in first["account_id"].unique().sort()]
    (late / "stops.csv").write_text("\n".join(["account_id,kind,since", *stops]))
    (late / "consents.csv").write_text(
        "consent_id,given_by,given_to,basis,purposes,given_at,revoked_at\n"
        "K03,debtor,this_collector,separate_consent,locate;contact;share,2025-09-30T03:00:00Z,2026-11-01T00:00:00Z\n"
    )
    (late / "attempts.csv").write_text(
        "account_id,channel,contact_point,started_at,outcome\n"
        "OH-1001,call,+16145550142,2026-11-22T10:00:00-05:00,right_party\n"
    )
    (late / "accounts.csv").write_text("account_id,full_name,country,region\nOH-1001,Jon Ellery,US,CA\n")
    tuesday = replace(terms, as_of=terms.as_of + timedelta(days=1))
    gathering.gather([late], planned, tuesday)
    for days in (1, 4, 30):
        then = replace(terms, as_of=terms.as_of + timedelta(days=days))
        if days == 4:
            results.take_results(report, planned, then)
        runs.run(gathering.recall(planned, then), planned, tmp_path / "out", then)
    with planned.open() as opened:
        assert opened.read("plans", plans.PLANS)["plan"].to_list() == [1, 2, 3, 4]
    assert _explained(planned, before) == before


def test_a_plan_of_another_day_takes_the_place_of_what_was_still_to_come(planned, terms, tmp_path):
    tuesday = replace(terms, as_of=terms.as_of + timedelta(days=1), seed=3)
    runs.run(gathering.recall(planned, tuesday), planned, tmp_path / "out", tuesday)
    with planned.open() as opened:
        kept = opened.read("placements", plans.PLACEMENTS)
        stand = plans.standing(opened)
    assert set(kept["plan"]) == {1, 2}
    assert stand.filter(pl.col("not_before").str.to_datetime(time_zone="UTC") >= tuesday.as_of)[
        "plan"
    ].unique().to_list() == [2]


def test_the_same_plan_made_again_is_kept_once(planned, five, terms, tmp_path):
    with planned.open() as opened:
        before = opened.read("placements", plans.PLACEMENTS)
    runs.run(gathering.gather([five], planned, terms), planned, tmp_path / "out", terms)
    with planned.open() as opened:
        assert opened.read("placements", plans.PLACEMENTS).equals(before)
        assert opened.read("plans", plans.PLANS).height == 1


@pytest.mark.parametrize(
    "change",
    [
        "contact_point = contact_point || '0'",
        "account_id = 'UK-1005'",
        "not_after = replace(not_after, ':30:00', ':45:00')",
        "not_before = replace(not_before, '2026-11', '2026-10')",
        "channel = 'sms'",
        "party = 'third_party'",
    ],
)
def test_a_placement_that_was_changed_no_longer_matches_its_permit(change, planned):
    with planned.open() as opened:
        call = opened.read("placements", plans.PLACEMENTS).filter(pl.col("account_id") == "OH-1001").row(0, named=True)
    _set(planned, "placements", change)
    assert not explain_issued(call["permit_id"], planned)["permit"]["matches"]


def test_facts_and_law_that_were_changed_no_longer_match(planned):
    permit = _permits(planned)[0]
    _set(planned, "fact_people", "country = 'FR', region = NULL")
    assert not explain_issued(permit, planned)["permit"]["matches"]


def test_a_rulebook_comes_back_as_it_was_and_judges_alike(planned, five, terms):
    gathered = gathering.gather([five], None, terms)
    picture = understand(gathered.tables, gathered.history, terms)
    with planned.open() as opened:
        kept = plans.read_plan(opened, 1)
    assert kept.rulebook.version == picture.rulebook.version == kept.rulebook_version
    assert kept.rulebook.provisions == picture.rulebook.provisions
    leads = picture.facts.leads
    proposals = leads.join(pl.DataFrame({"channel": ["call", "sms", "email", "letter"]}), how="cross").select(
        "account_id",
        "channel",
        "contact_point",
        "point_key",
        "party",
        at=pl.lit(terms.as_of + timedelta(days=2, hours=8)),
    )
    judged = check(proposals, picture.facts, picture.rulebook, terms.as_of, terms.settings.check)
    again = check(proposals, kept.facts, kept.rulebook, kept.as_of, kept.params)
    assert judged.equals(again)
    assert judged["verdict"].n_unique() > 1


def test_settings_of_the_plan_are_those_it_is_explained_by(five, terms, casefile, tmp_path):
    long = replace(terms, settings=Settings.model_validate({"check": {"expected_call_s": 900}}))
    runs.run(gathering.gather([five], casefile, long), casefile, tmp_path / "out", long)
    with casefile.open() as opened:
        assert plans.read_plan(opened, 1).params.expected_call_s == 900
    assert explain_issued(_permits(casefile)[0], casefile)["permit"]["matches"]


def test_what_nobody_issued_and_what_is_too_old_are_told(planned):
    assert explain_issued("PNOBODY", planned) is None
    permit = _permits(planned)[0]
    _set(planned, "placements", "plan = NULL")
    with pytest.raises(UsageError, match="kept no facts"):
        explain_issued(permit, planned)


def test_an_unchanged_fact_is_kept_once_however_many_plans_see_it(planned, terms, tmp_path):
    for days in (1, 2, 3):
        then = replace(terms, as_of=terms.as_of + timedelta(days=days))
        runs.run(gathering.recall(planned, then), planned, tmp_path / "out", then)
    with planned.open() as opened:
        attempts = opened.read("fact_attempts", {"attempt_id": pl.String()})
    told = attempts.filter(pl.col("attempt_id").str.starts_with("T"))
    assert told.height == told["attempt_id"].n_unique() == 22
    assert set(attempts.columns) - {"_since", "_until"} <= set(CODED_ATTEMPTS.schema)
