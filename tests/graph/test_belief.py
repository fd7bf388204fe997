from __future__ import annotations

from datetime import timedelta

import pytest

MINE, OTHER = "+16175550101", "+16175550106"


def owner(world, value=MINE, account="A1", **params):
    return world.lead(account, value, **params)["p_owner"]


def live(world, value=MINE, account="A1", **params):
    return world.lead(account, value, **params)["p_live"]


@pytest.fixture
def mine(world):
    world.account("A1", "e1")
    world.point("A1", MINE, 365)
    return world


def test_recent_sightings_count_more_and_undated_ones_as_middle_aged(world):
    world.account("A1")
    for value, days in (("+1", 0), ("+2", 365), ("+3", None), ("+4", 4000)):
        world.point("A1", value, days)
    fresh, middle, undated, old = (owner(world, value) for value in ("+1", "+2", "+3", "+4"))
    assert fresh > middle == undated > old > 0.18


def test_a_sighting_in_the_future_is_of_today(world):
    world.account("A1")
    world.point("A1", "+1", -30)
    world.point("A1", "+2", 0)
    assert owner(world, "+1") == owner(world, "+2")


def test_independent_sources_agree_but_copies_of_one_count_once(mine):
    alone = owner(mine)
    for row_id, source in (("R1", "bureau_x"), ("R2", "bureau_x"), ("R3", "bureau_y")):
        mine.record(row_id, "e1", source=source)
        mine.pair("A1", row_id, 0.95)
    mine.point("R1", MINE, 50)
    once = owner(mine)
    mine.point("R2", MINE, 50)
    assert owner(mine) == once > alone
    mine.point("R3", MINE, 50)
    assert owner(mine) > once


def test_two_stale_sources_that_agree_do_not_make_a_point_fresh(mine):
    mine.points[0]["last_seen"] -= timedelta(days=4000)
    alone = owner(mine)
    mine.record("R1", "e1")
    mine.pair("A1", "R1", 1.0)
    mine.point("R1", MINE, 4000)
    assert alone < owner(mine) < 0.26


def test_the_probability_of_the_match_stays_in_the_lead(world):
    world.account("A1")
    for row_id, probability in (("R1", 0.95), ("R2", 0.6)):
        world.record(row_id)
        world.pair("A1", row_id, probability)
    world.point("R1", "+1", 0)
    world.point("R2", "+2", 0)
    assert owner(world, "+1", prior_record=0.6) == pytest.approx(0.95 * 0.6, abs=2e-6)
    # The record with which the account is possibly matched is not a stranger at its own point.
    assert owner(world, "+2", prior_record=0.6) == pytest.approx(0.6 * 0.6, abs=2e-6)


def test_points_of_many_strangers_belong_to_hardly_any(mine):
    alone = owner(mine)
    for number in range(400):
        mine.account(f"B{number}")
        mine.point(f"B{number}", MINE, 365)
    lead = mine.lead("A1", MINE)
    assert lead["p_owner"] < 0.01 < alone
    assert "shared with 400 others" in lead["path"]


def test_a_household_shares_a_landline_more_readily_than_a_mobile(world):
    for account in ("A1", "B1"):
        world.account(account)
        world.point(account, "+1", 5, line_type="fixed")
        world.point(account, "+2", 5, line_type="mobile")
    assert owner(world, "+1") > owner(world, "+2")


@pytest.mark.parametrize("value", ["+16179999999", "+442071234567", "test@example.com", "noreply@example.org"])
def test_filler_values_are_nobodys(world, value):
    world.account("A1")
    world.point("A1", value, 5)
    lead = world.lead("A1", value)
    assert lead["p_owner"] < 0.06
    assert "looks like a filler value" in lead["path"]


@pytest.mark.parametrize("value", ["+16175550199", "testa.rossa@example.com", "+16179999998", "999999999 elm st"])
def test_values_that_merely_resemble_fillers_are_not_discounted(world, value):
    world.account("A1")
    world.point("A1", value, 5)
    assert owner(world, value) > 0.7


def test_toll_free_lines_are_firms(world):
    world.account("A1")
    world.point("A1", MINE, 5, line_type="toll_free")
    assert owner(world) < 0.06


def test_the_right_party_makes_both_near_certain(mine):
    mine.attempt("A1", MINE, "right_party")
    assert owner(mine) > 0.97
    assert live(mine) > 0.97


def test_a_wrong_number_lives_but_is_not_this_debtors_while_others_keep_it(mine):
    mine.account("B1")
    mine.point("B1", MINE, 365)
    before, others = owner(mine), owner(mine, account="B1")
    mine.attempt("A1", MINE, "wrong_number")
    assert owner(mine) < 0.03 < before
    assert owner(mine, account="B1") == others
    assert live(mine) > 0.95


@pytest.mark.parametrize(
    ("value", "channel", "outcome"),
    [
        (MINE, "call", "disconnected"),
        (MINE, "sms", "disconnected"),
        ("a@example.com", "email", "bounced"),
        ("1 elm st|boston", "letter", "returned"),
    ],
)
def test_dead_ends_make_it_unlikely_that_the_debtor_is_reached_there(world, value, channel, outcome):
    world.account("A1")
    world.point("A1", value, 365)
    before = world.lead("A1", value)
    world.attempt("A1", value, outcome, channel=channel)
    after = world.lead("A1", value)
    assert after["p_live"] < before["p_live"]
    assert after["p_live"] * after["p_owner"] < 0.1 < before["p_live"] * before["p_owner"]


@pytest.mark.parametrize("outcome", ["no_answer", "failed", "switched_off", "voicemail", "undelivered", None])
def test_what_does_not_speak_plainly_changes_nothing(mine, outcome):
    before = mine.lead("A1", MINE)
    mine.attempt("A1", MINE, outcome)
    assert mine.lead("A1", MINE) == before


def test_what_an_account_learned_of_liveness_holds_for_everyone(mine):
    mine.account("B1")
    mine.point("B1", MINE, 365)
    mine.attempt("B1", MINE, "disconnected")
    assert live(mine) < 0.3


def test_two_accounts_of_one_debtor_share_what_was_learned_of_the_owner(mine):
    mine.account("A2", "e1")
    mine.point("A2", MINE, 365)
    mine.attempt("A2", MINE, "right_party")
    assert owner(mine) > 0.97


def test_recent_outcomes_outweigh_old_ones(mine):
    mine.attempt("A1", MINE, "right_party", 400)
    mine.attempt("A1", MINE, "wrong_number", 3)
    mine.attempt("A1", MINE, "disconnected", 1)
    assert owner(mine) < 0.3
    assert live(mine) < 0.6


def test_attempts_after_the_moment_of_the_trace_are_not_seen(mine):
    before = mine.lead("A1", MINE)
    mine.attempt("A1", MINE, "wrong_number", -0.1)
    assert mine.lead("A1", MINE) == before


def test_a_pile_of_outcomes_moves_odds_only_so_far(mine):
    for _ in range(4):
        mine.attempt("A1", MINE, "disconnected")
    some = live(mine)
    for _ in range(50):
        mine.attempt("A1", MINE, "disconnected")
    assert live(mine) == pytest.approx(some, abs=0.001)
    assert live(mine) > 0


def test_a_third_party_met_there_speaks_for_them_and_somewhat_against_the_debtor(mine):
    mine.relation("r1", "A1")
    mine.point("r1", MINE)
    debtor, third = owner(mine), mine.lead("A1", MINE, "third_party")["p_owner"]
    mine.attempt("A1", MINE, "third_party")
    assert mine.lead("A1", MINE, "third_party")["p_owner"] > third
    # The two may share it: a household's line is answered by either.
    assert debtor / 3 < owner(mine) < debtor


def test_the_debtor_met_at_a_relations_phone_is_no_evidence_that_it_is_the_relations(mine):
    mine.relation("r1", "A1")
    mine.point("r1", OTHER)
    before = mine.lead("A1", OTHER, "third_party")["p_owner"]
    mine.attempt("A1", OTHER, "right_party")
    assert mine.lead("A1", OTHER, "third_party")["p_owner"] == before


def checked(world, as_of, result, days_ago):
    world.points[0] |= {
        "reassignment_result": result,
        "reassignment_checked_on": as_of - timedelta(days=days_ago),
    }


def test_reassigned_numbers_are_the_debtors_hardly(mine, as_of):
    checked(mine, as_of, "reassigned", 10)
    assert owner(mine) < 0.05


def test_whoever_answered_before_the_reassignment_no_longer_speaks_for_the_number(mine, as_of):
    checked(mine, as_of, "reassigned", 10)
    mine.attempt("A1", MINE, "right_party", 20)
    assert owner(mine) < 0.05
    mine.attempt("A1", MINE, "right_party", 5)
    assert owner(mine) > 0.4


def test_a_fresh_check_without_reassignment_lifts_and_an_old_one_hardly(mine, as_of):
    before = owner(mine)
    checked(mine, as_of, "not_reassigned", 3000)
    assert owner(mine) == pytest.approx(before, abs=1e-4)
    checked(mine, as_of, "not_reassigned", 3)
    assert owner(mine) > before + 0.1


def test_no_data_says_nothing(mine, as_of):
    before = owner(mine)
    checked(mine, as_of, "no_data", 3)
    assert owner(mine) == before


def test_line_types_and_age_set_the_prior_of_liveness(world):
    world.account("A1")
    world.point("A1", "+1", 5)
    world.point("A1", "+2", 5, line_type="fixed")
    world.point("A1", "+3", 3000)
    world.point("A1", "+4", 5, line_type=None)
    assert live(world, "+1") > live(world, "+2") == live(world, "+4")
    assert live(world, "+1") > live(world, "+3")
