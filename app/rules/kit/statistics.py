"""How far a figure may be off when it was counted from a few cases only: 95 % intervals, so that small numbers do
not mislead."""

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


def share(count: int, of: int) -> Share | None:
    """`count` of `of` cases, with the score interval; None of no cases: then nothing is known.

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927). Unlike the
    usual p ± z·√(p(1-p)/n) it holds for few cases too, and for none or all of them.
    """
    if of == 0:
        return None
    p, square = count / of, Z * Z / of
    centre = (p + square / 2) / (1 + square)
    off = Z * sqrt(p * (1 - p) / of + square / (4 * of)) / (1 + square)
    # At the ends the interval ends there too; rounding must not say otherwise.
    low = 0.0 if count == 0 else centre - off
    high = 1.0 if count == of else centre + off
    return Share(p, low, high)


def net(plus: int, minus: int, of: int) -> Share | None:
    """The share of those for it less the share of those against it, from -1 to 1: the Net Promoter Score is a
    hundred times that. None of no cases.

    The adjusted Wald interval: three cases are added, of which 3/4 are for it and 3/4 against it. B. Rocks, "Interval
    Estimation for the Net Promoter Score", The American Statistician 70 (2016), found it the best of six also for few
    cases; it carries A. Agresti and Y. Min, "Simple improved confidence intervals for comparing matched proportions",
    Statistics in Medicine 24 (2005), over to shares of one sample.
    """
    if of == 0:
        return None
    cases = of + 3
    for_it, against = (plus + 0.75) / cases, (minus + 0.75) / cases
    centre = for_it - against
    off = Z * sqrt((for_it + against - centre * centre) / cases)
    # As above: where all think alike, the interval ends there.
    low = -1.0 if minus == of else max(centre - off, -1.0)
    high = 1.0 if plus == of else min(centre + off, 1.0)
    return Share((plus - minus) / of, low, high)


def mean_interval(mean: Decimal, deviation: Decimal, cases: int) -> tuple[Decimal, Decimal] | None:
    """Where the mean of a sample with this standard deviation (n - 1) may lie; None of fewer than two cases.

    Student (W. S. Gosset), "The probable error of a mean", Biometrika 6 (1908). It takes differences to be spread
    evenly; what people spend is not quite, so with less than some thirty cases it is a hint rather than a proof.
    """
    if cases < 2:
        return None
    off = Decimal(repr(student(cases - 1))) * deviation / Decimal(cases).sqrt()
    return mean - off, mean + off


def student(freedom: int) -> float:
    """The 97.5 % point of Student's distribution: 12.706 with one degree of freedom, 1.960 with very many.

    From a table up to ten; beyond, the expansion 26.7.5 of Abramowitz and Stegun, "Handbook of Mathematical
    Functions" (1964), which is right to five digits there.
    """
    if freedom <= len(_T):
        return _T[freedom - 1]
    z = Z
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92_160,
    )
    return z + sum(term / float(freedom) ** power for power, term in enumerate(terms, start=1))
