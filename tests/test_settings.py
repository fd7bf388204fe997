import pytest

from skiptrace.errors import SettingsError
from skiptrace.settings import Settings, load_settings, parse_settings


def test_without_a_file_the_defaults_hold():
    assert load_settings(None) == Settings()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"plan": {"horizon_day": 3}}, "unknown key plan.horizon_day; nearest known: horizon_days"),
        ({"plans": {}}, "unknown key plans; nearest known: plan"),
        ({"plan": {"horizon_days": 0}}, "plan.horizon_days"),
        ({"ingest": {"date_order": "ydm"}}, "ingest.date_order"),
        ({"link": {"match_probability": "often"}}, "link.match_probability"),
    ],
)
def test_what_is_wrong_is_named(values, message):
    with pytest.raises(SettingsError, match=message):
        parse_settings(values)


def test_a_file_that_is_not_toml_or_not_there_is_said_in_one_line(tmp_path):
    (tmp_path / "s.toml").write_text("[plan\nhorizon_days = 3", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"s\.toml: not TOML") as caught:
        load_settings(tmp_path / "s.toml")
    assert "\n" not in str(caught.value)
    with pytest.raises(SettingsError, match="cannot be read"):
        load_settings(tmp_path / "none.toml")


def test_columns_may_stand_at_the_top(tmp_path):
    (tmp_path / "s.toml").write_text(
        '[columns]\n"Kundennr" = "account_id"\n[plan]\nslot_minutes = 15\n', encoding="utf-8"
    )
    settings = load_settings(tmp_path / "s.toml")
    assert settings.ingest.columns == {"Kundennr": "account_id"}
    assert settings.plan.slot_minutes == 15


def test_parameters_are_frozen():
    with pytest.raises(ValueError, match="frozen"):
        Settings().plan.horizon_days = 9
