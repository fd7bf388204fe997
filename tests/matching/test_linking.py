from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from skiptrace.contracts.outputs import ENTITIES, PAIRS
from skiptrace.contracts.stages import PEOPLE
from skiptrace.matching import Model, default_model, link
from skiptrace.matching.comparisons import COMPARISONS
from skiptrace.settings import LinkParams

PARAMS = LinkParams()
CELL = {"phones": ["+12025550123"]}
LANDLINE = {"phones": ["+12025550199"]}


def test_nobody_at_all_makes_empty_tables_of_the_right_types():
    found = link(PEOPLE.empty(), PARAMS, seed=1)
    assert found.pairs.is_empty()
    assert found.entities.is_empty()
    assert dict(found.entities.schema) == ENTITIES.schema
    gammas = {f"gamma_{name}": pl.Int8() for name in COMPARISONS}
    assert dict(found.pairs.schema) == PAIRS.schema | gammas


@pytest.mark.parametrize("count", [1, 2, 3])
def test_rows_that_say_nothing_stay_alone(count):
    blank = {**dict.fromkeys(PEOPLE.schema), "table": "records", "source": "s", "kind": "person"}
    people = pl.DataFrame([{**blank, "record_id": str(n)} for n in range(count)], schema=PEOPLE.schema)
    found = link(people, PARAMS, seed=1)
    assert found.pairs.is_empty()
    assert found.entities["entity_id"].n_unique() == count


def test_each_row_has_one_entity_and_each_pair_stands_once_in_order(living):
    world = living("HOUSEHOLDS")
    assert_frame_equal(
        world.linked.entities.select("source", "record_id"), world.people.select("source", "record_id").sort(pl.all())
    )
    pairs = world.linked.pairs
    key = ["source_l", "record_id_l", "source_r", "record_id_r"]
    assert not pairs.select(key).is_duplicated().any()
    assert_frame_equal(pairs, pairs.sort(key))
    assert all(row[:2] < row[2:] for row in pairs.select(key).iter_rows())
    assert PAIRS.validate(pairs).rejected.is_empty()
    assert ENTITIES.validate(world.linked.entities).rejected.is_empty()


def test_a_match_is_always_within_one_entity(living):
    world = living("HOUSEHOLDS")
    entity = world.linked.entities
    matches = world.linked.pairs.filter(pl.col("outcome") == "match")
    both = matches.join(entity, left_on=["source_l", "record_id_l"], right_on=["source", "record_id"]).join(
        entity, left_on=["source_r", "record_id_r"], right_on=["source", "record_id"], suffix="_r"
    )
    assert both.height == matches.height > 1_000
    assert (both["entity_id"] == both["entity_id_r"]).all()


def test_order_of_rows_and_stretches_of_pairs_change_nothing(worlds):
    people, _ = worlds.world(2_000, 5)
    first = link(people, PARAMS, seed=1)
    shuffled = link(people.sample(fraction=1, shuffle=True, seed=9), LinkParams(chunk_pairs=1_000), seed=1)
    assert_frame_equal(first.pairs, shuffled.pairs, check_exact=True)
    assert_frame_equal(first.entities, shuffled.entities, check_exact=True)
    assert first.model == shuffled.model
    assert first.diagnostics == shuffled.diagnostics


def test_a_model_read_back_from_json_gives_the_same_answer(worlds):
    people, _ = worlds.world(1_000, 5)
    first = link(people, PARAMS, seed=1)
    again = link(people, PARAMS, seed=2, model=Model.from_json(first.model.to_json()))
    assert again.model == first.model
    assert_frame_equal(first.pairs, again.pairs, check_exact=True)


def test_one_person_is_found_through_nickname_and_phone(linked, write):
    found = linked(
        write.row("william bree", "a", **CELL),
        write.row("bill bree", "b", root="william", **CELL),
    )
    assert found.outcome("a", "b") == "match"
    assert found.pair("a", "b")["gamma_birth"] == -1


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("bree william", {"born": "1970-03-04"}),
        ("wiliam bree", {"born": "1970-03-04"}),
        ("william bree", {"born": "1970-04-03"}),
        ("william bree", {"born": "1970-03-05", **CELL}),
        ("w bree", {"born": "1970-03-04", **CELL}),
        ("william anstruther", {"born": "1970-03-04", **CELL}),
        (None, {"born": "1970-03-04", "aliases": ["william bree"]}),
    ],
    ids=["turned", "misspelt", "day and month", "slip in date", "initial", "new family name", "alias"],
)
def test_one_person_is_found_however_written(linked, write, name, more):
    found = linked(
        write.row("william bree", "a", born="1970-03-04", **CELL),
        write.row(name, "b", **more),
    )
    assert found.outcome("a", "b") == "match"


def test_a_birth_date_that_can_be_read_two_ways_fits_either_reading_and_nothing_between(linked, write):
    unclear = {"birth_from": date(1970, 3, 9), "birth_to": date(1970, 9, 3)}
    found = linked(
        write.row("william bree", "a", born="1970-03-09"),
        write.row("william bree", "b") | unclear,
        write.row("gideon ashcombe", "c", born="1970-05-20", **CELL),
        write.row("gideon ashcombe", "d", **CELL) | unclear,
    )
    assert found.outcome("a", "b") == "match"
    assert found.pair("c", "d") is None or found.pair("c", "d")["gamma_birth"] == 1


def test_a_couple_with_one_address_landline_and_name_is_related_not_one(linked, write):
    found = linked(
        write.row("martha quillfeather", "a", **write.home(), **LANDLINE),
        write.row("george quillfeather", "b", **write.home(), **LANDLINE),
    )
    assert found.outcome("a", "b") == "possibly_related"
    assert not found.together("a", "b")


def test_twins_stay_two(linked, write):
    found = linked(
        write.row("martha quillfeather", "a", born="1990-05-06", **write.home(), **LANDLINE),
        write.row("george quillfeather", "b", born="1990-05-06", **write.home(), **LANDLINE),
    )
    assert found.outcome("a", "b") in {"possible_match", "possibly_related"}
    assert not found.together("a", "b")


def test_father_and_son_of_one_name_stay_two(linked, write):
    both = {**write.home(), **LANDLINE}
    found = linked(
        write.row("george quillfeather", "a", suffix="sr", **both),
        write.row("george quillfeather", "b", suffix="jr", **both),
        write.row("amos thistlewood", "c", born="1950-05-06", **write.home("3 oak street")),
        write.row("amos thistlewood", "d", born="1981-11-30", **write.home("3 oak street")),
    )
    assert not found.together("a", "b")
    assert not found.together("c", "d")


def test_a_row_between_father_and_son_does_not_join_them(linked, write):
    both = {**write.home(), **LANDLINE}
    found = linked(
        write.row("george quillfeather", "a", born="1950-05-06", **both),
        write.row("george quillfeather", "b", born="1981-11-30", **both),
        write.row("george quillfeather", "c", **both),
    )
    assert not found.together("a", "b")


def test_two_valid_national_ids_keep_two_people_apart(linked, write):
    same = {"born": "1970-03-04", **CELL}
    found = linked(
        write.row("william bree", "a", national_id_hash="x", national_id_type="us_ssn", **same),
        write.row("william bree", "b", national_id_hash="y", national_id_type="us_ssn", **same),
        write.row("gideon ashcombe", "c", national_id_hash="z", national_id_type="us_ssn"),
        write.row("g ashcombe", "d", national_id_hash="z", national_id_type="us_ssn"),
        write.row("gideon ashcombe", "e", national_id_hash="q", national_id_type="cn_resident", born="1971-01-01"),
    )
    assert not found.together("a", "b")
    assert found.outcome("c", "d") == "match"
    assert found.pair("c", "e") is None or found.pair("c", "e")["gamma_national_id"] == -1


def test_two_sexes_keep_two_people_apart_unless_they_have_one_birth_date_or_national_id(linked, write):
    same = {**write.home(), **CELL}
    number = {"national_id_hash": "x", "national_id_type": "us_ssn"}
    found = linked(
        write.row("william bree", "a", sex="m", **same),
        write.row("william bree", "b", sex="f", **same),
        write.row("william bree", "c", **same),
        write.row("gideon ashcombe", "d", sex="m", **number),
        write.row("gideon ashcombe", "e", sex="f", **number),
        write.row("amos thistlewood", "f", sex="m", born="1970-03-04", **CELL),
        write.row("amos thistlewood", "g", sex="f", born="1970-03-04", **CELL),
    )
    assert not found.together("a", "b")
    assert found.together("f", "g")
    assert found.together("c", "a") or found.together("c", "b")
    assert found.together("d", "e")


def test_a_name_alone_is_never_a_match_however_rare(linked, write):
    found = linked(write.row("xanthippe quillfeather", "a"), write.row("xanthippe quillfeather", "b"))
    assert found.outcome("a", "b") == "possible_match"


def test_a_common_chinese_name_weighs_less_than_a_rare_one(worlds, write):
    many = [write.row("wei zhang", f"w{n}", han_name="张伟", born=f"19{n}-01-02") for n in range(40, 90)]
    few = [write.row("xuanyi ouyang", f"o{n}", han_name="欧阳轩逸", born=f"19{n}-01-02") for n in (50, 77)]
    crowd, _ = worlds.world(1_000, 3, chinese=True)
    people = pl.concat([pl.DataFrame([*many, *few], schema=PEOPLE.schema), crowd])
    pairs = link(people, LinkParams(possible_probability=0), seed=1, model=default_model()).pairs
    weight = {(pair["record_id_l"], pair["record_id_r"]): pair["match_weight"] for pair in pairs.to_dicts()}
    assert weight.get(("w50", "w77"), -99) < weight["o50", "o77"] - 3


def test_other_characters_of_one_sound_speak_against(linked, write):
    found = linked(
        write.row("jing ouyang", "a", han_name="欧阳静", **CELL),
        write.row("jing ouyang", "b", han_name="欧阳静", **CELL),
        write.row("jing ouyang", "c", han_name="欧阳晶", **CELL),
    )
    assert found.pair("a", "b")["gamma_characters"] == 1
    assert found.pair("a", "c")["gamma_characters"] == 0
    assert found.pair("a", "b")["match_weight"] > found.pair("a", "c")["match_weight"] + 3


def test_a_name_in_a_script_we_cannot_read_is_missing_not_different(linked, write):
    found = linked(
        write.row("faisal siddiqui", "a", born="1970-03-04", **CELL),
        write.row("فيصل صديقي", "b", born="1970-03-04", **CELL),
    )
    assert found.pair("a", "b")["gamma_given"] == -1
    assert found.pair("a", "b")["gamma_family"] == -1


def test_a_company_is_no_person(linked, write):
    company = {"kind": "company", "given": None, "family": "quillfeather", "given_root": None, "given_sound": None}
    found = linked(
        write.row("george quillfeather", "a", **write.home(), **LANDLINE),
        write.row("quillfeather", "b", **write.home(), **LANDLINE) | company,
        write.row("quillfeather", "c", **LANDLINE) | company,
    )
    assert found.outcome("a", "b") is None
    assert found.outcome("b", "c") == "match"


def test_colleagues_behind_one_switchboard_are_not_one(linked, write):
    office = {"employer_key": "quill and sons", "phones": ["+12025550177"]}
    found = linked(
        write.row("martha oakes", "a", **office),
        write.row("george finch", "b", **office),
        write.row("amos reed", "c", **office),
        model=default_model(),
    )
    assert found.outcome("a", "b") == "possibly_related"
    assert not found.together("a", "c")


def test_a_disclosed_relation_is_never_the_debtor(linked, write):
    account = {"table": "accounts", "source": "accounts", "born": "1970-03-04", **CELL, **write.home()}
    relation = account | {"table": "relations", "source": "relations", "account_id": "A1", "relation": "executor"}
    found = linked(
        write.row("william bree", "A1", person_id="p", **account),
        write.row("william bree", "A2", person_id="p", **account),
        write.row("william bree", "R1", **relation),
    )
    assert found.together("A1", "A2")
    for debtor in ("A1", "A2"):
        assert found.outcome(debtor, "R1") == "disclosed_relation"
        assert found.pair(debtor, "R1")["match_probability"] == 0
        assert not found.together(debtor, "R1")


def test_accounts_with_one_person_id_are_one_person_unless_it_is_filler(linked, write):
    account = {"table": "accounts", "source": "accounts"}
    filler = [write.row(f"p{n} q{n}", f"F{n}", person_id="0", **account) for n in range(51)]
    found = linked(
        write.row("william bree", "A1", person_id="p", **account),
        write.row("xanthippe quillfeather", "A2", person_id="p", **account),
        *filler,
    )
    assert found.together("A1", "A2")
    assert found.outcome("A1", "A2") == "match"
    assert found.pair("A1", "A2")["match_probability"] == 1
    assert not found.together("F1", "F2")


def test_a_reviewers_judgement_goes_before_everything(linked, write):
    same = {"born": "1970-03-04", **CELL}
    rows = (
        write.row("william bree", "a", **same),
        write.row("william bree", "b", **same),
        write.row("xanthippe quillfeather", "c"),
        write.row("george finch", "d"),
    )
    judgements = pl.DataFrame(
        [
            {"record_id_l": "b", "record_id_r": "a", "judgement": "match"},
            {"record_id_l": "a", "record_id_r": "b", "judgement": "not_match"},
            {"record_id_l": "c", "record_id_r": "d", "judgement": "match"},
            {"record_id_l": "c", "record_id_r": "nobody", "judgement": "match"},
            {"record_id_l": "d", "record_id_r": "a", "judgement": "unsure"},
        ]
    ).with_columns(source_l=pl.lit("bureau"), source_r=pl.lit("bureau"))
    found = linked(*rows, judgements=judgements)
    assert not found.together("a", "b")
    assert found.together("c", "d")


def test_ids_that_collide_between_tables_and_sources_are_kept_apart(write):
    people = pl.DataFrame(
        [
            write.row("william bree", "1", table="accounts", source="accounts"),
            write.row("george finch", "1", table="records", source="accounts"),
            write.row("martha oakes", "1", table="records", source="bureau"),
        ],
        schema=PEOPLE.schema,
    )
    found = link(people, PARAMS, seed=1)
    assert found.entities.height == 3
    assert found.entities["entity_id"].n_unique() == 3


def test_two_clean_lists_are_compared_only_across(linked, write):
    same = {"born": "1970-03-04", **CELL}
    rows = (
        write.row("william bree", "a", **same),
        write.row("william bree", "b", **same),
        write.row("william bree", "c", source="utility", **same),
    )
    found = linked(*rows, across_only=True)
    assert found.outcome("a", "b") is None
    assert found.outcome("a", "c") == "match"


def test_an_entity_keeps_its_id_when_a_record_joins(write):
    same = {"born": "1970-03-04", **CELL}
    account = write.row("william bree", "A", table="accounts", source="accounts", **same)
    before = link(pl.DataFrame([account], schema=PEOPLE.schema), PARAMS, seed=1)
    joined = [account, write.row("william bree", "0", source="aaa", **same)]
    after = link(pl.DataFrame(joined, schema=PEOPLE.schema), PARAMS, seed=1)
    assert after.entities["entity_id"].n_unique() == 1
    assert after.entities["entity_id"][0] == before.entities["entity_id"][0]


def test_a_handful_of_rows_is_weighed_by_the_defaults(write):
    same = {"born": "1970-03-04", **CELL}
    people = pl.DataFrame(
        [write.row("john smith", "a", **same), write.row("john smith", "b", **same), write.row("john smith", "c")],
        schema=PEOPLE.schema,
    )
    outcome = dict(
        link(people, PARAMS, seed=1).pairs.select(pl.concat_str("record_id_l", "record_id_r"), "outcome").iter_rows()
    )
    assert outcome["ab"] == "match"
    assert outcome.get("ac") != "match"


def test_a_slip_in_the_id_is_the_same_id_mistyped(linked, write):
    home = write.home()
    rows = [
        write.row("jane roe", name, national_id_hash=f"hash {name}", national_id_type="unknown", **more)
        for name, more in {
            "a": {"national_id_near": ["one", "two"], **home},
            "b": {"national_id_near": ["three", "two"], **home},
            "c": {"national_id_near": ["four", "five"], **home},
        }.items()
    ]
    found = linked(*rows)
    assert found.pair("a", "b")["gamma_national_id"] == 2
    assert found.pair("a", "c")["gamma_national_id"] == 1
    assert found.pair("a", "b")["match_weight"] > found.pair("a", "c")["match_weight"] + 5


def test_an_address_is_the_same_with_slips_in_its_place(linked, write):
    typed = {**write.home("12 elm street", "02193"), "city": "cambirdge"}
    found = linked(
        write.row("jane roe", "a", born="1970-03-04", **write.home("12 elm street")),
        write.row("jane roe", "b", born="1970-03-04", **typed),
        write.row("jane roe", "c", born="1970-03-04", **{**write.home("12 elm street", "90210"), "city": "malibu"}),
    )
    assert found.pair("a", "b")["gamma_address"] == 5
    assert found.pair("a", "c")["gamma_address"] == 3


def test_where_a_row_says_no_street_towns_are_compared(linked, write):
    town = {"city": "cambridge", "country": "US"}
    found = linked(
        write.row("jane roe", "a", born="1970-03-04", **write.home()),
        write.row("jane roe", "b", born="1970-03-04", **town),
        write.row("jane roe", "c", born="1970-03-04", **town, postal_code="02139"),
        write.row("jane roe", "d", born="1970-03-04", **town, postal_code="02140"),
        write.row("jane roe", "e", born="1970-03-04", **write.home()),
    )
    towns = {pair: found.pair(*pair)["gamma_town"] for pair in ("ab", "ac", "ad", "bc", "ae")}
    assert towns == {"ab": 2, "ac": 3, "ad": 1, "bc": 2, "ae": -1}
    assert found.pair("a", "b")["gamma_address"] == -1
    assert found.pair("a", "e")["gamma_address"] >= 6


def test_a_name_may_stand_in_the_others_place(linked, write):
    found = linked(
        write.row("wilde kyra", "a", born="1970-03-04", **write.home()),
        write.row("kyra everett", "b", born="1970-03-04", **write.home()),
    )
    assert found.pair("a", "b")["gamma_given"] == 5
    assert found.outcome("a", "b") in ("match", "possible_match")


def test_a_pair_that_a_reviewer_left_unsure_afterwards_is_not_settled(linked, write):
    rows = (write.row("xanthippe quillfeather", "c"), write.row("george finch", "d"))
    pair = {"source_l": "bureau", "record_id_l": "c", "source_r": "bureau", "record_id_r": "d"}
    said = pl.DataFrame([pair | {"judgement": "match"}, pair | {"judgement": "unsure"}])
    assert linked(*rows, judgements=said.head(1)).together("c", "d")
    assert not linked(*rows, judgements=said).together("c", "d")
