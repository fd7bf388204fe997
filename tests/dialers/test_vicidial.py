"""VICIdial: each limit from both sides, and what is written to the letter."""

from __future__ import annotations

from urllib.parse import parse_qs

import pytest

from skiptrace.dialers import make_dialer
from skiptrace.errors import SettingsError
from skiptrace.settings import parse_settings
from tests.dialers.hand_over_rows import AS_OF, BASE, OPTIONS, THIRD, frame
from tests.dialers.readers import vicidial

LOADER = parse_settings({"export": {"vicidial": {"route": "loader", "list_id": 9001}}}).export


def handed(*rows, options=OPTIONS):
    return make_dialer("vicidial", options)[0].hand_over(frame(*rows), AS_OF)


def test_an_api_line_to_the_letter():
    (document,) = handed(BASE | {"account_id": "OH-1001 /b"}).documents
    assert document.name == "vicidial_api.txt"
    assert document.content.decode() == (
        "source=skiptrace&function=add_lead&phone_code=44&phone_number=2079460001&list_id=9001&vendor_lead_code=a1"
        "&source_id=OH-1001+%2Fb&comments=debtor+collect&rank=32767&dnc_check=Y&campaign_dnc_check=Y&campaign_id=TRACE"
        "&callback=Y&callback_status=CALLBK&callback_type=ANYONE&callback_datetime=2026-10-26+05:00:00\n"
    )


def test_a_loader_line_to_the_letter_in_a_file_of_its_window():
    given = handed(BASE, THIRD | {"not_after": "2026-10-26T09:20:00+00:00"}, options=LOADER)
    assert [each.name for each in given.documents] == [
        "vicidial_list_20261026T090000Z_20261026T092000Z.txt",
        "vicidial_list_20261026T090000Z_20261026T093000Z.txt",
    ]
    third, own = (each.content.decode() for each in given.documents)
    assert own == "a1|A1|9001|44|2079460001" + "|" * 18 + "debtor collect|0|NEW||32767||\n"
    assert third == "t1||9001|44|2079460001" + "|" * 18 + "third_party location_only|0|NEW||32766||\n"


def test_what_neither_route_carries_is_said():
    assert {"not_after", "max_ring_s", "p_reach", "extra"} <= set(handed(BASE).not_carried)
    assert "not_before" not in handed(BASE).not_carried
    assert "not_before" in handed(BASE, options=LOADER).not_carried


@pytest.mark.parametrize("options", [OPTIONS, LOADER], ids=["api", "loader"])
@pytest.mark.parametrize("sign", list("|'\"`;#+\\é张\u00a0"))
def test_an_account_that_would_be_changed_is_refused(options, sign):
    given = handed(BASE | {"account_id": f"A{sign}1"}, options=options)
    assert given.refused["column"].to_list() == ["account_id"]


@pytest.mark.parametrize(
    ("account", "written"), [("A" * 50, 1), ("A" * 51, 0), (" A", 0), ("A ", 0), ("A B", 1), ("-", 1)]
)
def test_an_account_that_would_be_cut_is_refused(account, written):
    given = handed(BASE | {"account_id": account})
    assert given.written == written
    assert all(row["account_id"] == account for each in given.documents for row in vicidial(each))


def test_a_third_partys_account_is_not_written_and_so_does_not_matter():
    given = handed(THIRD | {"account_id": "A|" * 40})
    assert parse_qs(given.documents[0].content.decode(), keep_blank_values=True)["source_id"] == [""]


@pytest.mark.parametrize(("digits", "written"), [(5, 0), (6, 1), (16, 1), (17, 0)])
def test_numbers_are_as_long_as_the_api_takes_them(digits, written):
    # E.164 itself ends at 15 digits with the calling code, so that a longer number never comes so far.
    national = "2" * digits
    given = handed(BASE | {"contact_point": f"+44{national}", "national_number": national})
    assert given.written == (written if digits + 2 <= 15 else 0)


def test_a_calling_code_that_stands_in_the_number_again_is_refused():
    doubled = BASE | {"contact_point": "+8613800004417", "country_code": "86", "national_number": "8613800004417"}
    assert handed(doubled).refused["column"].item() == "country_code;national_number"
    assert handed(doubled | {"national_number": "13800004417"}).written == 1


@pytest.mark.parametrize(
    ("begin", "local"),
    [
        ("2026-11-01T05:29:59+00:00", None),  # 01:29:59 comes an hour later again
        ("2026-11-01T06:30:00+00:00", None),  # and this is the second time
        ("2026-11-01T04:59:59+00:00", "2026-11-01 00:59:59"),
        ("2026-11-01T07:00:00+00:00", "2026-11-01 02:00:00"),
        ("2027-03-14T06:59:59+00:00", "2027-03-14 01:59:59"),
        ("2027-03-14T07:00:00+00:00", "2027-03-14 03:00:00"),  # between these two no clock of New York stops
        ("2027-03-14T06:59:59.5+00:00", "2027-03-14 03:00:00"),
    ],
)
def test_only_times_that_the_servers_clock_shows_once_are_written(begin, local):
    given = handed(BASE | {"not_before": begin, "not_after": begin.replace("T0", "T1")})
    times = [parse_qs(each.content.decode())["callback_datetime"][0].strip() for each in given.documents]
    assert times == ([local] if local else [])
    assert given.refused["column"].to_list() == ([] if local else ["not_before"])
    # The loader knows no time and so has no such trouble.
    assert handed(BASE | {"not_before": begin, "not_after": begin.replace("T0", "T1")}, options=LOADER).written == 1


def test_the_best_row_has_the_highest_rank():
    rows = [BASE | {"attempt_id": f"a{rank}", "rank": rank} for rank in (2, 30, 7)]
    ranks = {row["attempt_id"]: int(row["rank"]) for each in handed(*rows).documents for row in vicidial(each)}
    assert ranks == {"a2": 32767, "a7": 32766, "a30": 32765}


def test_ranks_of_a_long_file_fit_a_smallint_and_never_turn_round():
    rows = [BASE | {"attempt_id": f"a{rank}", "rank": rank} for rank in range(1, 70_002)]
    (document,) = handed(*rows).documents
    lines = (parse_qs(line) for line in document.content.decode().splitlines())
    ranks = [int(rank) for _, rank in sorted((int(line["vendor_lead_code"][0][1:]), line["rank"][0]) for line in lines)]
    assert ranks == sorted(ranks, reverse=True)
    assert ranks[0] == 32767
    assert ranks[-1] > 0
    assert len(set(ranks)) > 23_000


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"list_id": "9001"}, "export.vicidial: campaign_id is missing"),
        ({"list_id": "9001", "campaign_id": "TRACE"}, "export.vicidial: time_zone is missing"),
        ({"list_id": "9001", "campaign_id": "TRACE", "time_zone": "Mars/Base"}, "time_zone: no such time zone"),
        ({"list_id": "9001|", "route": "loader"}, "export.vicidial.list_id"),
        ({"route": "loader"}, "export.vicidial.list_id: field required"),
        ({"list_id": "9001", "user": "6666"}, "unknown key export.vicidial.user; nearest known"),
    ],
)
def test_an_option_that_is_missing_or_wrong_is_one_clear_line(options, problem):
    with pytest.raises(SettingsError, match=problem) as caught:
        parse_settings({"export": {"vicidial": options}})
    assert "\n" not in str(caught.value)
