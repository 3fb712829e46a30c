"""Bodies of every writing operation with one thing wrong in them, made of its example and its schema.

Of all that can be sent, each operation gets its share: see `selection` and `share_of`.
"""

import copy
import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from tests.support.contract_check import document, operations
from tests.support.torture import EXAMPLES

DOCUMENT = document()
OPERATIONS = {operation["operationId"]: (verb, path, operation) for verb, path, operation in operations(DOCUMENT)}
LINES = "application/x-ndjson"
WITH_BODY = sorted(name for name, (_, _, operation) in OPERATIONS.items() if "requestBody" in operation)
STREAMS = sorted(name for name in WITH_BODY if LINES in OPERATIONS[name][2]["requestBody"]["content"])
WHOLE_BODY = sorted(set(WITH_BODY) - set(STREAMS))

NUL, SURROGATE = "a\0b", "a\ud800b"
LONG = "x" * 51_000
ANYWHERE = [NUL, SURROGATE, LONG]
WRONG: dict[str, list[Any]] = {
    "text": [*ANYWHERE, "", "a\x07b", "a\x1fb", 12, 1.5, True, [], {}],
    "text or blank": [*ANYWHERE, "a\x07b", "a\x1fb", 12, 1.5, True, [], {}],
    "enum": [*ANYWHERE, "nope", "", 1, True, []],
    "uuid": [*ANYWHERE, "zzz", "", 1, 2**63, True, [], "0" * 33],
    "timestamp": [
        *ANYWHERE,
        "2026-03-01T10:00:00",
        "2026-03-01",
        "10:00:00Z",
        "1772359200",
        1772359200,
        1.5,
        True,
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-12:00",
        "0000-01-01T00:00:00Z",
        "2026-02-30T00:00:00Z",
        "2026-03-01T25:00:00Z",
        "2026-03-01T10:00:60Z",
        "2026-03-01T10:00:00+24:00",
        "now",
        "",
    ],
    "date": [
        *ANYWHERE,
        "2026-02-30",
        "0000-01-01",
        "0001-01-01",
        "9999-12-31",
        "1772323200",
        1772323200,
        True,
        "today",
        "",
    ],
    "decimal": [
        *ANYWHERE,
        "NaN",
        "Infinity",
        "-Infinity",
        "1e999999",
        "1E2",
        "9" * 200_000,
        "1" * 13,
        "0.0000001",
        "1,5",
        "+1",
        " 1",
        "1_0",
        "٣",
        "0x1",
        "",
        12,
        1.5,
        True,
        2**63,
    ],
    "integer": [2**63, -(2**63) - 1, 10**400, 1.5, 1e300, "12", True, [], {}, "x"],
    "number": [10**400, "1.5", True, [], {}, 1e300],
    "boolean": ["true", 1, 0, "yes", [], {}],
    "free": ANYWHERE,
}
# Tokens that no writer of JSON should make, put in the place of a leaf: the body is not JSON, or out of range.
TOKENS = {
    "NaN": 400,
    "Infinity": 400,
    "-Infinity": 400,
    "1" * 5000: 400,
    "[" * 100_000 + "]" * 100_000: 400,
    "[" * 900 + "]" * 900: 422,
    "1e400": 422,
    "1e999999": 422,
}
# Each leaf is wrong at least this often; and where there is room, this many requests are sent in all.
EACH, ROOM = 2, 60


def mutations(name: str, world: dict[str, str]) -> Iterator[tuple[str, str, Any]]:
    """(what, where, body): the operation's example with one leaf wrong, or one field too many."""
    body = example(name, world)
    for at, kind, wrong in selection(name):
        yield f"{str(wrong)[:30]!r} as {kind}", pointer(at), replaced(body, at, wrong)
    for at in objects(body, schema_of(name)):
        yield "an unknown field", f"{pointer(at)}/surprise", replaced(body, (*at, "surprise"), 1)


def fault(status: int, problem: Any, what: str, where: str) -> str | None:
    """What is wrong with the answer to one mutation."""
    if status != 422:
        return f"{what} at {where}: {status} {json.dumps(problem)[:300]}"
    pointers = [error["pointer"] for error in problem.get("errors", [])]
    if not any(p == where or (p and where.startswith(f"{p}/")) for p in pointers):
        return f"{what} at {where}: pointed to {pointers}"
    return None


def example(name: str, world: dict[str, str]) -> Any:
    text = json.dumps(EXAMPLES[name])
    for key, value in world.items():
        text = text.replace(f"{{{key}}}", value)
    return json.loads(text)


def media_type(name: str) -> str:
    return next(iter(OPERATIONS[name][2]["requestBody"]["content"]))


def schema_of(name: str) -> Any:
    return next(iter(OPERATIONS[name][2]["requestBody"]["content"].values()))["schema"]


def encoded(body: Any) -> bytes:
    """JSON in which a lone surrogate is an escape, as a client would have to send it."""
    return json.dumps(body).encode()


def leaves_of(name: str) -> list[tuple[tuple[Any, ...], str]]:
    return list(leaves(EXAMPLES[name], schema_of(name)))


def selection(name: str) -> list[tuple[tuple[Any, ...], str, Any]]:
    """(leaf, kind, wrong value): all there are for a stream; of what streams take too, each leaf once; else everything
    that is wrong with a kind at some leaf of that kind, and every leaf with some of it.
    """
    every = [(at, kind, n) for at, kind in leaves_of(name) for n in range(len(WRONG[kind]))]
    if name not in STREAMS:
        every.sort(key=lambda choice: drawn(name, choice))
        streamed = any(set(leaves_of(name)) <= leaves for leaves in STREAMED)
        leaf_at, wrong_at, picked = Counter[Any](), Counter[Any](), Counter[Any]()
        rounds: list[Callable[[Any, Any], bool]] = [lambda at, wrong: not leaf_at[at]]
        if not streamed:
            rounds = [
                lambda at, wrong: not wrong_at[wrong],
                lambda at, wrong: leaf_at[at] < EACH,
                lambda at, wrong: picked.total() < ROOM,
            ]
        for fits in rounds:
            for choice in every:
                at, *wrong = choice
                if not picked[choice] and fits(at, tuple(wrong)):
                    for counted, what in ((picked, choice), (leaf_at, at), (wrong_at, tuple(wrong))):
                        counted[what] += 1
        every = list(picked)
    return [(at, kind, WRONG[kind][n]) for at, kind, n in every]


def objects(value: Any, schema: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every object of a body that takes no fields but its own."""
    (found,) = resolved(schema)[:1] or [{}]
    if isinstance(value, dict) and "properties" in found:
        yield at
        for name, item in value.items():
            yield from objects(item, found["properties"].get(name, {}), (*at, name))
    elif isinstance(value, list):
        for n, item in enumerate(value):
            yield from objects(item, found.get("items", {}), (*at, n))


def leaves(value: Any, schema: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], str]]:
    """Every scalar of a body with its kind; below a free object everything is free."""
    (found,) = resolved(schema)[:1] or [{}]
    if isinstance(value, dict):
        for name, item in value.items():
            yield from leaves(item, found.get("properties", {}).get(name, {}), (*at, name))
    elif isinstance(value, list):
        for n, item in enumerate(value):
            yield from leaves(item, found.get("items", {}), (*at, n))
    else:
        yield at, kind_of(found)


def resolved(schema: Any) -> list[Any]:
    """What a schema may be, references and alternatives followed; null is no alternative."""
    if "$ref" in schema:
        return resolved(DOCUMENT["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]])
    if "anyOf" in schema:
        return [s for option in schema["anyOf"] for s in resolved(option) if s.get("type") != "null"]
    if "allOf" in schema:
        return [s for part in schema["allOf"] for s in resolved(part)]
    return [schema]


def kind_of(schema: Any) -> str:
    if "enum" in schema or "const" in schema:
        return "enum"
    match schema.get("type"), schema.get("format"):
        case "string", "uuid":
            return "uuid"
        case "string", "date-time":
            return "timestamp"
        case "string", "date":
            return "date"
        case "string", _:
            if "[0-9]{1,12}" in schema.get("pattern", ""):
                return "decimal"
            return "text" if schema.get("minLength") else "text or blank"
        case "integer", _:
            return "integer"
        case "number", _:
            return "number"
        case "boolean", _:
            return "boolean"
    return "free"


def replaced(body: Any, at: tuple[Any, ...], value: Any) -> Any:
    body = copy.deepcopy(body)
    parent = body
    for name in at[:-1]:
        parent = parent[name]
    parent[at[-1]] = value
    return body


def pointer(at: tuple[Any, ...]) -> str:
    return "".join(f"/{name}" for name in at)


def share_of(name: str, cases: Sequence[Any], step: int) -> list[Any]:
    """An operation's share of what is tried on all of them together: every `step`-th, from one by lot."""
    return list(cases[drawn(name) % step :: step]) if len(cases) > step else list(cases)


def drawn(*what: Any) -> int:
    """A number as good as drawn, the same each time, whatever other operations there are."""
    return int.from_bytes(hashlib.blake2b(repr(what).encode(), digest_size=6).digest(), "big")


# Streams take every leaf with everything that is wrong with it, in one request. What takes nothing but the same leaves
# is read by the same code.
STREAMED = [set(leaves_of(name)) for name in STREAMS if name in EXAMPLES]
