"""Contact lists as sheets: Genesys Cloud, Five9, NICE CXone, Cisco UCCX, GOautodial."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from zoneinfo import ZoneInfo

import pytest

from skiptrace.dialers import make_dialer
from skiptrace.dialers.cxone import Cxone
from skiptrace.dialers.genesys import Genesys
from skiptrace.dialers.uccx import Uccx
from skiptrace.errors import SettingsError
from skiptrace.settings import parse_settings
from tests.dialers.hand_over_rows import AS_OF, BASE, OPTIONS, THIRD, frame
from tests.dialers.readers import READERS, uccx

SHEETS = ["genesys", "five9", "cxone", "uccx", "goautodial"]
LETTERS = {
    "genesys": (
        "genesys_20261026T090000Z_20261026T093000Z.csv",
        (
            "attempt_id,phone,time_zone,account_id,party,purpose,colour,size\r\n"
            "a1,+442079460001,Europe/London,A1,debtor,collect,blue,7\r\n"
            "t1,+442079460001,Europe/London,,third_party,location_only,,\r\n"
        ),
    ),
    "five9": (
        "five9.csv",
        (
            "number1,TimeToCall,attempt_id,account_id,party,purpose,colour\r\n"
            "+442079460001,10/26/2026 5:00am,a1,A1,debtor,collect,blue\r\n"
            "+442079460001,10/26/2026 5:00am,t1,,third_party,location_only,\r\n"
        ),
    ),
    "cxone": (
        "cxone_20261026T090000Z_20261026T093000Z.csv",
        (
            "ExternalID,Phone,account_id,party,purpose,colour\r\n"
            "a1,+442079460001,A1,debtor,collect,blue\r\n"
            "t1,+442079460001,,third_party,location_only,\r\n"
        ),
    ),
    "goautodial": (
        "goautodial_20261026T090000Z_20261026T093000Z.csv",
        (
            "Phone,VendorLeadCode,PhoneCode,Title,FirstName,MiddleInitial,LastName,Address1,Address2,Address3,City,State,"
            "Province,PostalCode,CountryCode,Gender,DateOfBirth,AltPhone,Email,SecurityPhrase,Comments\r\n"
            "2079460001,a1,44,,,,,,,,,,,,,,,,,,debtor collect\r\n"
            "2079460001,t1,44,,,,,,,,,,,,,,,,,,third_party location_only\r\n"
        ),
    ),
}


def handed(form, *rows):
    return make_dialer(form, OPTIONS)[0].hand_over(frame(*rows), AS_OF)


@pytest.mark.parametrize("form", LETTERS)
def test_a_sheet_to_the_letter(form):
    (document,) = handed(form, BASE, THIRD).documents
    assert (document.name, document.content.decode()) == LETTERS[form]


def test_uccx_has_a_file_a_day_and_party():
    evening = BASE | {"attempt_id": "a2", "not_before": "2026-10-27T02:00:00Z", "not_after": "2026-10-27T02:30:00Z"}
    night = BASE | {"attempt_id": "a3", "not_before": "2026-10-27T03:59:30Z", "not_after": "2026-10-27T05:00:00Z"}
    documents = {each.name: each for each in handed("uccx", BASE, THIRD, evening, night).documents}
    header = "Account Number,First Name,Last Name,Phone1,Phone2,Phone3,Dial Time\r\n"
    assert {name: each.content.decode().removeprefix(header) for name, each in documents.items()} == {
        "uccx_2026-10-26_debtor.csv": "a1,,,+442079460001,,,05:00\r\na2,,,+442079460001,,,22:00\r\n",
        "uccx_2026-10-26_third_party.csv": "t1,,,+442079460001,,,05:00\r\n",
        "uccx_2026-10-27_debtor.csv": "a3,,,+442079460001,,,00:00\r\n",  # 23:59:30, rounded up into the next day
    }
    assert documents["uccx_2026-10-27_debtor.csv"].release_from.isoformat() == "2026-10-27T04:00:00+00:00"
    assert [row["party"] for row in uccx(documents["uccx_2026-10-26_third_party.csv"])] == ["third_party"]


@pytest.mark.parametrize(("as_of", "written"), [("2026-10-27T03:59:59Z", 1), ("2026-10-27T04:00:00Z", 0)])
def test_uccx_gets_no_file_for_a_day_that_has_passed_as_it_would_be_dialled_a_day_late(as_of, written):
    row = BASE | {"not_before": "2026-10-27T03:00:00Z", "not_after": "2026-10-27T05:00:00Z"}  # 23:00 to 01:00
    given = make_dialer("uccx", OPTIONS)[0].hand_over(frame(row), datetime.fromisoformat(as_of))
    assert given.written == written
    assert given.refused["reason"].to_list() == ["its day at the dialer has passed"] * (1 - written)


@pytest.mark.parametrize("form", ["genesys", "five9", "cxone"])
@pytest.mark.parametrize("account", ["=1+1", "@A", "-A", "+A"])
def test_a_cell_that_a_spreadsheet_would_execute_is_refused(form, account):
    assert handed(form, BASE | {"account_id": account}).refused["column"].to_list() == ["account_id"]
    assert handed(form, BASE | {"extra": json.dumps({"colour": account})}).refused["column"].to_list() == ["extra"]
    assert handed(form, BASE | {"account_id": "-5"}).written == 1


@pytest.mark.parametrize("form", ["uccx", "goautodial"])
def test_a_cell_that_is_not_in_the_file_costs_nobody_a_call(form):
    assert handed(form, BASE | {"account_id": "=1+1"}).written == 1


@pytest.mark.parametrize("form", SHEETS)
def test_an_attempt_that_begins_like_a_formula_is_refused(form):
    assert handed(form, BASE | {"attempt_id": "-x"}).refused["column"].to_list() == ["attempt_id"]


@pytest.mark.parametrize("form", ["genesys", "five9", "cxone"])
def test_quotes_commas_and_other_scripts_come_through(form):
    row = BASE | {"account_id": 'a "b", c; 张|', "extra": json.dumps({"colour": 'blé, "x"'})}
    (read,) = (read for each in handed(form, row).documents for read in READERS[form](each))
    assert (read["account_id"], read["colour"]) == ('a "b", c; 张|', 'blé, "x"')
    broken = handed(form, BASE | {"extra": json.dumps({"colour": "two\nlines"})})
    assert broken.refused["column"].to_list() == ["extra"]


def test_a_cell_at_genesys_has_512_characters_at_most():
    assert handed("genesys", BASE | {"account_id": "é" * 512}).written == 1
    assert handed("genesys", BASE | {"account_id": "é" * 513}).refused["column"].to_list() == ["account_id"]
    assert handed("genesys", BASE | {"extra": json.dumps({"size": "x" * 512})}).written == 1
    assert handed("genesys", BASE | {"extra": json.dumps({"size": "x" * 513})}).refused["column"].to_list() == ["extra"]


def test_a_zone_that_nobody_knows_is_not_left_to_genesys_to_guess():
    assert handed("genesys", BASE | {"time_zone": "Mars/Base"}).refused["column"].to_list() == ["time_zone"]


def test_a_list_at_genesys_has_50_columns_at_most():
    names = [f"e{number}" for number in range(44)]
    params = parse_settings({"export": {"genesys": {"extra": names}}}).export
    (document,) = make_dialer("genesys", params)[0].hand_over(frame(BASE), AS_OF).documents
    assert document.content.decode().split("\r\n")[0].count(",") + 1 == 50
    with pytest.raises(SettingsError, match=r"export\.genesys\.extra"):
        parse_settings({"export": {"genesys": {"extra": [*names, "one_more"]}}})


def test_the_limits_are_those_of_the_vendors():
    assert Genesys(OPTIONS.genesys).most_rows == 1_000_000
    assert (Cxone(OPTIONS.cxone).most_rows, Cxone(OPTIONS.cxone).most_bytes) == (500_000, 256_000_000)
    assert Uccx(OPTIONS.uccx).most_rows == 10_000


@pytest.mark.parametrize(("attempts", "files"), [(2, [2]), (3, [3]), (4, [3, 1]), (7, [3, 3, 1])])
@pytest.mark.parametrize("kind", [Genesys, Cxone, Uccx])
def test_a_file_is_split_at_the_limit_of_rows(kind, attempts, files):
    rows = frame(*(BASE | {"attempt_id": f"a{number}"} for number in range(attempts)))
    dialer = kind(getattr(OPTIONS, kind.__name__.lower()), most_rows=3)
    documents = dialer.hand_over(rows, AS_OF).documents
    assert [document.rows for document in documents] == files
    assert len({document.name for document in documents}) == len(files)
    read = [row["attempt_id"] for each in documents for row in READERS[kind.__name__.lower()](each)]
    assert read == [f"a{number}" for number in range(attempts)]


def test_a_file_is_split_at_the_limit_of_bytes():
    rows = frame(*(BASE | {"attempt_id": f"a{number}"} for number in range(9)))
    (whole,) = handed("cxone", *rows.iter_rows(named=True)).documents
    size = len(whole.content)
    assert len(Cxone(OPTIONS.cxone, most_bytes=size).hand_over(rows, AS_OF).documents) == 1
    split = Cxone(OPTIONS.cxone, most_bytes=size - 1).hand_over(rows, AS_OF)
    assert [document.rows for document in split.documents] == [5, 4]
    assert all(len(each.content) < size for each in split.documents)
    assert split.written == 9


@pytest.mark.parametrize(
    ("begin", "end", "told"),
    [
        ("2026-10-26T13:00:00Z", "2026-10-26T13:30:00Z", "10/26/2026 9:00am"),
        ("2026-10-26T16:00:00.5Z", "2026-10-26T16:30:00Z", "10/26/2026 12:01pm"),
        ("2026-10-26T04:00:01Z", "2026-10-26T04:01:01Z", "10/26/2026 12:01am"),
        ("2026-10-26T04:00:01Z", "2026-10-26T04:01:00Z", None),  # no whole minute
        ("2026-11-01T05:59:01Z", "2026-11-01T07:30:00Z", None),  # 1:00, for the second time
        ("2026-11-01T04:59:00Z", "2026-11-01T07:30:00Z", "11/1/2026 12:59am"),
        ("2026-11-01T06:59:01Z", "2026-11-01T07:30:00Z", "11/1/2026 2:00am"),
        ("2027-03-14T06:59:30Z", "2027-03-14T07:30:00Z", "3/14/2027 3:00am"),
    ],
)
def test_the_time_to_call_at_five9_is_a_minute_that_comes_once(begin, end, told):
    given = handed("five9", BASE | {"not_before": begin, "not_after": end})
    assert [row["TimeToCall"] for each in given.documents for row in READERS["five9"](each)] == ([told] if told else [])
    assert given.written + given.refused.height == 1


@pytest.mark.parametrize("form", ["five9", "uccx"])
def test_the_zone_of_the_dialers_clock_is_never_guessed(form):
    with pytest.raises(SettingsError, match=rf"export\.{form}\.time_zone is missing"):
        make_dialer(form, parse_settings({}).export)


@pytest.mark.parametrize("form", ["genesys", "cxone", "goautodial"])
def test_what_needs_no_option_works_without_a_table(form):
    assert make_dialer(form, parse_settings({}).export)[0].hand_over(frame(BASE), AS_OF).written == 1


@pytest.mark.parametrize("zone", ["America/Vancouver", "America/Winnipeg", "America/Havana", "Africa/Casablanca"])
def test_the_dialers_clock_goes_by_the_installed_tzdata_as_the_law_does(zone):
    with files("tzdata").joinpath("zoneinfo", *zone.split("/")).open("rb") as stream:
        clock = ZoneInfo.from_file(stream)
    begin = datetime(2026, 12, 1, 17, tzinfo=UTC)
    dialer, _ = make_dialer("uccx", parse_settings({"export": {"uccx": {"time_zone": zone}}}).export)
    row = BASE | {"not_before": begin.isoformat(), "not_after": (begin + timedelta(minutes=30)).isoformat()}
    (document,) = dialer.hand_over(frame(row), AS_OF).documents
    assert document.content.decode().splitlines()[1].endswith(f",{begin.astimezone(clock):%H:%M}")
