"""The one scale, the classes of NPS, the order of the loop, and how feedback reads on a timeline."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.rules.feedback import loop
from app.rules.feedback.feedback import SCALES, FeedbackMetric, Method, NpsClass, Scale, nps_class, score
from app.rules.feedback.titles import sentence, title

_FIGURES = st.decimals(-1_000_000, 1_000_000, places=6)
_START = datetime(2026, 3, 1, tzinfo=UTC)
_MOMENTS = st.integers(0, 1_000).map(lambda n: _START + timedelta(minutes=n))


@st.composite
def figures(draw: st.DrawFn) -> tuple[Decimal, Scale]:
    worst, best, value = (draw(_FIGURES) for _ in range(3))
    assume(worst != best)
    return min(max(value, min(worst, best)), max(worst, best)), Scale(worst, best)


class TestScore:
    @given(figures())
    def test_is_where_on_the_way_a_value_lies(self, figure: tuple[Decimal, Scale]) -> None:
        value, scale = figure
        exact = (Fraction(value) - Fraction(scale.worst)) / (Fraction(scale.best) - Fraction(scale.worst)) * 100
        assert abs(Fraction(score(value, scale)) - exact) <= Fraction(1, 200)
        assert 0 <= score(value, scale) <= 100

    @given(figures())
    def test_turned_round_is_what_is_missing(self, figure: tuple[Decimal, Scale]) -> None:
        value, scale = figure
        turned = Scale(scale.best, scale.worst)
        assert abs(score(value, scale) + score(value, turned) - 100) <= Decimal("0.01")

    @given(figures())
    def test_ends_are_0_and_100(self, figure: tuple[Decimal, Scale]) -> None:
        _, scale = figure
        assert score(scale.worst, scale) == 0
        assert score(scale.best, scale) == 100
        assert scale.holds(scale.worst) and scale.holds(scale.best)

    @pytest.mark.parametrize(
        ("metric", "value", "expected"), [("nps", 7, "70.00"), ("csat", 4, "75.00"), ("ces", 4, "50.00")]
    )
    def test_of_the_usual_scales(self, metric: str, value: int, expected: str) -> None:
        assert str(score(Decimal(value), SCALES[FeedbackMetric(metric)])) == expected


def test_nps_classes_are_those_of_reichheld() -> None:
    found = [nps_class(Decimal(n)) for n in range(11)]
    assert found == [NpsClass.DETRACTOR] * 7 + [NpsClass.PASSIVE] * 2 + [NpsClass.PROMOTER] * 2


class TestLoop:
    @given(st.none() | _MOMENTS, st.none() | _MOMENTS, st.booleans())
    def test_is_closed_by_the_last_of_what_it_takes(
        self, acted_at: datetime | None, notified_at: datetime | None, nobody: bool
    ) -> None:
        found = loop.closed_at(acted_at, notified_at, nobody=nobody)
        if acted_at is None or (notified_at is None and not nobody):
            assert found is None
        else:
            assert found == max(moment for moment in (acted_at, notified_at) if moment is not None)

    def test_nobody_tells_of_what_comes_later(self) -> None:
        later = _START + timedelta(hours=1)
        assert loop.too_early("notified", _START, _START, later) is not None
        assert loop.too_early("acknowledged", _START, _START, later) is None
        assert loop.too_early("acted", _START, later, None) is not None


class TestTitles:
    @pytest.mark.parametrize(
        ("method", "metric", "value", "scale", "said", "expected"),
        [
            ("survey", "nps", "3", (0, 10), None, "Feedback by survey: 3 of 10"),
            ("review", "rating", "2.0", (1, 5), "Cold soup", 'Review: 2 of 5 stars - "Cold soup"'),
            ("review", "rating", "8.5", (0, 10), None, "Review: 8.5 of 10"),
            ("form", "csat", "2", (6, 1), None, "Feedback by form: 2, where 1 is best and 6 worst"),
            ("mystery_shopper", "score", "100", (0, 100), None, "Mystery shopping: 100 of 100"),
            ("suggestion", None, None, (0, 100), "A bench", 'Suggestion: "A bench"'),
            ("observation", None, None, (0, 100), None, "Observation"),
        ],
    )
    def test_read_on_their_own(
        self,
        method: str,
        metric: str | None,
        value: str | None,
        scale: tuple[int, int],
        said: str | None,
        expected: str,
    ) -> None:
        figure = Decimal(value) if value is not None else None
        on = Scale(Decimal(scale[0]), Decimal(scale[1]))
        found = title(Method(method), None, FeedbackMetric(metric) if metric else None, figure, on, said)
        assert found == expected

    @pytest.mark.parametrize("method", Method)
    def test_every_method_has_one_and_none_is_too_long(self, method: Method) -> None:
        found = title(method, "M" * 100, FeedbackMetric.NPS, Decimal(3), SCALES[FeedbackMetric.NPS], "x" * 1_000)
        assert len(found) == 300

    def test_one_without_words_says_so(self) -> None:
        assert sentence("Review") == "Review. Nothing was said with it."
