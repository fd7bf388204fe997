from __future__ import annotations

import polars as pl
import pytest

from skiptrace.contracts.inputs import RECORDS
from skiptrace.errors import InputError
from skiptrace.ingest import read_people
from skiptrace.settings import IngestParams


@pytest.fixture
def people(tmp_path):
    def make(content, id_column=None):
        path = tmp_path / "people.csv"
        path.write_text(content)
        return read_people(path, IngestParams(), id_column, "left")

    return make


def test_people_are_read_whatever_the_headers_and_without_consent(people):
    accepted, rejected = people(
        "rec_id, given_name, surname, street_number, address_1, suburb, date_of_birth, phone_number\n"
        "rec-1-org, ann, lee, 12, high street, leeds, 19800305, 0113 496 0000\n"
    )
    row = accepted.row(0, named=True)
    assert (row["record_id"], row["source"], row["consent_id"]) == ("rec-1-org", "left", None)
    assert (row["given_name"], row["address"], row["city"]) == ("ann", "12 high street", "leeds")
    assert (row["birth_date"], row["phones"]) == ("19800305", ["0113 496 0000"])
    assert rejected.is_empty()
    assert accepted.columns[: len(RECORDS.columns)] == list(RECORDS.columns)


def test_an_id_column_can_be_named_and_without_one_the_line_is_the_id(people):
    text = "key2,id,name\nk1,1,Ann\nk2,2,Bo\n"
    assert people(text, "KEY2")[0].get_column("record_id").to_list() == ["k1", "k2"]
    assert people(text)[0].get_column("record_id").to_list() == ["1", "2"]
    assert people("name,city\nAnn,Leeds\n\nBo,York\n")[0].get_column("record_id").to_list() == ["2", "4"]


def test_an_impossible_birth_date_or_time_zone_keeps_nobody_out_of_matching(people):
    accepted, rejected = people("id,name,dob,time_zone\n1,Ann,19801345,Mars/Olympus\n")
    assert accepted.get_column("birth_date").to_list() == ["19801345"]
    assert rejected.is_empty()


def test_an_id_that_stands_twice_or_not_at_all_is_rejected_with_the_row_as_read(people):
    accepted, rejected = people("id,name\n1,Ann\n1,Bo\n,Cy\n")
    assert accepted.height == 1
    assert rejected.get_column("line").to_list() == [3, 4]
    assert rejected.get_column("row").to_list()[0] == '{"id":"1","name":"Bo"}'


def test_a_file_that_tells_nothing_of_people_says_so(people):
    with pytest.raises(InputError, match="tells anything of a person"):
        people("id,colour\n1,red\n")
    with pytest.raises(InputError, match="no column nope"):
        people("id,name\n1,Ann\n", "nope")
    with pytest.raises(InputError, match="empty file"):
        people("")


def test_a_header_alone_is_nobody(people):
    accepted, rejected = people("id,name\n")
    assert accepted.is_empty()
    assert rejected.is_empty()
    assert accepted.schema["phones"] == pl.List(pl.String)


def test_of_several_documents_the_first_that_a_row_has_is_read_and_none_is_kept_in_clear(people):
    accepted, _ = people(
        "id,name,Passport Number,SSN,National ID,colour\n"
        "1,Ann,P1234567,123-45-6788,,red\n"
        "2,Bo,P7654321,,,red\n"
        "3,Cy,P7654321,,A1234567,red\n"
        "4,Di,,,,red\n"
    )
    assert accepted["national_id"].to_list() == ["123-45-6788", "P7654321", "A1234567", None]
    assert accepted["extra"].to_list() == ['{"colour":"red"}'] * 4
