"""What is asked, what may be answered, and what a definition may be."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.surveys import surveys
from app.rules.surveys.definition_check import faults
from app.rules.surveys.surveys import Answer, QuestionKind, SurveyStatus
from app.schemas.surveys.surveys import SurveyNew

CHOICES = [{"key": key, "wording": {"en": key}} for key in ("meat", "cheese", "bread")]


def question(key: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "kind": kind, "wording": {"en": f"{key}?"}, **more}


def definition(*questions: dict[str, Any], **more: Any) -> dict[str, Any]:
    whole = {"code": "s", "name": "S", "languages": ["en"], "questions": list(questions), **more}
    return SurveyNew.model_validate(whole).model_dump(mode="json")


def found_faults(*questions: dict[str, Any], **more: Any) -> list[tuple[str, str]]:
    return [(pointer, code) for pointer, code, _ in faults(definition(*questions, **more))]


EVERYTHING = surveys.parse_questions(
    definition(
        question("nps", "nps", required=True),
        question("csat", "csat"),
        question("ces", "ces", worst="7", best="1"),
        question("stars", "rating", worst="1", best="10"),
        question("one", "single_choice", choices=CHOICES),
        question("some", "multiple_choice", choices=CHOICES, max_choices=2),
        question("words", "text", show_if={"question": "nps", "at_most": "6"}),
        question("number", "number"),
        question("count", "number", worst="0", best="10"),
        question("again", "yes_no", show_if={"question": "words"}),
        question("deep", "text", required=True, show_if={"question": "again", "yes_no": "no"}),
        question("cheese", "text", show_if={"question": "some", "any_of": ["cheese", "bread"]}),
    )
)


def result_of(*answers: Answer) -> list[tuple[str, str]]:
    return [(pointer, code) for pointer, code, _ in surveys.check_answers(EVERYTHING, answers).faults]


def numeric_answer(question: str, value: str) -> Answer:
    return Answer(question, Decimal(value))


NINE = numeric_answer("nps", "9")
THREE = numeric_answer("nps", "3")


class TestChecked:
    def test_what_is_kept_is_in_the_order_of_the_questions(self) -> None:
        found = surveys.check_answers(
            EVERYTHING, [Answer("some", choices=("bread", "meat")), numeric_answer("csat", "5.0"), NINE]
        )
        assert [answer.values() for answer in found.accepted] == [
            {"value": "9"},
            {"value": "5"},
            {"choices": ["meat", "bread"]},
        ]

    @pytest.mark.parametrize(
        ("answer", "expected"),
        [
            (numeric_answer("csat", "0.9"), ("/answers/1/value", "scale")),
            (numeric_answer("csat", "5.1"), ("/answers/1/value", "scale")),
            (numeric_answer("ces", "0"), ("/answers/1/value", "scale")),
            (numeric_answer("ces", "8"), ("/answers/1/value", "scale")),
            (numeric_answer("stars", "11"), ("/answers/1/value", "scale")),
            (numeric_answer("count", "-1"), ("/answers/1/value", "scale")),
            (numeric_answer("nobody", "1"), ("/answers/1/question", "not_found")),
            (numeric_answer("nps", "8"), ("/answers/1/question", "duplicate")),
            (Answer("one", choices=()), ("/answers/1/choices", "too_short")),
            (Answer("one", choices=("fish",)), ("/answers/1/choices/0", "not_found")),
            (Answer("one", choices=("meat", "bread")), ("/answers/1/choices", "too_long")),
            (Answer("some", choices=("meat", "meat")), ("/answers/1/choices", "duplicate")),
            (Answer("some", choices=("meat", "bread", "cheese")), ("/answers/1/choices", "too_long")),
            (Answer("csat"), ("/answers/1", "kind")),
            (Answer("csat", text="5"), ("/answers/1", "kind")),
            (Answer("csat", Decimal(5), text="five"), ("/answers/1", "kind")),
            (Answer("words", text="Good"), ("/answers/1/question", "not_asked")),
            (Answer("again", yes_no="yes"), ("/answers/1/question", "not_asked")),
        ],
    )
    def test_what_is_refused(self, answer: Answer, expected: tuple[str, str]) -> None:
        assert result_of(NINE, answer) == [expected]

    @pytest.mark.parametrize("value", ["9.5", "-1", "11", "0.000001"])
    def test_nps_is_a_whole_number_from_0_to_10(self, value: str) -> None:
        assert result_of(numeric_answer("nps", value)) == [("/answers/0/value", "scale")]

    @pytest.mark.parametrize("value", ["-999999999999", "0", "12.5"])
    def test_a_number_without_a_scale_is_any(self, value: str) -> None:
        assert result_of(NINE, numeric_answer("number", value)) == []

    def test_what_is_required_is_missing(self) -> None:
        assert result_of() == [("/answers", "missing")]

    def test_what_is_not_asked_is_not_missing(self) -> None:
        words, again = Answer("words", text="Slow"), Answer("again", yes_no="no")
        assert result_of(THREE, words, Answer("again", yes_no="yes")) == []
        assert result_of(THREE, words, again) == [("/answers", "missing")]
        assert result_of(THREE, words, again, Answer("deep", text="Very")) == []

    def test_what_hangs_on_something_that_is_not_asked_is_not_asked(self) -> None:
        chain = [Answer("words", text="Slow"), Answer("again", yes_no="no"), Answer("deep", text="Very")]
        assert result_of(NINE, *chain) == [(f"/answers/{n}/question", "not_asked") for n in (1, 2, 3)]

    def test_long_texts(self) -> None:
        assert result_of(THREE, Answer("words", text="x" * 5_001)) == [("/answers/1/text", "too_long")]
        assert result_of(THREE, Answer("words", text="x" * 5_000)) == []

    def test_long_texts_together(self) -> None:
        listed = surveys.parse_questions(definition(*(question(f"t{n}", "text") for n in range(9))))
        answers = [Answer(f"t{n}", text="x" * 5_000) for n in range(9)]
        assert [fault[:2] for fault in surveys.check_answers(listed, answers).faults] == [("/answers", "too_long")]
        assert surveys.check_answers(listed, answers[:8]).faults == ()

    decimals = st.one_of(
        st.integers(-2, 12).map(Decimal), st.decimals(allow_nan=False, allow_infinity=False, places=3, max_value=10**9)
    )
    keys = st.sampled_from([question.key for question in EVERYTHING] + ["nobody"])
    fitting = st.one_of(
        st.builds(numeric_answer, st.just("nps"), st.integers(0, 10).map(str)),
        st.builds(
            numeric_answer, st.sampled_from(["csat", "ces", "stars", "number", "count"]), st.integers(1, 5).map(str)
        ),
        st.builds(lambda c: Answer("some", choices=tuple(c)), st.sets(st.sampled_from(["meat", "cheese"]), min_size=1)),
        st.builds(lambda k, t: Answer(k, text=t), st.sampled_from(["words", "deep", "cheese"]), st.text(min_size=1)),
        st.builds(lambda y: Answer("again", yes_no=y), st.sampled_from(["yes", "no"])),
    )
    anything = st.builds(
        Answer,
        keys,
        st.none() | decimals,
        st.none() | st.lists(st.sampled_from(["meat", "cheese", "fish", ""]), max_size=4).map(tuple),
        st.none() | st.sampled_from(["yes", "no", "perhaps"]),
        st.none() | st.text(max_size=20),
    )

    @given(st.lists(st.one_of(fitting, fitting, anything), max_size=10))
    def test_never_fails_and_what_it_accepts_is_what_is_asked(self, answers: list[Answer]) -> None:
        found = surveys.check_answers(EVERYTHING, answers)
        assert not (found.accepted and found.faults)
        if found.faults:
            assert all(pointer.startswith("/answers") for pointer, _, _ in found.faults)
            return
        accepted = {answer.question: answer for answer in found.accepted}
        shown = {question.key: question for question in surveys.shown_questions(EVERYTHING, accepted)}
        assert len(accepted) == len(found.accepted) == len(answers)
        assert set(accepted) <= set(shown)
        assert {key for key, question in shown.items() if question.required} <= set(accepted)
        for key, answer in accepted.items():
            assert set(answer.values()) == {shown[key].field}
            scale = shown[key].scale
            assert answer.value is None or scale is None or scale.holds(answer.value)
        # What is accepted is accepted again, in any order, as the same.
        assert surveys.check_answers(EVERYTHING, list(reversed(found.accepted))) == found


class TestAsked:
    @pytest.mark.parametrize(
        ("test", "answer", "shown"),
        [
            ({"at_least": "3"}, numeric_answer("a", "3"), True),
            ({"at_least": "3"}, numeric_answer("a", "2.999"), False),
            ({"at_most": "3"}, numeric_answer("a", "3"), True),
            ({"at_most": "3"}, numeric_answer("a", "3.001"), False),
            ({"at_least": "2", "at_most": "3"}, numeric_answer("a", "4"), False),
            ({"any_of": ["meat", "bread"]}, Answer("a", choices=("cheese", "bread")), True),
            ({"any_of": ["meat"]}, Answer("a", choices=("cheese",)), False),
            ({"yes_no": "yes"}, Answer("a", yes_no="yes"), True),
            ({"yes_no": "yes"}, Answer("a", yes_no="no"), False),
            ({}, Answer("a", text="x"), True),
            ({"at_least": "3"}, Answer("a", text="4"), False),
            ({"any_of": ["meat"]}, numeric_answer("a", "1"), False),
        ],
    )
    def test_by_what_was_answered(self, test: dict[str, Any], answer: Answer, shown: bool) -> None:
        listed = [
            surveys.parse_question(question("a", "text")),
            surveys.parse_question(question("b", "text", show_if={"question": "a"} | test)),
        ]
        assert [q.key for q in surveys.shown_questions(listed, {"a": answer})] == (["a", "b"] if shown else ["a"])
        assert [q.key for q in surveys.shown_questions(listed, {})] == ["a"]


class TestFaults:
    def test_of_a_good_one_there_are_none(self) -> None:
        again = question("b", "text", show_if={"question": "a", "at_most": "6", "at_least": "2"})
        assert found_faults(question("a", "nps"), again, introduction={"en": "Hello"}) == []

    @pytest.mark.parametrize(
        ("questions", "expected"),
        [
            ([question("a", "nps"), question("a", "text")], ("/questions/1/key", "duplicate")),
            ([question("a", "nps", worst="0", best="10")], ("/questions/0/worst", "kind")),
            ([question("a", "text", best="10")], ("/questions/0/best", "kind")),
            ([question("a", "csat", worst="1")], ("/questions/0", "missing")),
            ([question("a", "csat", worst="1", best="1.0")], ("/questions/0/best", "scale")),
            ([question("a", "single_choice")], ("/questions/0/choices", "missing")),
            ([question("a", "nps", choices=CHOICES)], ("/questions/0/choices", "kind")),
            (
                [question("a", "single_choice", choices=[*CHOICES, CHOICES[0]])],
                ("/questions/0/choices/3/key", "duplicate"),
            ),
            ([question("a", "single_choice", choices=CHOICES, max_choices=1)], ("/questions/0/max_choices", "kind")),
            ([question("a", "text", aspect="x")], ("/questions/0/aspect", "kind")),
            ([question("a", "number", side="expectation")], ("/questions/0/side", "kind")),
            ([question("a", "text", wording={})], ("/questions/0/wording", "missing")),
            ([question("a", "text", wording={"en": "?", "de": "?"})], ("/questions/0/wording/de", "language")),
            (
                [question("a", "single_choice", choices=[{"key": "x", "wording": {}}])],
                ("/questions/0/choices/0/wording", "missing"),
            ),
        ],
    )
    def test_of_questions(self, questions: list[dict[str, Any]], expected: tuple[str, str]) -> None:
        assert found_faults(*questions) == [expected]

    @pytest.mark.parametrize(
        ("test", "expected"),
        [
            ({"question": "later"}, ("question", "not_found")),
            ({"question": "b"}, ("question", "not_found")),
            ({"question": "nobody"}, ("question", "not_found")),
            ({"question": "n", "any_of": ["meat"]}, ("any_of", "kind")),
            ({"question": "n", "yes_no": "no"}, ("yes_no", "kind")),
            ({"question": "c", "at_least": "1"}, ("at_least", "kind")),
            ({"question": "c", "any_of": ["meat", "fish"]}, ("any_of/1", "not_found")),
            ({"question": "y", "at_most": "1"}, ("at_most", "kind")),
        ],
    )
    def test_of_conditions(self, test: dict[str, Any], expected: tuple[str, str]) -> None:
        before = [question("n", "nps"), question("c", "single_choice", choices=CHOICES), question("y", "yes_no")]
        questions = [*before, question("b", "text", show_if=test), question("later", "nps")]
        assert found_faults(*questions) == [(f"/questions/3/show_if/{expected[0]}", expected[1])]

    def test_of_languages(self) -> None:
        both = {"en": "?", "DE": "?"}
        assert found_faults(question("a", "text", wording={"en": "?"}), languages=["en", "EN"]) == [
            ("/languages", "duplicate"),
        ]
        found = found_faults(question("a", "text", wording=both), languages=["en", "DE"], thanks={"de": "Danke"})
        assert found == [("/thanks", "missing")]


class TestLanguages:
    @pytest.mark.parametrize(
        ("wanted", "expected"),
        [
            ("de", "de"),
            ("DE-at", "de"),
            ("pt-BR", "pt-BR"),
            ("pt-PT", "pt-BR"),
            ("pt", "pt-BR"),
            ("zh-Hant-TW", "zh-Hant"),
            ("zh-TW", "zh-Hant"),
            ("fr", "en"),
            ("d", "en"),
            ("", "en"),
            (None, "en"),
        ],
    )
    def test_the_best_there_is(self, wanted: str | None, expected: str) -> None:
        assert surveys.choose_language(["en", "de", "pt-BR", "zh-Hant"], wanted) == expected

    def test_the_next_wish_counts_where_the_first_cannot_be_met(self) -> None:
        assert surveys.choose_language(["en", "de"], "fr", "de-CH") == "de"
        assert surveys.choose_language(["en", "de"], "fr", None) == "en"

    def test_none_fits_where_none_is_related(self) -> None:
        assert surveys.match_language(["en", "de"], "fr") is None


class TestMoves:
    @pytest.mark.parametrize(
        ("status", "expected"),
        [
            ("draft", ["open", "close"]),
            ("open", ["open", "pause", "close"]),
            ("paused", ["open", "close"]),
            ("closed", []),
        ],
    )
    def test_from_each_status(self, status: str, expected: list[str]) -> None:
        assert surveys.allowed_moves(SurveyStatus(status)) == expected


def test_equal_answers_are_spelled_alike() -> None:
    spelled = {numeric_answer("a", value).values()["value"] for value in ("9", "9.0", "9.000000", "09")}
    assert spelled == {"9"}
    assert numeric_answer("a", "-0.0").values() == numeric_answer("a", "0").values()


def test_every_kind_is_answered_with_something() -> None:
    assert {surveys.parse_question(question("a", kind)).field for kind in QuestionKind} == {
        "value",
        "choices",
        "text",
        "yes_no",
    }
