from __future__ import annotations

import jsonschema
import pytest

from skiptrace.contracts.outputs import SCHEDULE
from skiptrace.contracts.schemas import SCHEMAS, schema_of
from skiptrace.vocabulary import Channel, Party, Purpose


@pytest.mark.parametrize("name", SCHEMAS)
def test_schemas_are_valid_themselves(name):
    jsonschema.Draft202012Validator.check_schema(schema_of(name))


def test_the_schedule_schema_has_the_columns_of_the_table_in_order():
    schema = schema_of("schedule")
    assert list(schema["properties"]) == list(SCHEDULE.schema)
    assert schema["required"] == list(SCHEDULE.schema)


@pytest.mark.parametrize(("field", "words"), [("channel", Channel), ("party", Party), ("purpose", Purpose)])
def test_the_words_are_those_of_the_vocabulary(field, words):
    assert schema_of("schedule")["properties"][field]["enum"] == [word.value for word in words]


def documented(schema: dict) -> list[str]:
    missing = []
    for name, field in schema.get("properties", {}).items():
        if "description" not in field:
            missing.append(name)
        missing += documented(field)
        missing += (
            documented(field.get("additionalProperties") or {})
            if isinstance(field.get("additionalProperties"), dict)
            else []
        )
    return missing


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_field_is_explained(name):
    assert documented(schema_of(name)) == []


def test_a_schema_that_is_changed_is_not_changed_for_others():
    schema_of("schedule")["properties"].clear()
    assert schema_of("schedule")["properties"]


def test_an_unknown_schema_is_refused():
    with pytest.raises(ValueError, match="expected one of schedule, manifest, export"):
        schema_of("leads")
