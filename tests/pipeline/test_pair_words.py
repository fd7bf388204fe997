import polars as pl
import pytest

from skiptrace.contracts.judgements import JUDGEMENTS
from skiptrace.errors import UsageError
from skiptrace.matching.rulings import PAIR
from skiptrace.pipeline.gathering import gather
from skiptrace.pipeline.pair_words import Evidence, explain_pair, tell_pair, without_values
from skiptrace.pipeline.terms import Terms
from skiptrace.pipeline.understanding import identify
from tests.pipeline.conftest import MONDAY, SAMPLES


@pytest.fixture(scope="module")
def known():
    terms = Terms(as_of=MONDAY, seed=1)
    gathered = gather([SAMPLES / "five_accounts"], None, terms)
    normalised, linked = identify(gathered.tables, gathered.history, terms)
    return Evidence(people=normalised.people, linked=linked, judgements=gathered.judgements, params=terms.settings.link)


def test_the_parts_of_the_weight_add_up_and_stand_weightiest_first(known):
    told = explain_pair("R01, OH-1001", known)
    bits = [row["bits"] for row in told["rows"]]
    assert told["pair"]["prior"] + sum(bits) == pytest.approx(told["pair"]["match_weight"], abs=0.05)
    assert [abs(each) for each in bits] == sorted((abs(each) for each in bits), reverse=True)
    assert told["title"] == "R01 and OH-1001 are taken for one person"
    assert any(sentence.startswith("It would be no match with") for sentence in told["sentences"])


def test_what_only_one_record_says_is_shown_as_such(known):
    told = explain_pair("R01,OH-1001", known)
    sides = {row["compared"]: (row["left"], row["right"]) for row in told["one_sided"]}
    assert sides["e-mail"] == (None, "marcus.ellery@example.com")
    assert set(sides) <= set(told["not_compared"])


def test_a_pair_is_told_the_same_from_all_records_and_from_its_own_two(known):
    pairs = known.linked.pairs.filter(pl.col("outcome") != "disclosed_relation")
    for pair in pairs.iter_slices(1):
        left, right = pair.select("record_id_l", "record_id_r").row(0)
        among = known.among(pair)
        assert among.people.height == 2
        assert tell_pair(pair, among) == explain_pair(f"{left},{right}", known)


def test_a_judgement_is_told_before_the_fields(known):
    row = pl.DataFrame(
        [("utility", "R01", "accounts", "OH-1001", "not_match")], schema=[*PAIR, "judgement"], orient="row"
    )
    judged = Evidence(people=known.people, linked=known.linked, judgements=JUDGEMENTS.conform(row), params=known.params)
    assert "A reviewer has judged them to be two people" in str(explain_pair("R01,OH-1001", judged)["sentences"])
    for word in ("unsure", "withdrawn"):
        taken_back = Evidence(
            people=known.people,
            linked=known.linked,
            judgements=JUDGEMENTS.conform(row.with_columns(judgement=pl.lit(word))),
            params=known.params,
        )
        assert "reviewer" not in str(explain_pair("R01,OH-1001", taken_back)["sentences"])


def test_somebody_disclosed_as_related_is_told_so(known):
    pair = known.linked.pairs.filter(pl.col("outcome") == "disclosed_relation").row(0, named=True)
    told = explain_pair(f"{pair['record_id_l']},{pair['record_id_r']}", known)
    assert "disclosed as related" in str(told["sentences"])


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("R01,NOPE", "NOPE: no record of that id"),
        ("R01,R01", "one and the same record"),
        ("R01,", "expected two record ids"),
        ("R01,R02,R03", "expected two record ids"),
    ],
)
def test_what_names_no_pair_is_told(asked, words, known):
    with pytest.raises(UsageError, match=words):
        explain_pair(asked, known)


def test_without_values_only_ids_words_and_numbers_are_left(known):
    told = explain_pair("R01,OH-1001", known)
    bare = str(without_values(told))
    values = {row[side] for row in told["rows"] for side in ("left", "right")} | {told["pair"]["left"]["name"]}
    assert values
    assert not [value for value in values if value in bare]
    assert "R01" in bare


def test_where_addresses_are_compared_nobody_is_told_that_towns_are_not(known):
    told = explain_pair("R01,OH-1001", known)
    assert "address" in {row["compared"] for row in told["rows"]}
    assert "town" not in told["not_compared"]
    assert not {"town"} & {change["field"] for change in told["pair"]["opposite"]}
