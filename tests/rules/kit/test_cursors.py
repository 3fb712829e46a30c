from hypothesis import given
from hypothesis import strategies as st

from app.rules.kit.cursors import seal, unseal

KEY = b"k" * 32


@given(st.lists(st.text(max_size=30), min_size=1, max_size=3), st.text(max_size=30))
def test_what_was_sealed_is_read(place: list[str], binding: str) -> None:
    cursor = seal(place, binding, KEY)
    assert unseal(cursor, binding, KEY) == place
    assert cursor.isascii() and not set(cursor) & set("+/= ")


@given(st.lists(st.text(max_size=30), min_size=1, max_size=3), st.integers(0), st.integers(1, 63))
def test_a_changed_one_is_not(place: list[str], at: int, by: int) -> None:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    cursor = seal(place, "b", KEY)
    n = at % len(cursor)
    changed = cursor[:n] + alphabet[(alphabet.index(cursor[n]) + by) % 64] + cursor[n + 1 :]
    assert unseal(changed, "b", KEY) is None


@given(st.text(max_size=60))
def test_any_text_is_a_cursor_or_none(text: str) -> None:
    assert unseal(text, "b", KEY) is None


def test_another_key_or_list_reads_nothing() -> None:
    cursor = seal(["1", "2"], "sales|x", KEY)
    assert unseal(cursor, "sales|y", KEY) is None
    assert unseal(cursor, "sales|x", b"l" * 32) is None


def test_what_it_is_bound_to_cannot_be_shifted_into_the_place() -> None:
    """The binding and the place are kept apart: neither can be cut so that the two together look the same."""
    assert unseal(seal(["a"], 'x\0["a"]', KEY), "x", KEY) is None
