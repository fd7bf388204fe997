from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache

import polars as pl
from polars.testing import assert_frame_equal

from skiptrace.contracts.outputs import REACH
from skiptrace.contracts.stages import LEADS, PEOPLE
from skiptrace.settings import LearnParams
from skiptrace.timing import hours, learn
from tests.timing import worlds

WORLD = worlds.make("bands", 40, 8, seed=2)
INSTANT = pl.Datetime("us", "UTC")


def more_leads():
    base = {
        "account_id": worlds.account(0),
        "rank": 1,
        "p_owner": 0.7,
        "p_live": 0.8,
        "party": "debtor",
        "zones": [],
    }
    rows = [
        {"contact_point": "ann@example.com", "kind": "email"},
        {"contact_point": "1 Main St", "kind": "address"},
        {"contact_point": "+12125550188", "kind": "phone", "line_type": "mobile"},
        {"contact_point": "+12125550189", "kind": "phone", "line_type": "toll_free"},
        {
            "contact_point": "+12125550187",
            "kind": "phone",
            "party": "third_party",
            "relation_id": "R1",
            "relation": "parent",
            "zones": ["America/Denver"],
        },
        {"contact_point": "+12125550186", "kind": "phone", "account_id": "Z", "zones": []},
    ]
    rows = [base | row | {"point_key": row["contact_point"]} for row in rows]
    return LEADS.conform(pl.DataFrame(rows, schema_overrides={"zones": pl.List(pl.String)}, infer_schema_length=None))


@cache
def learned():
    leads = pl.concat([WORLD.leads, more_leads()])
    return learn(leads, WORLD.attempts, WORLD.people, worlds.AS_OF, LearnParams())


def slots(*rows):
    names = ("account_id", "contact_point", "channel", "party", "at")
    return pl.DataFrame(rows, schema=dict.fromkeys(names[:4], pl.String) | {"at": INSTANT}, orient="row")


def test_reach_keeps_its_contract():
    reach = learned().reach().collect()
    assert dict(reach.schema) == REACH.schema
    assert REACH.validate(reach).rejected.is_empty()
    assert reach.select(REACH.key).is_duplicated().sum() == 0
    assert_frame_equal(reach, reach.sort(REACH.key))
    assert (
        reach.select((pl.col("p_low") <= pl.col("p_reach")) & (pl.col("p_reach") <= pl.col("p_high"))).to_series().all()
    )


def test_a_reach_is_never_likelier_than_a_live_point_of_the_debtors():
    both = (
        learned()
        .reach()
        .collect()
        .join(learned().leads.filter(pl.col("party") == "debtor"), on=["account_id", "contact_point"])
    )
    assert both.select(pl.col("p_reach") <= pl.col("p_owner") * pl.col("p_live") + 1e-6).to_series().all()


def test_channels_follow_the_kind_of_point_and_line():
    got = learned().reach().select("contact_point", "channel").unique().collect()
    by_point = {point: set(group["channel"]) for (point,), group in got.group_by("contact_point")}
    assert by_point["+12125550188"] == {"call", "sms"}
    assert by_point["+12125550189"] == {"call"}
    assert by_point["ann@example.com"] == {"email"}
    assert by_point["1 Main St"] == {"letter"}
    assert "+12125550187" not in by_point


def test_a_lead_without_zone_is_left_out_and_counted_but_still_forecast():
    assert learned().diagnostics["leads_without_zone"] == 1
    assert learned().reach().filter(pl.col("account_id") == "Z").collect().is_empty()
    got = learned().p_reach(slots(("Z", "+12125550186", "call", "debtor", worlds.AS_OF)))
    assert 0 < got["p_reach"][0] < 1


def test_two_writings_have_the_same_bytes(tmp_path, monkeypatch):
    learned().reach().sink_parquet(tmp_path / "a.parquet")
    learned().reach().sink_parquet(tmp_path / "b.parquet")
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()
    whole = learned().reach().collect()
    monkeypatch.setattr("skiptrace.timing.learned._ROWS", 7)
    assert_frame_equal(whole, learned().reach().collect(), check_exact=True)


def test_slots_have_the_reach_of_their_local_hour_in_their_own_order():
    reach = learned().reach().collect()
    local = pl.col("at").dt.convert_time_zone("America/New_York")
    asked = (
        reach.sample(2_000, seed=1, shuffle=True)
        .select("account_id", "contact_point", "channel", party=pl.lit("debtor"))
        .with_columns(at=pl.datetime(2026, 10, 26, time_zone="UTC") + pl.duration(minutes=pl.int_range(pl.len()) * 7))
    )
    got = learned().p_reach(asked)
    assert_frame_equal(got.select(asked.columns), asked)
    want = asked.with_columns(weekday=(local.dt.weekday() - 1).cast(pl.Int8), hour=local.dt.hour().cast(pl.Int8)).join(
        reach, on=["account_id", "contact_point", "channel", "weekday", "hour"], how="left", maintain_order="left"
    )
    names = ["p_reach", "p_low", "p_high"]
    assert_frame_equal(got.select(names), want.select(names), check_exact=True)


def test_an_hour_is_the_same_before_and_after_the_clocks_change():
    point = (worlds.account(1), worlds.phone(1, 0), "call", "debtor")
    friday, later = datetime(2026, 10, 30, 22, tzinfo=UTC), datetime(2026, 11, 6, 23, tzinfo=UTC)
    got = learned().p_reach(slots((*point, friday), (*point, later)))
    assert got["p_reach"][0] == got["p_reach"][1]


def test_what_is_not_known_is_null():
    known = (worlds.account(0), "+12125550188", "sms", "debtor")
    got = learned().p_reach(
        slots(
            (*known, worlds.AS_OF),
            (*known, None),
            (worlds.account(0), "nobody", "call", "debtor", worlds.AS_OF),
            (worlds.account(0), "+12125550189", "sms", "debtor", worlds.AS_OF),
            (None, None, None, None, None),
        )
    )
    assert got["p_reach"].is_null().to_list() == [False, True, True, True, True]
    assert got["p_low"].null_count() == got["p_high"].null_count() == 4


def test_no_slots_give_no_rows():
    got = learned().p_reach(slots())
    assert got.is_empty()
    assert got.columns[-3:] == ["p_reach", "p_low", "p_high"]


def test_many_slots_are_looked_up_in_parts(monkeypatch):
    asked = slots(
        *[(worlds.account(i % 40), worlds.phone(i % 40, 0), "call", "debtor", worlds.AS_OF) for i in range(100)]
    )
    whole = learned().p_reach(asked)
    monkeypatch.setattr("skiptrace.timing.learned._SLOTS", 9)
    monkeypatch.setattr("skiptrace.timing.learned._ROWS", 4)
    assert_frame_equal(whole, learned().p_reach(asked), check_exact=True)


def test_a_third_party_is_forecast_to_answer_in_its_own_zone():
    third = (worlds.account(0), "+12125550187", "call", "third_party")
    night = datetime(2026, 11, 24, 10, tzinfo=UTC)
    got = learned().p_reach(slots((*third, night), (*third, night + timedelta(hours=10))))
    assert 0 < got["p_reach"][0] < got["p_reach"][1]


def test_the_heat_map_counts_the_evidence_behind_each_cell():
    attempts = WORLD.attempts.with_columns(direction=pl.when(pl.col("attempt_id") == "T0-3").then(pl.lit("inbound")))
    got = hours(learned(), attempts, worlds.account(3))
    mine = attempts.filter(pl.col("account_id") == worlds.account(3))
    assert got.height == 168
    assert got["attempts"].sum() == mine.height - 1
    assert got["inbound"].sum() == 1
    outbound = mine.filter(pl.col("direction").is_null())
    assert got["reaches"].sum() == (outbound["outcome"] == "right_party").sum()
    best = learned().reach().filter(pl.col("account_id") == worlds.account(3)).collect()
    assert got["p_reach"].max() == best["p_reach"].max()
    first = mine.sort("attempt_id").row(0, named=True)["started_at"] - timedelta(hours=4)
    cell = got.filter((pl.col("weekday") == first.weekday()) & (pl.col("hour") == first.hour))
    assert cell.select(pl.col("attempts") + pl.col("inbound")).item() >= 1


def test_the_heat_map_of_an_unknown_account_is_blank():
    got = hours(learned(), WORLD.attempts, "nobody")
    assert got.height == 168
    assert got["p_reach"].null_count() == 168
    assert got["attempts"].sum() == 0


def test_a_declared_zone_moves_the_whole_week():
    people = PEOPLE.conform(WORLD.people.with_columns(time_zone=pl.lit("Asia/Tokyo")))
    found = learn(WORLD.leads, WORLD.attempts, people, worlds.AS_OF, LearnParams())
    assert found.reach().select("time_zone").unique().collect().to_series().to_list() == ["Asia/Tokyo"]
