import re
from datetime import UTC, datetime

import polars as pl
import pytest

from skiptrace.contracts.outputs import REACH, SCHEDULE, WITHHELD
from skiptrace.contracts.stages import CODED_ATTEMPTS, LEADS
from skiptrace.report import ReportInputs, write_report
from skiptrace.tables import REJECTED_SCHEMA, empty
from tests.report.test_waterfalls import TOLD

MANIFEST = {
    "batch_id": "b1",
    "versions": {"program": "0"},
    "reconciliation": {
        "inputs": {"a<b>.csv": {"read": 2, "accepted": 1, "rejected": 1}},
        "accounts": {"total": 2, "scheduled": 1, "withheld": 1, "rejected": 0},
    },
    "model": {
        "learn": {
            "held_out": {
                "attempts": 40,
                "reached": 5,
                "brier": 0.08,
                "bins": [{"forecast": 0.1, "observed": 0.12, "attempts": 40}],
            }
        }
    },
}


def _inputs(**changes):
    row = dict.fromkeys(SCHEDULE.schema) | {
        "account_id": "A<1>",
        "channel": "call",
        "contact_point": "+442079460123",
        "not_before": "2026-11-24T18:00:00+00:00",
        "not_after": "2026-11-24T18:30:00+00:00",
        "rank": 1,
        "p_reach": 0.2,
        "p_low": 0.1,
        "p_high": 0.3,
        "reasons": ["often there in the evening"],
    }
    reach = {"account_id": "A<1>", "contact_point": "+442079460123", "channel": "call", "weekday": 1, "hour": 18}
    rest = {"time_zone": "Europe/London", "p_reach": 0.2, "p_low": 0.1, "p_high": 0.3}
    held = {
        "account_id": "B",
        "reason": "asked not to be contacted",
        "provision": "stop.cease",
        "citation": "12 CFR 1006.6(c)",
    }
    return ReportInputs(
        **{
            "schedule": pl.DataFrame([row], schema=SCHEDULE.schema),
            "withheld": WITHHELD.conform(pl.DataFrame([held])),
            "leads": LEADS.empty(),
            "rejected": empty(REJECTED_SCHEMA),
            "reach": REACH.conform(pl.DataFrame([reach | rest])).lazy(),
            "attempts": CODED_ATTEMPTS.empty(),
            "manifest": MANIFEST,
            "as_of": datetime(2026, 11, 23, 9, tzinfo=UTC),
        }
        | changes
    )


@pytest.fixture
def html(tmp_path):
    write_report(_inputs(), tmp_path / "r.html")
    return (tmp_path / "r.html").read_text(encoding="utf-8")


def test_the_page_needs_no_network_and_no_script(html):
    assert not re.search(r"https?:|//[a-z]|<script|@import|url\((?!#)", html)


def test_what_comes_from_files_is_escaped_and_contact_points_are_masked(html):
    assert "A&lt;1&gt;" in html
    assert "a&lt;b&gt;.csv" in html
    assert "<1>" not in html
    assert "+442079460123" not in html


def test_the_page_tells_plan_hours_reasons_and_calibration(html):
    for text in (
        "What goes out when",
        "Reachable hours",
        "stop.cease",
        "12 CFR 1006.6(c)",
        "Do the probabilities hold?",
        "0.200",
    ):
        assert text in html


def test_an_empty_run_still_has_a_page(tmp_path):
    nothing = _inputs(
        schedule=SCHEDULE.empty(),
        withheld=WITHHELD.empty(),
        reach=REACH.empty().lazy(),
        manifest=MANIFEST | {"model": {}},
    )
    write_report(nothing, tmp_path / "r.html")
    assert "every account is withheld" in (tmp_path / "r.html").read_text(encoding="utf-8")


def test_the_page_is_the_same_every_time(html, tmp_path):
    write_report(_inputs(), tmp_path / "again.html")
    assert (tmp_path / "again.html").read_text(encoding="utf-8") == html


def test_overrides_of_the_shipped_law_are_told_with_their_reasons_and_only_then(html, tmp_path):
    assert "Overrides" not in html
    overrides = {
        "in.rbi.hours": {"reason": "counsel <says> so", "looser": ["closes 20:00, not 19:00 (mon)", "lifted"]},
        "us.regf.calls": {"reason": None, "looser": []},
    }
    write_report(_inputs(manifest=MANIFEST | {"rulebook": {"overrides": overrides}}), tmp_path / "r.html")
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "<td>in.rbi.hours</td><td>closes 20:00, not 19:00 (mon); lifted</td><td>counsel &lt;says&gt; so</td>" in page
    assert "<td>us.regf.calls</td><td>nowhere looser</td><td></td>" in page


def test_pairs_in_doubt_are_shown_and_only_where_there_are_some(html, tmp_path):
    assert "Who is who" not in html
    write_report(_inputs(doubtful=[TOLD], possible=1234), tmp_path / "r.html")
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "1,234 possible matches wait for a reviewer" in page
    assert "A&lt;1&gt;" in page
    assert not re.search(r"https?:|//[a-z]|<script|@import|url\((?!#)", page)


def test_it_is_told_where_capacity_binds_and_how_good_the_plan_is_and_only_then(html, tmp_path):
    assert "Where capacity binds" not in html
    slot = {"kind": "calls", "begin": "2026-11-24T18:00:00+00:00", "price": 0.0432, "room": 500, "wanted": 1234}
    planning = {"value": 200.0, "bound": 201.0, "dearest_slots": [slot]}
    write_report(_inputs(manifest=MANIFEST | {"planning": planning}), tmp_path / "r.html")
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "No other plan within this capacity is worth more than 0.50% above this one." in page
    cells = ("calls", "2026-11-24 18:00", "500", "1,234", "0.043")
    assert re.search(r"<tr>" + "".join(rf"<td[^>]*>{cell}</td>" for cell in cells) + "</tr>", page)
