"""Records that are sent again: equal to what is stored, however they are spelled, or different, and in what."""

import json
import math
from collections.abc import Mapping
from itertools import islice
from typing import Any

from pydantic import BaseModel

from app.rules.kit.content_hash import content_hash
from app.rules.kit.differences import MOST, as_errors
from app.rules.kit.differences import differing as paths_differing
from app.rules.kit.equality import Null
from app.rules.kit.json_pointers import Path, find, pointer
from app.schemas.kit.comparison import comparable


def comparable_hash(new: BaseModel, region: str) -> bytes:
    """One hash for all spellings of the same content."""
    form = comparable(type(new), new.model_dump(), region)
    return content_hash(json.dumps(form, sort_keys=True, default=_beyond_json))


def differing(
    schema: type[BaseModel], stored: Mapping[str, Any], sent: Mapping[str, Any], region: str
) -> list[dict[str, Any]]:
    """The `errors` of a problem: where what was sent differs from what is stored, with both as they are spelled.

    Both are JSON of the schema, `sent` with the fields to be compared.
    """
    found = paths_differing(comparable(schema, stored, region, sent), comparable(schema, sent, region, sent))
    return as_errors([_as_spelled(path, stored, sent) for path, _, _ in islice(found, MOST)])


def _as_spelled(path: Path, stored: Mapping[str, Any], sent: Mapping[str, Any]) -> dict[str, object]:
    """The pointer is that of what was sent; of a member that is stored alone, that of what is stored."""
    path_of_stored, value_stored = find(stored, path)
    path_of_sent, value_sent = find(sent, path)
    at = path_of_sent if value_sent is not None else path_of_stored
    return {"pointer": pointer(at), "stored": value_stored, "sent": value_sent}


def _beyond_json(value: object) -> object:
    """A null within free JSON is written as NaN: as a text it would be the same as one that says so."""
    return math.nan if isinstance(value, Null) else repr(value)
