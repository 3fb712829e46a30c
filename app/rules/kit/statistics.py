"""95 % confidence intervals, so that figures that come from few cases do not mislead."""

from dataclasses import dataclass
from decimal import Decimal
from math import sqrt

Z = 1.959963984540054
"""The 97.5 % point of the normal distribution."""
_T = (12.706205, 4.302653, 3.182446, 2.776445, 2.570582, 2.446912, 2.364624, 2.306004, 2.262157, 2.228139)
"""The same point of Student's distribution with 1 to 10 degrees of freedom."""


@dataclass(frozen=True, slots=True)
class Share:
    share: float
    low: float
    high: float


def share(count: int, total: int) -> Share | None:
    """The share of `count` in `total` cases, with the score interval; None where there are no cases.

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927). Unlike the
    usual p ± z·√(p(1-p)/n) it holds for few cases too, and for none or all of them.
    """
    if total == 0:
        return None
    p, square = count / total, Z * Z / total
    centre = (p + square / 2) / (1 + square)
    margin = Z * sqrt(p * (1 - p) / total + square / (4 * total)) / (1 + square)
    # For 0 or all cases the interval ends exactly at 0 or 1; rounding must not change that.
    low = 0.0 if count == 0 else centre - margin
    high = 1.0 if count == total else centre + margin
    return Share(p, low, high)


def net(plus: int, minus: int, total: int) -> Share | None:
    """The share of `plus` less the share of `minus`, from -1 to 1: the Net Promoter Score is 100 times this. None
    where there are no cases.

    The adjusted Wald interval: three cases are added, of which 3/4 count as plus and 3/4 as minus. B. Rocks, "Interval
    Estimation for the Net Promoter Score", The American Statistician 70 (2016), found it the best of six also for few
    cases; it carries A. Agresti and Y. Min, "Simple improved confidence intervals for comparing matched proportions",
    Statistics in Medicine 24 (2005), over to shares of one sample.
    """
    if total == 0:
        return None
    cases = total + 3
    plus_share, minus_share = (plus + 0.75) / cases, (minus + 0.75) / cases
    centre = plus_share - minus_share
    margin = Z * sqrt((plus_share + minus_share - centre * centre) / cases)
    # As above: where all cases are alike, the interval ends there.
    low = -1.0 if minus == total else max(centre - margin, -1.0)
    high = 1.0 if plus == total else min(centre + margin, 1.0)
    return Share((plus - minus) / total, low, high)


def mean_interval(mean: Decimal, deviation: Decimal, cases: int) -> tuple[Decimal, Decimal] | None:
    """The interval of the mean of a sample with this standard deviation (n - 1); None for fewer than two cases.

    Student (W. S. Gosset), "The probable error of a mean", Biometrika 6 (1908). It assumes a normal distribution,
    which spending does not quite have: with fewer than about 30 cases, take it as an indication.
    """
    if cases < 2:
        return None
    margin = Decimal(repr(student(cases - 1))) * deviation / Decimal(cases).sqrt()
    return mean - margin, mean + margin


def student(degrees_of_freedom: int) -> float:
    """The 97.5 % point of Student's distribution: 12.706 with one degree of freedom, 1.960 with very many.

    From a table up to ten; beyond, the expansion 26.7.5 of Abramowitz and Stegun, "Handbook of Mathematical
    Functions" (1964), which is right to five digits there.
    """
    if degrees_of_freedom <= len(_T):
        return _T[degrees_of_freedom - 1]
    z = Z
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92_160,
    )
    return z + sum(term / float(degrees_of_freedom) ** power for power, term in enumerate(terms, start=1))
