from __future__ import annotations

import pytest

from skiptrace.contracts.inputs import INPUTS, PERSON
from skiptrace.contracts.stages import PROPOSALS
from skiptrace.errors import SettingsError
from skiptrace.ingest.headers import (
    _PARTS,
    _data,
    check_further,
    fold,
    known_headers,
    match_headers,
    nearest,
    table_by_headers,
    table_by_name,
)

FEBRL = (
    "rec_id given_name surname street_number address_1 address_2 suburb postcode state "
    "date_of_birth soc_sec_id phone_number"
)
SPLINK = "unique_id first_name surname dob birth_place postcode_fake occupation email city"
SENZING = "DATA_SOURCE RECORD_ID NAME_FIRST NAME_LAST DATE_OF_BIRTH ADDR_FULL PHONE_NUMBER EMAIL_ADDRESS SSN_NUMBER"


def test_febrl_columns_are_known():
    found = match_headers("records", FEBRL.split(), {})
    assert found.unknown == ()
    assert found.columns["address"] == ("street_number", "address_1", "address_2")
    assert found.columns["city"] == ("suburb",)
    assert found.columns["region"] == ("state",)
    assert found.columns["national_id"] == ("soc_sec_id",)


def test_splink_columns_are_known():
    found = match_headers("records", SPLINK.split(), {})
    assert found.unknown == ("birth_place", "occupation")
    assert found.columns["record_id"] == ("unique_id",)
    assert found.columns["postal_code"] == ("postcode_fake",)


def test_senzing_columns_are_known():
    found = match_headers("records", SENZING.split(), {})
    assert found.unknown == ()
    assert found.columns["source"] == ("DATA_SOURCE",)


def test_chinese_columns_are_known():
    headers = [
        "借款编号",
        "姓名",
        "身份证号",
        "出生日期",
        "手机号",
        "家庭电话",
        "工作单位",
        "地址",
        "欠款金额",
        "逾期天数",
    ]
    found = match_headers("accounts", headers, {})
    assert found.unknown == ()
    assert [phone.label for phone in found.phones] == ["mobile", "home"]


@pytest.mark.parametrize("header", ["Account ID", "ACCOUNT-ID", "account.id", " accountId ", "ＡＣＣＯＵＮＴ＿ＩＤ"])
def test_case_and_punctuation_of_a_header_do_not_matter(header):
    assert match_headers("accounts", [header], {}).columns == {"account_id": (header,)}


def test_wide_columns_carry_their_label_and_number():
    found = match_headers(
        "accounts", ["phone_1", "Mobile 2", "home_phone", "Work Phone", "email_1", "work e-mail", "alias_3"], {}
    )
    assert [phone.label for phone in found.phones] == [None, "mobile", "home", "work"]
    assert [mail.label for mail in found.emails] == [None, "work"]
    assert found.aliases == ("alias_3",)


def test_of_two_names_for_one_column_the_better_wins_and_the_other_is_kept_as_unknown():
    found = match_headers("accounts", ["id", "account_id", "name"], {})
    assert found.columns["account_id"] == ("account_id",)
    assert found.unknown == ("id",)


def test_the_settings_add_aliases_also_for_wide_columns():
    found = match_headers("accounts", ["Kontonummer", "Handy"], {"kontonummer": "account_id", "handy": "mobile"})
    assert found.columns["account_id"] == ("Kontonummer",)
    assert found.phones[0].label == "mobile"


def test_a_column_of_the_settings_that_does_not_exist_names_the_nearest():
    with pytest.raises(SettingsError, match="unknown column acount_idd; nearest known: account"):
        check_further({"Konto": "acount_idd"})


def test_near_misses_are_found():
    assert nearest("account_id", "accounts", ["acount_no", "zebra"]) == ["acount_no"]


@pytest.mark.parametrize(
    ("title", "table"),
    [
        ("accounts", "accounts"),
        ("accounts_2026", "accounts"),
        ("contact points", "contact_points"),
        ("ContactPoints-v2", "contact_points"),
        ("2026-03 call history", "attempts"),
        ("账户", "accounts"),
        ("三月联系记录", "attempts"),
        ("records_bureau_us", "records"),
        ("Sheet1", None),
        ("summary", None),
    ],
)
def test_the_table_is_told_by_the_name(title, table):
    assert table_by_name(title) == table


@pytest.mark.parametrize("table", INPUTS)
def test_the_table_is_told_by_its_own_columns(table):
    headers = [name for name in INPUTS[table].columns if name != "extra"]
    assert table_by_headers(headers, {}) == table


def test_headers_of_no_table_tell_none():
    assert table_by_headers(["a", "b"], {}) is None
    assert known_headers(["a", "b"]) == 0


def test_every_column_of_the_contract_has_aliases_and_no_alias_stands_for_two():
    data = _data()
    for table, contract in {**INPUTS, "proposals": PROPOSALS}.items():
        own = data[table]
        for column in contract.columns:
            if column not in {"extra", "point_key", "problem"} and column not in PERSON:
                assert own[column][0] == column, (table, column)
        folded = [fold(name) for names in own.values() for name in names]
        assert len(folded) == len(set(folded)), table
        assert set(own) <= set(contract.columns), table
    assert set(data["person"]) <= set(PERSON) | _PARTS
    folded = [fold(name) for names in data["person"].values() for name in names]
    assert len(folded) == len(set(folded))
