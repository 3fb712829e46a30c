"""The closed list of event types, and how events read."""

import re

import pytest

from app.rules.kit import event_types
from app.rules.kit.event_type import LONGEST_TITLE, EventType
from app.rules.kit.event_types import EVENT_TYPES


@pytest.mark.parametrize("type_", EVENT_TYPES.values(), ids=EVENT_TYPES)
class TestEach:
    def test_is_named_by_subject_and_verb(self, type_: EventType) -> None:
        assert re.fullmatch(r"[a-z_]+\.[a-z_]+", type_.name)
        assert type_.name == f"{type_.subject}.{type_.name.partition('.')[2]}"
        assert event_types.get(*type_.name.split(".")) is type_

    def test_has_a_schema_of_its_data(self, type_: EventType) -> None:
        schema = type_.data_schema()
        assert schema["additionalProperties"] is False
        assert set(schema["required"]) <= schema["properties"].keys() == type_.fields.keys()

    def test_accepts_what_its_schema_does(self, type_: EventType) -> None:
        whole = dict.fromkeys(type_.fields)
        assert type_.accepts(whole)
        assert type_.accepts(dict.fromkeys(type_.required))
        assert not type_.accepts({**whole, "another": None})
        for name in type_.required:
            assert not type_.accepts({other: None for other in whole if other != name})


class TestTitles:
    def test_read_well_alone(self) -> None:
        assert event_types.TASK_COMPLETED.titled(task="Send the samples") == "Task completed: Send the samples"
        about = {"feedback": "Review", "by_channel": " on WhatsApp"}
        assert event_types.FEEDBACK_ACKNOWLEDGED.titled(**about) == "Thanked on WhatsApp: Review"

    def test_are_cut(self) -> None:
        title = event_types.TASK_CREATED.titled(task="x" * 1_000)
        assert len(title) == LONGEST_TITLE == 300
        assert title.endswith("x…")

    def test_take_braces_in_what_people_wrote_for_what_they_are(self) -> None:
        assert event_types.TASK_CREATED.titled(task="{task} {0}") == "Task created: {task} {0}"


def test_an_unknown_one_cannot_be_made() -> None:
    with pytest.raises(KeyError):
        event_types.get("sale", "forgotten")
