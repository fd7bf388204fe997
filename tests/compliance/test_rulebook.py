"""The rulebook refuses what it does not understand, and says where."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.resources import files

import pytest

from skiptrace.compliance import check, load_rulebook
from skiptrace.compliance.places import load_places
from skiptrace.compliance.windows import business_day_after
from skiptrace.compliance.zones import is_zone
from skiptrace.errors import RulebookError
from skiptrace.settings import CheckParams, RulebookParams

HEAD = """name = "Test"
places = ["GB"]

[[provision]]
id = "gb.test"
kind = "bar"
summary = "no letters"
status = "P"
"""


def loaded(tmp_path, text):
    path = tmp_path / "own.toml"
    path.write_text(text, encoding="utf-8")
    return load_rulebook(RulebookParams(paths=(str(path),)))


def test_every_shipped_provision_has_a_citation_and_no_figure_from_memory_stands_alone(rulebook):
    assert all(one.citation and one.summary for one in rulebook.provisions)
    assert {"US", "US-MA", "US-NY-NYC", "CN", "GB", "IN", "AU", "CA-ON"} <= rulebook.packs.keys()
    assert "CA" not in rulebook.packs
    assert "BR" not in rulebook.packs


def test_an_unknown_field_is_an_error_with_file_and_line(tmp_path):
    with pytest.raises(RulebookError, match=r"own.toml: line 10: gb.test.colour: unknown field"):
        loaded(tmp_path, HEAD + 'citation = "a law"\ncolour = "red"\n')


def test_a_provision_without_citation_is_an_error_with_file_and_line(tmp_path):
    with pytest.raises(RulebookError, match=r"own.toml: line 4: gb.test.citation: field required"):
        loaded(tmp_path, HEAD)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name = ", "not TOML"),
        ('name = "Test"\nplaces = ["Britain"]\n', "places"),
        (HEAD.replace('"bar"', '"ban"') + 'citation = "a law"\n', "gb.test"),
        (HEAD + 'citation = "a law"\nvalid_from = 2026-02-01\nvalid_until = 2026-01-01\n', "valid_until is before"),
        (HEAD.replace("gb.test", "gb.conc.third-parties") + 'citation = "a law"\n', "override_reason"),
    ],
)
def test_a_pack_that_cannot_be_law_is_refused(tmp_path, text, message):
    with pytest.raises(RulebookError, match=message):
        loaded(tmp_path, text)


def test_a_pack_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(RulebookError, match=r"none.toml: cannot be read"):
        load_rulebook(RulebookParams(paths=(str(tmp_path / "none.toml"),)))


def test_tzdata_older_than_the_rulebook_asks_for_is_refused(tmp_path):
    with pytest.raises(RulebookError, match=r"tzdata .* is too old: the rulebook needs 2999.1"):
        loaded(tmp_path, 'minimum_tzdata = "2999.1"\n' + HEAD + 'citation = "a law"\n')


def test_a_users_provision_is_law_at_once_and_changes_the_version(tmp_path, rulebook, world, proposals):
    own = loaded(tmp_path, HEAD + 'citation = "a law"\nchannels = ["letter"]\n')
    facts = world(
        {
            "accounts": [{"country": "GB", "postal_code": "M11AA"}],
            "points": [{"contact_point": "1 high st", "places": ["GB"]}],
        }
    )
    asked = proposals([{"channel": "letter", "contact_point": "1 high st", "at": "2026-11-23T12:00:00Z"}])
    as_of = datetime(2026, 11, 23, tzinfo=UTC)
    assert check(asked, facts, rulebook, as_of, CheckParams())["verdict"].to_list() == ["allow"]
    row = check(asked, facts, own, as_of, CheckParams()).row(0, named=True)
    assert (row["provision"], row["citation"], row["reason"]) == ("gb.test", "a law", "no letters")
    assert own.version != rulebook.version
    assert load_rulebook(RulebookParams()).version == rulebook.version


def test_an_override_carries_its_reason(tmp_path):
    text = (
        HEAD.replace("gb.test", "gb.conc.third-parties") + 'citation = "a law"\noverride_reason = "counsel says so"\n'
    )
    assert loaded(tmp_path, text).overrides == {"gb.conc.third-parties": "counsel says so"}


def test_a_calendar_nobody_has_is_refused(tmp_path):
    text = HEAD.replace('"bar"', '"window"') + (
        'citation = "a law"\nholidays = "GB-XX"\nhours = [{ days = "mon-fri", open = "09:00", close = "17:00" }]\n'
    )
    with pytest.raises(RulebookError, match="GB-XX"):
        loaded(tmp_path, text)


def test_every_zone_of_every_place_is_in_the_wheel():
    places = load_places()
    named = [zone for zones in places.zones.values() for zone in zones]
    for split in places.split.values():
        named += [*split.main, *(zone for zones in split.other.values() for zone in zones)]
    assert {zone for zone in named if not is_zone(zone)} == set()
    assert all(set(split.main) <= set(places.zones[region]) for region, split in places.split.items())
    assert files("tzdata.zoneinfo").joinpath("zone.tab").is_file()


def test_business_days_skip_weekends_and_holidays():
    friday = (datetime(2026, 12, 31) - datetime(1970, 1, 1)).days  # noqa: DTZ001  # a date
    first, second = business_day_after(friday, 1, "KR"), business_day_after(friday, 2, "KR")
    assert (first - friday, second - friday) == (4, 5)  # 1 January is a holiday, then a weekend
