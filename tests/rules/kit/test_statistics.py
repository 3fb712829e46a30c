"""Intervals against published values."""

from decimal import Decimal
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.kit import statistics


class TestShare:
    @pytest.mark.parametrize(
        ("count", "of", "low", "high"),
        [
            # R. G. Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17
            # (1998), table I, method 3.
            (81, 263, 0.2553, 0.3662),
            (15, 148, 0.0624, 0.1605),
            (0, 20, 0.0, 0.1611),
            (1, 29, 0.0061, 0.1718),
            (0, 10, 0.0, 0.2775),
            (10, 10, 0.7225, 1.0),
        ],
    )
    def test_has_wilsons_interval(self, count: int, of: int, low: float, high: float) -> None:
        found = statistics.share(count, of)
        assert found is not None
        assert (found.share, round(found.low, 4), round(found.high, 4)) == (count / of, low, high)

    def test_of_no_cases_is_not_known(self) -> None:
        assert statistics.share(0, 0) is None

    @given(of=st.integers(1, 10**9), data=st.data())
    def test_lies_within_its_interval(self, of: int, data: st.DataObject) -> None:
        count = data.draw(st.integers(0, of))
        found, other = statistics.share(count, of), statistics.share(of - count, of)
        assert found is not None and other is not None
        assert 0 <= found.low <= found.share <= found.high <= 1
        assert found.low == pytest.approx(1 - other.high, abs=1e-12)

    def test_is_surer_of_more_cases(self) -> None:
        widths = [share.high - share.low for n in (4, 40, 400, 4_000) if (share := statistics.share(n // 4, n))]
        assert len(widths) == 4 and widths == sorted(widths, reverse=True)


class TestNet:
    @pytest.mark.parametrize(
        ("plus", "minus", "of", "low", "high"),
        [
            # The formula of B. Rocks, The American Statistician 70 (2016), worked out in fractions by hand: one of
            # each of 0 to 10 is (2.75 - 7.75) / 14 = -5/14, and its variance (10.5/14 - 25/196) / 14 = 122/2744.
            (2, 7, 11, -0.7704, 0.0561),
            # [10, 9, 10, 4]: (3.75 - 1.75) / 7 = 2/7, and (5.5/7 - 4/49) / 7 = 34.5/343.
            (3, 1, 4, -0.3359, 0.9073),
            # 36 people of whom 15 are for it and 8 against it: 7/39, and (24.5/39 - 49/1521) / 39 = 906.5/59319.
            (15, 8, 36, -0.0628, 0.4218),
            (0, 0, 5, -0.3001, 0.3001),
            (1, 0, 1, -0.4850, 1.0),
            (0, 1, 1, -1.0, 0.4850),
            (10_000, 0, 10_000, 0.9993, 1.0),
        ],
    )
    def test_has_the_adjusted_wald_interval(self, plus: int, minus: int, of: int, low: float, high: float) -> None:
        found = statistics.net(plus, minus, of)
        assert found is not None
        assert found.share == (plus - minus) / of
        assert (round(found.low, 4), round(found.high, 4)) == (low, high)

    def test_of_no_cases_is_not_known(self) -> None:
        assert statistics.net(0, 0, 0) is None

    @given(of=st.integers(1, 10**9), data=st.data())
    def test_lies_within_its_interval(self, of: int, data: st.DataObject) -> None:
        plus = data.draw(st.integers(0, of))
        minus = data.draw(st.integers(0, of - plus))
        found, other = statistics.net(plus, minus, of), statistics.net(minus, plus, of)
        assert found is not None and other is not None
        assert -1 <= found.low <= found.share <= found.high <= 1
        assert found.low == pytest.approx(-other.high, abs=1e-12)

    @pytest.mark.parametrize("of", [5, 10, 20])
    def test_holds_what_it_promises_for_few_cases_too(self, of: int) -> None:
        """Every sample that there can be, weighed with how likely it is, for shares all over the range."""
        covered = []
        for for_it, against in ((0.5, 0.2), (0.3, 0.3), (0.1, 0.6), (0.8, 0.1), (0.45, 0.45), (0.05, 0.05)):
            held = 0.0
            for plus in range(of + 1):
                for minus in range(of - plus + 1):
                    found = statistics.net(plus, minus, of)
                    assert found is not None
                    if found.low <= for_it - against <= found.high:
                        ways = comb(of, plus) * comb(of - plus, minus)
                        held += ways * for_it**plus * against**minus * (1 - for_it - against) ** (of - plus - minus)
            covered.append(held)
        assert min(covered) > 0.91
        assert sum(covered) / len(covered) > 0.94


class TestStudent:
    # NIST/SEMATECH, e-Handbook of Statistical Methods, 1.3.6.7.2: the column of 0.975.
    @pytest.mark.parametrize(
        ("freedom", "point"),
        [
            (1, 12.706),
            (2, 4.303),
            (5, 2.571),
            (10, 2.228),
            (11, 2.201),
            (12, 2.179),
            (15, 2.131),
            (20, 2.086),
            (30, 2.042),
            (60, 2.000),
            (100, 1.984),
        ],
    )
    def test_is_as_printed(self, freedom: int, point: float) -> None:
        assert round(statistics.student(freedom), 3) == point

    def test_comes_near_the_normal_distribution(self) -> None:
        assert statistics.student(10**9) == pytest.approx(statistics.Z, abs=1e-6)

    def test_falls_without_a_step(self) -> None:
        points = [statistics.student(n) for n in range(1, 200)]
        assert points == sorted(points, reverse=True)


class TestMeanInterval:
    def test_is_as_by_hand(self) -> None:
        # 2, 4, 4, 4, 5, 5, 7, 9: mean 5, deviation 2.13809, t(7) = 2.364624.
        found = statistics.mean_interval(Decimal(5), Decimal("2.13809"), 8)
        assert found is not None
        assert [round(bound, 4) for bound in found] == [Decimal("3.2125"), Decimal("6.7875")]

    @pytest.mark.parametrize("cases", [0, 1])
    def test_of_one_case_is_not_known(self, cases: int) -> None:
        assert statistics.mean_interval(Decimal(5), Decimal(0), cases) is None

    def test_of_cases_that_are_all_alike_is_a_point(self) -> None:
        assert statistics.mean_interval(Decimal("1.50"), Decimal(0), 3) == (Decimal("1.50"), Decimal("1.50"))
