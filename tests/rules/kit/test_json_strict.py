import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import MalformedBody, ValidationFailed
from app.core.strict_json import MAX_DEPTH, parse

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_what_others_write_is_read(value: object) -> None:
    assert parse(json.dumps(value).encode()) == value


@given(st.binary(max_size=60))
def test_any_bytes_are_json_or_refused(raw: bytes) -> None:
    with suppress(MalformedBody, ValidationFailed):
        parse(raw)


def test_a_byte_order_mark_is_passed_over() -> None:
    assert parse(b"\xef\xbb\xbf[1]") == [1]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b" ",
        b"{",
        b"[1,]",
        b"{'a':1}",
        b"01",
        b"+1",
        b".5",
        b"1.",
        b"NaN",
        b"[Infinity]",
        b"-Infinity",
        b"1 2",
        b'"\t"',
        b'"\\x41"',
        b"\xff",
        b'"\xed\xa0\x80"',
        '{"a":1}'.encode("utf-16"),
        "1" .encode("utf-32"),
        b"[" * 100_000,
        b"1" * 5_000,
    ],
)  # fmt: skip
def test_is_malformed(raw: bytes) -> None:
    with pytest.raises(MalformedBody):
        parse(raw)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b'{"a":1,"a":1}', "duplicate_key"),
        (b'[{"x":{"a":1,"\\u0061":2}}]', "duplicate_key"),
        (b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), "too_deep"),
        (b"[" * 900 + b"]" * 900, "too_deep"),
    ],
)
def test_is_refused(raw: bytes, code: str) -> None:
    with pytest.raises(ValidationFailed) as refused:
        parse(raw)
    assert refused.value.errors is not None
    assert [error["code"] for error in refused.value.errors] == [code]


def test_at_its_deepest_it_is_read() -> None:
    parse(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH)


def test_brackets_in_texts_are_no_depth() -> None:
    assert parse(json.dumps("[" * 100).encode()) == "[" * 100
