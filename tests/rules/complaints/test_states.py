from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.rules.complaints import states as rules
from app.rules.complaints.states import Move, Priority, State
from app.rules.service_levels.policies import Reopening
from tests.support.transitions import TRANSITIONS

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class TestMoves:
    @pytest.mark.parametrize("state", State)
    @pytest.mark.parametrize("move", Move)
    def test_the_closed_table(self, state: State, move: Move) -> None:
        to = TRANSITIONS[state].get(move)
        assert rules.next_state(state, move) == to
        assert (move in rules.allowed(state)) == (to is not None)

    @pytest.mark.parametrize("state", State)
    def test_are_listed_in_their_order(self, state: State) -> None:
        assert rules.allowed(state) == [move for move in Move if move in TRANSITIONS[state]]

    def test_every_state_is_reached_and_left(self) -> None:
        reached, ahead = set[str](), ["received"]
        while ahead:
            state = ahead.pop()
            reached.add(state)
            ahead += set(TRANSITIONS[state].values()) - reached
        assert reached == set(State) and all(rules.allowed(state) for state in State)

    @pytest.mark.parametrize("state", State)
    def test_an_end_is_reached_from_everywhere(self, state: State) -> None:
        assert (state in rules.ENDED) != (state in rules.OPEN)
        assert (Move.WITHDRAW in rules.allowed(state)) == (state in rules.OPEN)
        assert (Move.REOPEN in rules.allowed(state)) == (state in rules.ENDED)

    def test_each_move_is_in_the_table(self) -> None:
        assert rules.MOVES.keys() == set(Move)


class TestReopening:
    @pytest.mark.parametrize(
        ("policy", "ago", "reopened", "why"),
        [
            (Reopening(), timedelta(days=9_999), 99, None),
            (Reopening(within=timedelta(days=30)), timedelta(0), 0, None),
            (Reopening(within=timedelta(days=30)), timedelta(days=30) - MICROSECOND, 0, None),
            (Reopening(within=timedelta(days=30)), timedelta(days=30), 99, None),
            (Reopening(within=timedelta(days=30)), timedelta(days=30) + MICROSECOND, 0, "ended more than 30 days ago"),
            (Reopening(at_most=2), timedelta(days=9_999), 1, None),
            (Reopening(at_most=2), timedelta(0), 2, "reopened 2 times; the policy allows 2"),
            (Reopening(at_most=2), timedelta(0), 3, "reopened 3 times; the policy allows 2"),
            (Reopening(at_most=0), timedelta(0), 0, "the policy allows 0"),
            (Reopening(timedelta(days=30), 2), timedelta(days=30), 1, None),
            (Reopening(timedelta(days=30), 2), timedelta(days=31), 1, "30 days"),
            (Reopening(timedelta(days=30), 2), timedelta(days=29), 2, "2 times"),
        ],
    )
    def test_within_some_days_and_so_often(
        self, policy: Reopening, ago: timedelta, reopened: int, why: str | None
    ) -> None:
        said = rules.reopening_refusal(policy, NOW - ago, reopened, NOW)
        assert said is None if why is None else said is not None and why in said


class TestPriority:
    @pytest.mark.parametrize(
        ("priority", "higher"),
        [
            (Priority.LOW, Priority.NORMAL),
            (Priority.NORMAL, Priority.HIGH),
            (Priority.HIGH, Priority.URGENT),
            (Priority.URGENT, Priority.URGENT),
        ],
    )
    def test_is_raised_by_one(self, priority: Priority, higher: Priority) -> None:
        assert rules.next_priority(priority) is higher


class TestReference:
    # 5724 is Damm's own example; the other check digits were worked out apart from this program.
    @pytest.mark.parametrize(
        ("number", "said"), [(1, "C-000-0013"), (572, "C-000-5724"), (43_881, "C-043-8810"), (1_234_567, "C-1234-5671")]
    )
    def test_examples(self, number: int, said: str) -> None:
        assert rules.reference(number) == said

    @given(st.integers(0, 10**17 - 1) | st.integers(0, 10**7))
    def test_leads_back_to_its_number(self, number: int) -> None:
        assert rules.parse_reference(rules.reference(number)) == number

    def test_lead_back_to_the_first_thousands_of_numbers_each(self) -> None:
        references = [rules.reference(number) for number in range(20_000)]
        assert len(set(references)) == len(references)
        assert [rules.parse_reference(reference) for reference in references] == list(range(20_000))

    @pytest.mark.parametrize("number", [0, 1, 999, 12_345, 900_909, 9_876_543, 10**12 + 7, 10**17 - 1])
    def test_every_single_slip_is_caught(self, number: int) -> None:
        said = rules.reference(number)
        for slip in wrong_digits(said) | swapped_digits(said):
            assert rules.parse_reference(slip) is None, slip

    @settings(max_examples=40)
    @given(st.integers(0, 10**10))
    def test_every_single_slip_is_caught_in_any_number(self, number: int) -> None:
        said = rules.reference(number)
        assert not [
            slip for slip in wrong_digits(said) | swapped_digits(said) if rules.parse_reference(slip) is not None
        ]

    @pytest.mark.parametrize(
        "said",
        [
            "C-001-2340",
            "c-001-2340",
            "c 00 1234 0",
            "C0012340",
            "0012340",
            "00 12 34 0",
            " complaint no. 001.2340 ",
            "C–001–2340",
            "№ 001/2340",
        ],
    )
    def test_is_understood_however_it_is_said(self, said: str) -> None:
        assert rules.parse_reference(said) == 1_234

    @pytest.mark.parametrize(
        "said",
        [
            "",
            "C-",
            "complaint",
            "1234-0",  # too short to be one
            "012340",
            "C-001-2341",
            "٠٠١٢٣٤٠",  # digits of another script are not taken for ours
            "000123²0",
            "0" * 19,
            "1" * 5_000,
        ],
    )
    def test_is_not_made_out_of_anything_else(self, said: str) -> None:
        assert rules.parse_reference(said) is None

    @given(st.text(max_size=40))
    def test_of_any_text_is_a_number_or_none(self, said: str) -> None:
        number = rules.parse_reference(said)
        assert number is None or 0 <= number < 10**17


def wrong_digits(said: str) -> set[str]:
    places = [place for place, character in enumerate(said) if character.isdigit()]
    every = {said[:place] + digit + said[place + 1 :] for place in places for digit in "0123456789"}
    return every - {said}


def swapped_digits(said: str) -> set[str]:
    """Two neighbours the wrong way round, over a dash too."""
    places = [place for place, character in enumerate(said) if character.isdigit()]
    slips = set()
    for one, other in pairwise(places):
        characters = list(said)
        characters[one], characters[other] = characters[other], characters[one]
        slips.add("".join(characters))
    return slips - {said}
