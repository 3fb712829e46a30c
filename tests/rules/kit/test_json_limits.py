from typing import Any

import pytest

from app.rules.kit.json_limits import MOST_BYTES, MOST_DEPTH, MOST_KEYS, problem


def nested(depth: int) -> Any:
    value: Any = 1
    for n in range(depth):
        value = {"a": value} if n % 2 else [value]
    return value


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"a": [1, 2.5, None, True, "é👩🏽‍🚒"]},
        nested(MOST_DEPTH),
        {str(n): n for n in range(MOST_KEYS)},
        2**53 - 1,
        -(2**53) + 1,
        0.0,
        -0.0,
        1e-20,
        "\n\t\x7f",
        "x" * (MOST_BYTES - 2),
    ],
)
def test_fits(value: Any) -> None:
    assert problem(value) is None


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ({"a": "x\0"}, "control_character"),
        ({"x\0": 1}, "control_character"),
        ({"a": ["\ud800"]}, "surrogate"),
        ({"\udfff": 1}, "surrogate"),
        (nested(MOST_DEPTH + 1), "too_deep"),
        (nested(500), "too_deep"),
        ({str(n): n for n in range(MOST_KEYS + 1)}, "too_many_keys"),
        ({"a": 2**53}, "number_range"),
        ({"a": -(2**53)}, "number_range"),
        ({"a": 10**400}, "number_range"),
        ({"a": float("nan")}, "number_range"),
        ({"a": float("inf")}, "number_range"),
        ({"a": -float("inf")}, "number_range"),
        ({"a": 1e300}, "number_range"),
        ({"a": 5e-324}, "number_range"),
        ({"a": "x" * MOST_BYTES}, "too_large"),
        ({"a": "é" * (MOST_BYTES // 2)}, "too_large"),
        ({"a": b"bytes"}, "json_type"),
    ],
)
def test_does_not(value: Any, code: str) -> None:
    found = problem(value)
    assert found is not None and found[0] == code
