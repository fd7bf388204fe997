"""How accounts are treated, from files to the schedule."""

import json

import polars as pl
import pytest

from tests.cli.conftest import MONDAY

HEAD = "account_id,kind,full_name,address,city,country,postal_code,phone_1,email_1,tag,days_past_due,promise_due_on\n"
ACCOUNTS = {
    "PLAIN": "person,Ada Quill,lost,90,",
    "HELP": "person,Bea Rowan,needs_help,90,",
    "HELD": "person,Cy Thorn,needs_help,90,",
    "DUE": "person,Dee Marsh,promise_to_pay,90,2026-11-23",
    "FIRM": "company,Kestrel Joinery Ltd,lost,90,",
}
ATTEMPTS = """attempt_id,account_id,channel,contact_point,started_at,outcome
1,HELD,call,020 7946 0012,2026-10-20T10:00:00+00:00,refused
2,HELP,call,020 7946 0011,2026-10-20T10:00:00+00:00,no_answer
"""


@pytest.fixture(scope="module")
def batch(tmp_path_factory):
    folder = tmp_path_factory.mktemp("treated")
    rows = []
    for number, (account, words) in enumerate(ACCOUNTS.items()):
        kind, name, tag, days, due = words.split(",")
        address = f"{number + 1} Harbour Road,London,United Kingdom,SE1 7QX"
        rows.append(f"{account},{kind},{name},{address},020 7946 001{number},p{number}@example.com,{tag},{days},{due}")
    (folder / "accounts.csv").write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")
    (folder / "attempts.csv").write_text(ATTEMPTS, encoding="utf-8")
    return folder


def run(skiptrace, batch, out, *more):
    return skiptrace("run", batch, "--out", out, "--as-of", MONDAY, *more)


def test_texts_cadences_and_reasons_stand_in_the_schedule(skiptrace, batch, tmp_path):
    assert run(skiptrace, batch, tmp_path).code == 0
    rows = [json.loads(line) for line in (tmp_path / "schedule.jsonl").read_text(encoding="utf-8").splitlines()]
    of = {account: [row for row in rows if row["account_id"] == account] for account in ACCOUNTS}
    assert {row["template_id"].split("_", 1)[1] for row in of["HELP"]} == {"hardship_help"}
    first = min(of["HELP"], key=lambda row: row["wave"])
    assert first["channel"] in {"email", "letter"}
    assert "needs help, says the creditor: an offer in writing first, and no calls in the evening" in first["reasons"]
    assert {row["template_id"].split("_", 1)[1] for row in of["DUE"]} == {"promise_due"}
    assert min(of["DUE"], key=lambda row: row["wave"])["not_before"].startswith("2026-11-23")
    assert not any("cadence" in reason for row in of["PLAIN"] for reason in row["reasons"])
    assert all(int(row["not_before"][11:13]) < 17 for row in of["FIRM"])
    assert of["HELD"] == []
    withheld = pl.read_csv(tmp_path / "withheld.csv").filter(pl.col("contact_point").is_null())
    assert withheld.select("account_id", "provision").rows() == [("HELD", "treatment")]
    assert "needs help and has refused contact" in withheld["reason"].item()


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("treatments", "line 1: roule: unknown field; nearest known: rule"),
        ("cadences", "line 1: roule: unknown field; nearest known: cadence"),
    ],
)
def test_a_table_that_is_not_valid_stops_the_plan_with_one_line(setting, message, skiptrace, batch, tmp_path):
    (tmp_path / "mine.toml").write_text("[[roule]]\n", encoding="utf-8")
    named = f"'{tmp_path / 'mine.toml'}'"
    value = named if setting == "treatments" else f"[{named}]"
    (tmp_path / "s.toml").write_text(f"[plan]\n{setting} = {value}\n", encoding="utf-8")
    done = run(skiptrace, batch, tmp_path / "out", "--settings", tmp_path / "s.toml")
    assert done.code == 4
    assert done.err.splitlines()[-1].startswith("skiptrace: mine.toml")
    assert message in done.err
