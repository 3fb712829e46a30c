"""What was measured, as tables; and into docs/benchmarks.md, between the marks that stand there."""

import os
import platform
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from benchmarks.batch import BesideCopy, Memory
from benchmarks.complaints import Complained
from benchmarks.feedback import FeedbackDraft
from benchmarks.growth import Growth
from benchmarks.reads import Beside
from benchmarks.search import Searched
from benchmarks.shop import Scale

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"
_MOST_MEMORY = 60_000_000
_LEAST_BATCH = 0.3
_MOST_GROWTH = 1.3


@dataclass
class Found:
    seconds: float
    rounds: int
    postgres: str = ""
    scale: Scale | None = None
    beside: list[Beside] = field(default_factory=list)
    copied: BesideCopy | None = None
    memory: Memory | None = None
    growth: Growth | None = None
    more_receipts: Growth | None = None
    searched: tuple[int, list[Searched]] | None = None
    complained: Complained | None = None
    heard: FeedbackDraft | None = None


def table(found: Found) -> str:
    return "\n\n".join(text for _, text in _sections(found))


def write(found: Found) -> None:
    """Put in what was measured; the tables of parts that were not stay as they are."""
    page = PAGE.read_text()
    for name, text in _sections(found):
        begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
        block = f"{begin}\n{text}\n{end}"
        page, replaced = re.subn(f"{begin}.*?{end}", lambda _, block=block: block, page, flags=re.DOTALL)
        assert replaced == 1, f"There is no place for {name} in {PAGE.name}"
    PAGE.write_text(page)


def _sections(found: Found) -> list[tuple[str, str]]:
    machine = _machine(found.postgres)
    sections = []
    if found.beside:
        sections.append(("requests", f"{_beside(found)}\n\n{machine}"))
    if found.copied:
        sections.append(("batch", f"{_copied(found.copied)}\n\n{machine}"))
    if found.memory:
        sections.append(("memory", f"{_memory(found.memory)}\n\n{machine}"))
    if found.growth:
        sections.append(("growth", f"{_growth(found.growth)}\n\n{machine}"))
    if found.more_receipts:
        sections.append(("growth of receipts", f"{_growth(found.more_receipts)}\n\n{machine}"))
    if found.searched:
        sections.append(("search", f"{_searched(*found.searched)}\n\n{machine}"))
    if found.complained:
        sections.append(("complaints", f"{_complained(found.complained)}\n\n{machine}"))
    if found.heard:
        sections.append(("feedback", f"{_heard(found.heard)}\n\n{machine}"))
    return sections


def _beside(found: Found) -> str:
    rows = [
        (
            one.name,
            f"{median(one.service.rates):,.0f}",
            f"{median(one.bare.rates):,.0f}",
            f"**{one.ratio:.2f}**",
            f"{min(one.ratios):.2f} to {max(one.ratios):.2f}",
            f"{one.wanted}",
            f"{median(one.service.costs):,.0f}",
            f"{median(one.bare.costs):,.0f}",
        )
        for one in found.beside
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
    scale = found.scale
    assert scale is not None
    return (
        f"{_rows(heads, rows)}\n\n{scale.customers:,} customers, {scale.interactions:,} interactions, "
        f"{scale.receipts:,} receipts; {found.rounds} rounds of {found.seconds:g} s each. µs: processor time of the "
        "server process for each request."
    )


def _copied(found: BesideCopy) -> str:
    single = f"{min(found.ratios):.2f} to {max(found.ratios):.2f}"
    row = ("Receipts of 3 lines", f"{median(found.batch):,.0f}", f"{median(found.copy):,.0f}")
    heads = ("", "batch, receipts/s", "COPY, receipts/s", "ratio", "of single rounds", "at least")
    rows = [(*row, f"**{found.ratio:.2f}**", single, f"{_LEAST_BATCH}")]
    return f"{_rows(heads, rows)}\n\n{len(found.batch)} rounds of {found.receipts:,} receipts each."


def _memory(found: Memory) -> str:
    heads = ("uploaded, MB", "receipts", "before, MB", "grown by, MB", "at most")
    row = (
        f"{found.uploaded / 1e6:,.0f}",
        f"{found.receipts:,}",
        f"{found.before / 1e6:,.0f}",
        f"**{found.grown / 1e6:,.0f}**",
        f"{_MOST_MEMORY / 1e6:.0f}",
    )
    return _rows(heads, [row])


def _growth(found: Growth) -> str:
    rows = [(g.name, f"{g.few:.2f}", f"{g.many:.2f}", f"**{g.ratio:.2f}**", f"{_MOST_GROWTH}") for g in found.grown]
    small, large = (f"{s.receipts:,} receipts of {s.customers:,} customers, ms" for s in (found.small, found.large))
    return _rows(("", small, large, "ratio", "at most"), rows)


def _searched(customers: int, found: Sequence[Searched]) -> str:
    rows = [(one.kind, f"{one.middle:.1f}", f"{one.slow:.1f}") for one in found]
    return _rows((f"among {customers:,} customers", "median, ms", "95th percentile, ms"), rows)


def _complained(found: Complained) -> str:
    rows = [(one.name, f"{one.few:.1f}", f"{one.many:.1f}", f"{one.many / one.few:.2f}") for one in found.asked]
    return _rows(("", f"{found.few:,} complaints, ms", f"{found.many:,} complaints, ms", "ratio"), rows)


def _heard(found: FeedbackDraft) -> str:
    rows = [(one.name, f"{one.few:.1f}", f"{one.many:.1f}", f"{one.many / one.few:.2f}") for one in found.asked]
    return _rows(("", f"{found.few:,} answers, ms", f"{found.many:,} answers, ms", "ratio"), rows)


def _rows(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _machine(postgres: str) -> str:
    cores = len(os.sched_getaffinity(0))
    return (
        f"Measured {datetime.now(UTC):%Y-%m-%d} on {cores} cores, Python {platform.python_version()}, "
        f"PostgreSQL {postgres}."
    )
