"""Records that are sent again: equal to what is stored, however they are spelled, or different, and in what."""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from app.rules.kit.content_hash import content_hash
from app.rules.kit.differences import MOST, as_errors, at, differences
from app.schemas.kit.comparison import comparable


def comparable_hash(new: BaseModel, region: str) -> bytes:
    """One hash for all spellings of the same content."""
    form = comparable(type(new), new.model_dump(), region)
    return content_hash(json.dumps(form, sort_keys=True, default=repr))


def differing(
    schema: type[BaseModel], stored: Mapping[str, Any], sent: Mapping[str, Any], region: str
) -> list[dict[str, Any]]:
    """The `errors` of a problem: where what was sent differs from what is stored, with both as they are spelled.

    Both are JSON of the schema, `sent` with the fields to be compared.
    """
    found = differences(comparable(schema, stored, region, sent), comparable(schema, sent, region, sent))
    return as_errors(
        [
            {**difference, "stored": at(stored, pointer), "sent": at(sent, pointer)}
            for difference in found[:MOST]
            for pointer in [str(difference["pointer"])]
        ]
    )
