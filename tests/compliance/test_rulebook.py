"""The rulebook refuses what it does not understand, and says where."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skiptrace.compliance import check, load_rulebook
from skiptrace.compliance.packs import parse_pack
from skiptrace.compliance.places import load_places
from skiptrace.compliance.verify import verify
from skiptrace.compliance.windows import business_day_after
from skiptrace.compliance.zones import is_zone
from skiptrace.errors import RulebookError
from skiptrace.settings import CheckParams, RulebookParams
from tests.compliance.agreement import schedule

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
        (
            HEAD.replace('["GB"]', '["Britain"]') + 'citation = "a law"\n',
            "line 2: pack.places.0.: expected an ISO 3166",
        ),
        (HEAD.replace('["GB"]', '["UK"]') + 'citation = "a law"\n', "line 2: pack.places: no place .* UK"),
        (HEAD + 'citation = "a law"\nplaces = ["*", "GB"]\n', "line 10: gb.test.places: .* is everywhere"),
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


def test_an_override_that_is_looser_needs_a_reason_and_one_that_is_only_tighter_needs_none(tmp_path):
    hours = (
        'name = "Our own"\nplaces = ["IN"]\n[[provision]]\nid = "in.rbi.hours"\nkind = "window"\nsummary = "hours"\n'
        'citation = "our counsel"\nstatus = "P"\nchannels = ["call", "sms", "email", "visit"]\n'
        'hours = [{ days = "mon-sat", open = "08:00", close = "CLOSE" }]\n'
    )
    tighter = loaded(tmp_path, hours.replace("CLOSE", "18:00"))
    assert tighter.overrides == {"in.rbi.hours": (None, ())}
    message = r"line 3: in.rbi.hours: is looser .*closes 20:00, not 19:00.*override_reason"
    with pytest.raises(RulebookError, match=message):
        loaded(tmp_path, hours.replace("CLOSE", "20:00"))
    said = loaded(tmp_path, hours.replace("CLOSE", "20:00") + 'override_reason = "a new circular"\n')
    assert said.overrides == {
        "in.rbi.hours": ("a new circular", ("closes 20:00, not 19:00 (mon, tue, wed, thu, fri, sat)",))
    }
    assert [file.name for file in said.own] == ["own.toml"]


WINDOW = HEAD.replace('"bar"', '"window"') + (
    'citation = "a law"\nchannels = ["call"]\nhours = [{ days = "mon-sun", open = "07:00", close = "22:00" }]\n'
)
NEED = HEAD.replace('"bar"', '"need"') + 'citation = "a law"\nneed = "unreachable"\nparty = "third_party"\n'


@pytest.mark.parametrize("text", [WINDOW, NEED])
@pytest.mark.parametrize(
    ("place", "adds"), [("GB", True), ("GB-ENG", True), ("BR", True), ("CN-HK", True), ("FR", False), ("BR-BA", False)]
)
def test_a_provision_speaks_by_itself_only_for_a_place_that_no_shipped_pack_covers(tmp_path, text, place, adds):
    text = text.replace('["GB"]', f'["{place}"]')
    assert loaded(tmp_path, text).by_id["gb.test"].adds is adds
    reasoned = loaded(tmp_path, text + 'override_reason = "counsel says so"\n')
    assert reasoned.by_id["gb.test"].adds is False
    assert list(reasoned.overrides) == (["gb.test"] if adds else [])


HOURS = '{ days = "mon-sun", open = "08:00", close = "20:00" }'
ALL = 'channels = ["call", "sms", "email", "visit"]\n'


@pytest.mark.parametrize(
    ("provision", "verdicts"),
    [
        ('kind = "retention"\nyears = 3\nstatus = "S"\n', ["allow", "allow", "allow"]),
        ('kind = "retention"\nyears = 3\nstatus = "M"\n', ["deny", "deny", "deny"]),
        (f'kind = "window"\nhours = [{HOURS}]\nstatus = "M"\n{ALL}', ["review", "review", "deny"]),
        *(
            (f'kind = "window"\nhours = [{HOURS}]\nstatus = "M"\n{narrowed}\n', ["deny", "deny", "deny"])
            for narrowed in (
                'channels = ["call"]',
                f'{ALL}labels = ["work"]',
                f'{ALL}party = "third_party"',
                f'{ALL}purpose = "location_only"',
                f"{ALL}valid_from = 2027-01-01",
                f"{ALL}valid_until = 2026-01-01",
            )
        ),
        ('kind = "retention"\nyears = 3\nstatus = "S"\nplaces = ["FR-IDF"]\n', ["deny", "deny", "deny"]),
    ],
)
def test_a_place_known_from_memory_alone_stays_closed(tmp_path, world, proposals, provision, verdicts):
    head = HEAD[: HEAD.index("kind")].replace('["GB"]', '["FR"]').replace("gb.test", "fr.test")
    book = loaded(tmp_path, f'{head}summary = "from somewhere"\ncitation = "a law"\n{provision}')
    facts = world({
        "accounts": [{"country": "FR", "postal_code": "75001"}],
        "points": [
            {"contact_point": "+1", "places": ["FR"], "zones": ["Europe/Paris"]},
            {"contact_point": "jane@example.com"},
            {"contact_point": "1 rue x", "places": ["FR"], "zones": ["Europe/Paris"]},
        ],
    })  # fmt: skip
    asked = proposals([
        {"contact_point": "+1", "at": "2026-11-23T11:00:00Z"},
        {"contact_point": "jane@example.com", "channel": "email", "at": "2026-11-23T11:00:00Z"},
        {"contact_point": "1 rue x", "channel": "letter", "at": "2026-11-23T11:00:00Z"},
    ])  # fmt: skip
    as_of = datetime(2026, 11, 23, tzinfo=UTC)
    assert check(asked, facts, book, as_of, CheckParams())["verdict"].to_list() == verdicts
    rows = schedule([
        {"account_id": "A1", "contact_point": "+1", "at": "2026-11-23T12:00:00+01:00"},
        {"account_id": "A1", "contact_point": "jane@example.com", "channel": "email",
         "at": "2026-11-23T12:05:00+01:00"},
        {"account_id": "A1", "contact_point": "1 rue x", "channel": "letter", "at": "2026-11-23T12:10:00+01:00"},
    ], timedelta(microseconds=1))  # fmt: skip
    assert verify(rows, facts, book, as_of, CheckParams()).height == 3 - verdicts.count("allow")


def test_a_letter_where_all_is_from_memory_is_told_why_it_stays(world, proposals, rulebook):
    facts = world({
        "accounts": [{"country": "CA", "region": "CA-BC", "postal_code": "V5K0A1"}],
        "points": [{"contact_point": "1 main st", "places": ["CA-BC"]}],
    })  # fmt: skip
    asked = proposals([{"contact_point": "1 main st", "channel": "letter", "at": "2026-11-23T20:00:00Z"}])
    row = check(asked, facts, rulebook, datetime(2026, 11, 23, tzinfo=UTC), CheckParams(), telling=True).row(
        0, named=True
    )
    assert (row["verdict"], row["provision"]) == ("deny", "house.place")
    assert row["reason"].endswith(": no pack for CA-BC but from memory")


@pytest.mark.parametrize(
    ("what", "opens"),
    [
        ('id = "ca.test"\nkind = "cap"\nstatus = "P"\nplaces = ["CA"]\n', False),
        ('id = "ca.test"\nkind = "cap"\nstatus = "P"\nplaces = ["CA-BC"]\noverride_reason = "we think so"\n', True),
        ('id = "ca.test"\nkind = "cap"\nstatus = "M"\nplaces = ["CA"]\noverride_reason = "we think so"\n', False),
        ('id = "ca.test"\nkind = "cap"\nstatus = "P"\nplaces = ["FR"]\noverride_reason = "we think so"\n', False),
    ],
)
def test_what_is_added_where_all_is_from_memory_opens_no_letters_but_by_a_reason(
    tmp_path, world, proposals, what, opens
):
    head = 'name = "Test"\nplaces = ["CA"]\n\n[[provision]]\nsummary = "few"\ncitation = "a law"\n'
    book = loaded(tmp_path, f'{head}{what}count = "attempts"\nper = "debt"\ndays = 1\nmaximum = 9\n')
    facts = world({
        "accounts": [{"country": "CA", "region": "CA-BC", "postal_code": "V5K0A1"}],
        "points": [{"contact_point": "1 main st", "places": ["CA-BC"]}],
    })  # fmt: skip
    asked = proposals([{"contact_point": "1 main st", "channel": "letter", "at": "2026-11-23T20:00:00Z"}])
    row = check(asked, facts, book, datetime(2026, 11, 23, tzinfo=UTC), CheckParams()).row(0, named=True)
    assert (row["verdict"] == "allow") == opens
    assert (row["provision"] == "house.place") != opens
    assert [one.looser for one in book.overrides.values()] == (
        [("letters are permitted in CA-BC, where all that is shipped is from memory",)] if opens else []
    )


def test_a_shipped_provision_from_memory_that_is_said_to_be_seen_needs_a_reason(tmp_path, rulebook):
    (hours,) = (one for one in rulebook.provisions if one.places == ("CA-BC",) and one.kind == "window")
    text = f"""name = "Test"
places = ["CA-BC"]

[[provision]]
id = "{hours.id}"
kind = "cap"
summary = "few"
citation = "a law"
status = "S"
count = "attempts"
per = "debt"
days = 1
maximum = 9
"""
    with pytest.raises(RulebookError, match="letters are permitted in CA-BC"):
        loaded(tmp_path, text)


def test_wider_hours_without_a_reason_leave_the_houses_hours_where_they_were(tmp_path, world, proposals):
    facts = world({"points": [{"contact_point": "+1", "places": ["GB"], "zones": ["Europe/London"]}],
                   "accounts": [{"country": "GB", "postal_code": "M11AA"}]})  # fmt: skip
    asked = proposals([{"contact_point": "+1", "at": f"2026-11-23T{hour}:00:00Z"} for hour in ("10", "21", "23")])

    def judged(text):
        book = loaded(tmp_path, text)
        return check(asked, facts, book, datetime(2026, 11, 23, tzinfo=UTC), CheckParams())["verdict"].to_list()

    assert judged(WINDOW) == ["allow", "deny", "deny"]
    assert judged(WINDOW + 'override_reason = "counsel says so"\n') == ["allow", "allow", "deny"]


def test_asking_third_parties_needs_a_reason_where_the_shipped_law_is_silent(tmp_path, world, proposals):
    facts = world({
        "accounts": [{"country": "GB", "postal_code": "M11AA"}],
        "relations": [{"relation": "friend", "country": "GB"}],
        "consents": [{"consent_id": "C", "given_by": "third_party", "purposes": ["locate", "contact"]}],
        "points": [{"contact_point": "+1", "places": ["GB"], "zones": ["Europe/London"], "party": "third_party",
                    "relation": "friend", "relation_id": "R1", "consent_ids": ["C"], "own": False}],
    })  # fmt: skip
    asked = proposals(
        [{"contact_point": "+1", "party": "third_party", "purpose": "location_only", "at": "2026-11-23T12:00:00Z"}]
    )

    def judged(text):
        book = loaded(tmp_path, text)
        return check(asked, facts, book, datetime(2026, 11, 23, tzinfo=UTC), CheckParams()).row(0, named=True)

    assert judged(NEED)["provision"] == "house.third-party.place"
    assert judged(NEED + 'override_reason = "counsel says so"\n')["verdict"] == "allow"


def test_an_id_stands_once_in_a_file_and_once_among_the_users_files(tmp_path):
    text = HEAD + 'citation = "a law"\n'
    with pytest.raises(RulebookError, match=r"own.toml: line 11: gb.test: this id is at line 4 already"):
        loaded(tmp_path, text + "\n" + text[text.index("[[") :])
    (tmp_path / "own.toml").write_text(text, encoding="utf-8")
    (tmp_path / "two.toml").write_text(text, encoding="utf-8")
    with pytest.raises(RulebookError, match=r"two.toml: line 4: gb.test: is in own.toml already"):
        load_rulebook(RulebookParams(paths=(str(tmp_path),)))
    # The same file twice is one file.
    paths = (str(tmp_path / "own.toml"), str(tmp_path / "own.toml"))
    assert len(load_rulebook(RulebookParams(paths=paths)).own) == 1


def test_a_folder_without_packs_and_house_hours_that_are_none_are_refused(tmp_path):
    with pytest.raises(RulebookError, match=r"no \*.toml in this folder"):
        load_rulebook(RulebookParams(paths=(str(tmp_path),)))
    with pytest.raises(RulebookError, match="stays a window that holds everywhere"):
        loaded(tmp_path, HEAD.replace("gb.test", "house.hours") + 'citation = "a law"\noverride_reason = "no"\n')


FIRST = 'name = "Test" # a pack\n\nplaces = ["GB"]\n\n'
"""Four lines before the provisions."""


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        # a table inside a provision
        (
            '[[provision]]\nid = "x.y"\nkind = "window"\n# why\n\n[[provision.hours]]\ndays = "mon"\nopen = "9:00"\n',
            "line 12: x.y.hours[0].open: expected",
        ),
        # an inline table over several lines
        (
            '[[provision]]\nid = "x.y"\nkind = "window"\nhours = [\n  { days = "mon" },\n  { colour = 1 },\n]\n',
            "line 10: x.y.hours[1].colour: unknown field; nearest known: close",
        ),
        # provisions as an array of inline tables
        (
            'provision = [\n  { id = "x.y", kind = "bar" },\n  { id = "x.z", kind = "cap", "c#unt" = "]" },\n]\n',
            'line 7: x.z."c#unt": unknown field; nearest known: count',
        ),
        ('[[provision]]\nid = "x.y"\nkind = "need"\nneed = "money"\n', "line 8: x.y.need: expected "),
        ('[[provision]]\nid = "x.y"\nkind = "window"\nhours = [{ days = "sun-mon" }]\n', "line 8: x.y.hours[0].days: "),
        ('[[provision]]\nid = "x.y"\nkind = "window"\nhours = [{ open = 9 }]\n', "line 8: x.y.hours[0].open: expected"),
        ('[[provision]]\nid = "x.y"\nkind = "cap"\nmaximum = true\n', "line 8: x.y.maximum: expected a valid integer"),
        (
            '[[provision]]\nid = "x.y"\nkind = "bar"\ncollecting = "no"\n',
            "line 8: x.y.collecting: expected a valid bool",
        ),
        ('[[provision]]\nid = "x.y"\nsummary = "no kind"\n', "line 5: x.y.kind: field required"),
        ('[[provision]]\nid = "X Y"\nkind = "bar"\n', "line 6: provision 1.id: expected small letters"),
        ('[[provision]]\nid = "x.y"\nkind = "bar"\nchannels = ["call", "fax"]\n', "line 8: x.y.channels[1]: expected"),
        ("[provision]\nid = 1\n", "line 5: pack.provision: "),
    ],
)
def test_a_fault_names_its_own_line_however_the_pack_is_written(text, fault):
    for written in (FIRST + text, ("\ufeff" + FIRST + text).replace("\n", "\r\n")):
        found = parse_pack("own.toml", written.encode())
        assert any(str(one).startswith(f"own.toml: {fault}") for one in found), [str(one) for one in found]


def test_all_faults_of_a_file_are_found_at_once():
    text = HEAD.replace("no letters", "a") + 'colour = "red"\nplaces = ["Britain", "GB"]\n'
    assert [fault.where.removeprefix("gb.test.") for fault in parse_pack("own.toml", text.encode())] == [
        "citation",
        "summary",
        "colour",
        "places[0]",
    ]


SHIPPED = [
    item.read_bytes() for item in sorted(files("skiptrace.compliance").joinpath("jurisdictions").iterdir(), key=str)
]
WORDS = [b"[[provision]]", b'"', b"'''", b"[", b"]", b"{", b"}", b"=", b",", b".", b"#", b"\n", b"\r", b"\\", b"\xff",
         b"\0", b"true", b"-1", b"1e999", b"nan", b"9" * 5000, b"[" * 3000, b"2026-02-30", b"08:00", b"08:00+01:00",
         b"{}", b"hours", b"places", b"kind", b"id", b"\xef\xbb\xbf", b"window", b"holidays", b"provision"]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_whatever_the_text_it_is_a_pack_or_faults_and_never_a_traceback(data):
    text = data.draw(st.sampled_from(SHIPPED))
    start = data.draw(st.integers(0, len(text)))
    text = text[start : start + data.draw(st.sampled_from([200, 1000, 10**6]))] if data.draw(st.booleans()) else text
    for _ in range(data.draw(st.integers(1, 4))):
        at, gone = data.draw(st.integers(0, len(text))), data.draw(st.integers(0, 12))
        text = text[:at] + data.draw(st.sampled_from(WORDS)) + text[at + gone :]
    found = parse_pack("own.toml", text)
    if isinstance(found, list):
        assert found
        for fault in found:
            assert "\n" not in str(fault)
            assert 0 <= fault.line <= text.count(b"\n") + 1


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
