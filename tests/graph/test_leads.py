from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest

from skiptrace.contracts.stages import LEADS

MINE, HERS, OTHER = "+16175550101", "+16175550103", "+16175550106"


def test_leads_keep_the_contract_and_its_key(family):
    leads = family.trace().leads
    assert leads.schema == LEADS.schema
    assert LEADS.validate(leads).rejected.is_empty()
    assert leads.select(LEADS.key).is_duplicated().sum() == 0
    assert (
        leads.select("point_key", "path", "record_ids", "consent_ids", "own").null_count().sum_horizontal().item() == 0
    )


def test_ranks_begin_at_one_in_each_account_kind_and_party_and_fall_with_the_chance_of_an_answer(family):
    leads = family.trace().leads.with_columns(worth=pl.col("p_owner") * pl.col("p_live"))
    groups = leads.group_by("account_id", "kind", "party", maintain_order=True).agg("rank", "worth")
    for ranks, worth in groups.select("rank", "worth").rows():
        assert ranks == list(range(1, len(ranks) + 1))
        assert worth == sorted(worth, reverse=True)


def test_a_lead_names_its_rows_and_consents(family):
    lead = family.lead("A1", MINE)
    assert lead["record_ids"] == ["A1", "R1"]
    assert lead["consent_ids"] == ["c-R1"]
    assert lead["own"] is True
    new = family.lead("A1", "+16175550104")
    assert (new["record_ids"], new["consent_ids"], new["own"]) == (["R1"], ["c-R1"], False)


def test_a_contact_point_under_consent_is_not_the_creditors_own(world):
    world.account("A1")
    world.point("A1", MINE, 5, source="bureau_x", consent_id="c1")
    lead = world.lead("A1", MINE)
    assert (lead["own"], lead["consent_ids"]) == (False, ["c1"])


def test_the_path_tells_the_evidence_in_one_line(family):
    assert family.lead("A1", MINE)["path"] == (
        "own file (accounts) · record R1 (bureau_x) matched 0.97 · seen 2026-10-25"
        " · last said right party on 2026-11-04"
    )
    assert family.lead("A1", HERS, "third_party")["path"] == (
        "spouse, relation r1 · last said third party on 2026-11-21"
    )
    assert family.lead("A1", "+16175550102")["path"].startswith("account A2 of the same person · seen 2024-06-07")


def test_no_personal_value_stands_in_a_path(family):
    leads = family.trace().leads
    values = [*family.inputs().points["contact_point"], "陈", "Chen", "Stone", "acme"]
    assert not any(value in path for path in leads["path"] for value in values)


def test_a_third_partys_points_never_become_the_debtors(family):
    debtor = family.trace().leads.filter(pl.col("party") == "debtor", pl.col("account_id").is_in(["A1", "A2"]))
    assert HERS not in debtor["contact_point"].to_list()
    assert "+16175550105" not in debtor["contact_point"].to_list()


def test_the_spouses_record_stays_hers_although_it_matches_the_debtor_possibly(world):
    world.account("A1")
    world.relation("r1", "A1", "e2")
    world.record("R1", "e9")
    world.point("R1", HERS, 5)
    world.pair("A1", "R1", 0.8)
    assert world.trace().leads["contact_point"].to_list() == [HERS]
    world.pair("r1", "R1", 0.85)
    assert world.trace().leads.is_empty()


def test_what_both_have_is_one_row_a_party_and_a_little_less_the_debtors(family):
    home = family.trace().leads.filter(pl.col("contact_point") == "1 elm st|boston", pl.col("account_id") == "A1")
    assert sorted(home["party"]) == ["debtor", "third_party"]
    family.points = [row for row in family.points if row["record_id"] != "r1"]
    assert family.lead("A1", "1 elm st|boston")["p_owner"] > home.filter(pl.col("party") == "debtor")["p_owner"].item()
    assert "a relation has it too" in home.filter(pl.col("party") == "debtor")["path"].item()


def test_third_parties_carry_their_relation_and_company_accounts_their_people(world):
    world.account("A1", kind="company")
    world.relation("r1", "A1", relation="legal_representative")
    world.relation("r2", "A1", relation="shareholder")
    world.point("r1", HERS)
    world.point("r2", HERS)
    lead = world.lead("A1", HERS, "third_party")
    assert (lead["relation"], lead["relation_id"]) == ("legal_representative", "r1")
    assert lead["record_ids"] == ["r1", "r2"]
    assert lead["path"] == "legal_representative, relation r1 and 1 more relation"


@pytest.fixture
def firm(world):
    """A company that owes, with a legal representative, whom a registry's record names with another number."""
    world.account("A1", "e1", kind="company")
    world.relation("r1", "A1", "e2", relation="legal_representative", consent_id="c-r1")
    world.record("R7", "e2", source="registry")
    world.point("r1", HERS)
    world.point("R7", OTHER, 5)
    world.pair("r1", "R7", 0.98)
    return world


def test_a_matching_record_gives_a_third_partys_lead_and_says_so(firm):
    lead = firm.lead("A1", OTHER, "third_party")
    assert lead["path"] == "legal_representative, relation r1 · record R7 (registry) matched 0.98 · seen 2026-11-19"
    assert (lead["relation"], lead["relation_id"]) == ("legal_representative", "r1")
    # The consent of the row that names the point lets it be used; that of the relation is asked by its id.
    assert (lead["record_ids"], lead["consent_ids"], lead["own"]) == (["R7", "r1"], ["c-R7"], False)


def test_a_third_partys_lead_is_as_sure_as_the_match(firm):
    before = firm.lead("A1", OTHER, "third_party")["prior_owner"]
    firm.pairs.clear()
    firm.pair("r1", "R7", 0.92)
    after = firm.lead("A1", OTHER, "third_party")["prior_owner"]
    assert after / before == pytest.approx(0.92 / 0.98, abs=1e-5)


def test_a_third_partys_unlikely_point_is_left_out_unless_the_relation_names_it(firm):
    for value in (HERS, OTHER):
        firm.attempt("A1", value, "wrong_number")
    assert firm.trace(min_owner=0.4).leads["contact_point"].to_list() == [HERS]


def test_a_record_backs_the_point_that_the_relation_names(firm):
    before = firm.lead("A1", HERS, "third_party")["prior_owner"]
    firm.point("R7", HERS, 5)
    lead = firm.lead("A1", HERS, "third_party")
    assert lead["prior_owner"] > before
    assert lead["consent_ids"] == ["c-R7", "c-r1"]
    assert lead["path"] == "legal_representative, relation r1 · record R7 (registry) matched 0.98 · seen 2026-11-19"


def test_a_relation_that_names_the_point_goes_before_one_whose_record_does(firm):
    firm.relation("r2", "A1", "e3", relation="friend")
    firm.point("r2", OTHER)
    lead = firm.lead("A1", OTHER, "third_party")
    assert (lead["relation"], lead["relation_id"]) == ("friend", "r2")
    assert lead["record_ids"] == ["R7", "r1", "r2"]


def test_the_third_partys_points_are_not_the_debtors(firm):
    leads = firm.trace().leads
    assert set(leads["party"]) == {"third_party"}


def test_no_account_hears_of_a_debtor_through_a_firm(firm):
    firm.account("A2", "e2", person_id="p2")
    firm.point("A2", MINE, 5)
    leads = firm.trace().leads.select("account_id", "party", "contact_point").rows()
    assert sorted(leads) == [("A1", "third_party", HERS), ("A2", "debtor", MINE)]


def test_the_debtors_lead_has_no_relation(family):
    debtor = family.trace().leads.filter(pl.col("party") == "debtor")
    assert debtor.select(pl.col("relation", "relation_id").is_null().all()).row(0) == (True, True)


def test_leads_too_unlikely_are_left_out_unless_the_account_itself_names_them(world):
    world.account("A1")
    world.record("R1")
    world.pair("A1", "R1", 0.9)
    world.point("A1", MINE, 5)
    world.point("R1", OTHER, 5)
    for value in (MINE, OTHER):
        world.attempt("A1", value, "wrong_number")
    assert world.trace(min_owner=0.1).leads["contact_point"].to_list() == [MINE]


def test_a_work_label_wins_over_others(world):
    world.account("A1")
    world.point("A1", MINE, 5, label="home")
    world.point("A1", MINE, 900, source="crm", label="work")
    world.point("A1", OTHER, 5)
    assert world.lead("A1", MINE)["label"] == "work"
    assert world.lead("A1", OTHER)["label"] is None


def test_every_place_that_any_row_gives_a_point_is_kept(world):
    world.account("A1")
    world.account("A2")
    world.point("A1", "1 elm st", 5, places=["US-MA"])
    world.point("A2", "1 elm st", 5, places=["US-NH", "US-MA"])
    assert world.lead("A1", "1 elm st")["places"] == ["US-MA", "US-NH"]


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ([(1, "not_reassigned"), (2, "reassigned")], "reassigned"),
        ([(1, "reassigned"), (2, "not_reassigned")], "not_reassigned"),
        ([(1, "reassigned"), (1, "not_reassigned")], "reassigned"),
        ([(1, "not_reassigned"), (None, "reassigned")], "not_reassigned"),
    ],
)
def test_the_latest_reassignment_check_counts_and_the_worse_of_two_at_once(world, results, expected):
    world.account("A1")
    for number, (day, result) in enumerate(results):
        checked = None if day is None else datetime(2026, 11, day, tzinfo=UTC)
        world.point("A1", MINE, 5, source=f"s{number}", reassignment_checked_on=checked, reassignment_result=result)
    assert world.lead("A1", MINE)["reassignment_result"] == expected


def test_a_missing_source_is_the_creditors_file(world):
    world.account("A1")
    world.point("A1", MINE, source=None)
    assert world.lead("A1", MINE)["path"] == "own file (accounts)"
