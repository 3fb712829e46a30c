"""The results as tables, printed or written between the markers of docs/benchmarks.md."""

import os
import platform
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from benchmarks.batch import CopyComparison, Memory
from benchmarks.complaints import ComplaintScaling
from benchmarks.feedback import FeedbackScaling
from benchmarks.growth import Growth
from benchmarks.reads import Comparison
from benchmarks.scaling import ResponseTime
from benchmarks.search import Searches
from benchmarks.shop import Scale

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"
_MAX_MEMORY_GROWTH = 60_000_000
_MIN_BATCH_RATIO = 0.3
_MAX_GROWTH_RATIO = 1.3


@dataclass
class Results:
    seconds: float
    rounds: int
    postgres: str = ""
    scale: Scale | None = None
    comparisons: list[Comparison] = field(default_factory=list)
    copy: CopyComparison | None = None
    memory: Memory | None = None
    growth: Growth | None = None
    more_receipts: Growth | None = None
    search: Searches | None = None
    complaints: ComplaintScaling | None = None
    feedback: FeedbackScaling | None = None


def tables(results: Results) -> str:
    return "\n\n".join(text for _, text in _sections(results))


def write(results: Results) -> None:
    """Update the page; the tables of parts that were not run stay as they are."""
    page = PAGE.read_text()
    for name, text in _sections(results):
        begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
        block = f"{begin}\n{text}\n{end}"
        page, replaced = re.subn(f"{begin}.*?{end}", block.replace("\\", r"\\"), page, flags=re.DOTALL)
        assert replaced == 1, f"{PAGE.name} has no markers for {name}"
    PAGE.write_text(page)


def _sections(results: Results) -> list[tuple[str, str]]:
    """The name of each part that was run, and its tables."""
    tables = []
    if results.comparisons:
        tables.append(("requests", _comparisons(results)))
    if results.copy:
        tables.append(("batch", _copy(results.copy)))
    if results.memory:
        tables.append(("memory", _memory(results.memory)))
    if results.growth:
        tables.append(("growth", _growth(results.growth)))
    if results.more_receipts:
        tables.append(("growth of receipts", _growth(results.more_receipts)))
    if results.search:
        tables.append(("search", _search(results.search)))
    if scaling := results.complaints:
        tables.append(("complaints", _scaling("complaints", scaling.small, scaling.large, scaling.results)))
    if results.feedback:
        feedback = results.feedback
        tables.append(("feedback", _scaling("answers", feedback.small, feedback.large, feedback.results)))
    machine = _machine(results.postgres)
    return [(name, f"{table}\n\n{machine}") for name, table in tables]


def _comparisons(results: Results) -> str:
    rows = [
        (
            comparison.name,
            f"{median(comparison.service.rates):,.0f}",
            f"{median(comparison.bare.rates):,.0f}",
            f"**{comparison.ratio:.2f}**",
            f"{min(comparison.ratios):.2f} to {max(comparison.ratios):.2f}",
            f"{comparison.target}",
            f"{median(comparison.service.costs):,.0f}",
            f"{median(comparison.bare.costs):,.0f}",
        )
        for comparison in results.comparisons
    ]
    heads = (
        "",
        "service, requests/s",
        "bare, requests/s",
        "ratio",
        "of single rounds",
        "at least",
        "service, µs",
        "bare, µs",
    )
    scale = results.scale
    assert scale is not None
    return (
        f"{_rows(heads, rows)}\n\n{scale.customers:,} customers, {scale.interactions:,} interactions, "
        f"{scale.receipts:,} receipts; {results.rounds} rounds of {results.seconds:g} s each. "
        "µs: processor time of the server process for each request."
    )


def _copy(comparison: CopyComparison) -> str:
    ratios = f"{min(comparison.ratios):.2f} to {max(comparison.ratios):.2f}"
    rates = f"{median(comparison.batch):,.0f}", f"{median(comparison.copy):,.0f}"
    heads = ("", "batch, receipts/s", "COPY, receipts/s", "ratio", "of single rounds", "at least")
    row = ("Receipts of 3 lines", *rates, f"**{comparison.ratio:.2f}**", ratios, f"{_MIN_BATCH_RATIO}")
    return f"{_rows(heads, [row])}\n\n{len(comparison.batch)} rounds of {comparison.receipts:,} receipts each."


def _memory(memory: Memory) -> str:
    heads = ("uploaded, MB", "receipts", "before, MB", "grown by, MB", "at most")
    row = (
        f"{memory.uploaded / 1e6:,.0f}",
        f"{memory.receipts:,}",
        f"{memory.before / 1e6:,.0f}",
        f"**{memory.growth / 1e6:,.0f}**",
        f"{_MAX_MEMORY_GROWTH / 1e6:.0f}",
    )
    return _rows(heads, [row])


def _growth(growth: Growth) -> str:
    scales = (growth.small, growth.large)
    heads = [f"{scale.receipts:,} receipts of {scale.customers:,} customers, ms" for scale in scales]
    return _growing(heads, growth.results, 2)


def _search(searches: Searches) -> str:
    heads = [f"{customers:,} customers, ms" for customers in (searches.small, searches.large)]
    return _growing(heads, searches.results, 1)


def _growing(heads: Sequence[str], times: Sequence[ResponseTime], digits: int) -> str:
    rows = [
        (
            time.name,
            f"{time.small:.{digits}f}",
            f"{time.large:.{digits}f}",
            f"**{time.ratio:.2f}**",
            f"{_MAX_GROWTH_RATIO}",
            "" if time.full is None else f"{time.full:.{digits}f}",
        )
        for time in times
    ]
    return _rows(("", *heads, "ratio", "at most", "the larger one, full pages, ms"), rows)


def _scaling(noun: str, small: int, large: int, times: Sequence[ResponseTime]) -> str:
    rows = [(time.name, f"{time.small:.1f}", f"{time.large:.1f}", f"{time.ratio:.2f}") for time in times]
    return _rows(("", f"{small:,} {noun}, ms", f"{large:,} {noun}, ms", "ratio"), rows)


def _rows(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _machine(postgres: str) -> str:
    cores = len(os.sched_getaffinity(0))
    return (
        f"Measured {datetime.now(UTC):%Y-%m-%d} on {cores} cores, Python {platform.python_version()}, "
        f"PostgreSQL {postgres}."
    )
