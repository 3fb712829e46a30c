"""`python -m benchmarks.sentiment FILE ...`: how often the judge of texts is right, on texts that people have labelled.

A file is named after its language and what it holds (en-restaurants.tsv) and has a label, a tab and a text a line. A
label is negative, neutral or positive; or a number from -1 to 1, the mean of what several people said. A number closer
to nought than an eighth (half a point on a scale from -4 to 4) is a neutral one.
"""

import sys
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import correlation, median
from time import perf_counter

from app.rules.feedback import language, sentiment
from app.rules.feedback.sentiment import Sentiment

_NEUTRAL = 0.125


@dataclass(frozen=True)
class Labelled:
    text: str
    label: Sentiment
    grade: float | None


@dataclass(frozen=True)
class Measured:
    texts: int
    right: float
    """Of all texts. One without a judgement is a wrong one."""
    macro_f1: float
    """The mean over the labels that the file has: a rare label counts as much as a frequent one."""
    kind: float
    """Of those labelled positive or negative and judged either: how many were judged what they are."""
    silent: float
    """Of those labelled positive or negative: how many were judged neutral."""
    correlation: float | None
    """Pearson's, of the score and the grade."""
    detected: float
    """How many texts were said to be in the file's language."""
    mistaken: float
    """How many were said to be in another one."""
    microseconds: float
    """Half of the texts took longer."""


def read(path: Path) -> list[Labelled]:
    pairs = (line.split("\t", 1) for line in path.read_text(encoding="utf-8").split("\n") if "\t" in line)
    return [_labelled(label, text) for label, text in pairs]


def _labelled(label: str, text: str) -> Labelled:
    if label in Sentiment.__members__:
        return Labelled(text, Sentiment(label), None)
    grade = float(label)
    if abs(grade) < _NEUTRAL:
        return Labelled(text, Sentiment.neutral, grade)
    return Labelled(text, Sentiment.positive if grade > 0 else Sentiment.negative, grade)


def measure(rows: list[Labelled], code: str) -> Measured:
    sentiment.judge("a first text reads the lists", code)
    times = [perf_counter()]
    judged = []
    for row in rows:
        judged.append(sentiment.judge(row.text, code))
        times.append(perf_counter())
    pairs = [(row.label, found.sentiment if found else None) for row, found in zip(rows, judged, strict=True)]
    told = [(label, said) for label, said in pairs if label is not Sentiment.neutral]
    chosen = [label is said for label, said in told if said not in (None, Sentiment.neutral)]
    graded = [(row.grade, float(found.score)) for row, found in zip(rows, judged, strict=True) if found]
    detected = [language.detect(row.text) for row in rows]
    return Measured(
        texts=len(rows),
        right=sum(label is said for label, said in pairs) / len(rows),
        macro_f1=_macro_f1(pairs),
        kind=sum(chosen) / max(1, len(chosen)),
        silent=1 - len(chosen) / max(1, len(told)),
        correlation=correlation(*zip(*graded, strict=True)) if rows[0].grade is not None else None,
        detected=detected.count(code) / len(rows),
        mistaken=sum(found not in (code, None) for found in detected) / len(rows),
        microseconds=median(after - before for before, after in pairwise(times)) * 1e6,
    )


def _macro_f1(pairs: list[tuple[Sentiment, Sentiment | None]]) -> float:
    def f1(label: Sentiment) -> float:
        both = sum(true is said is label for true, said in pairs)
        return 2 * both / (sum(true is label for true, _ in pairs) + sum(said is label for _, said in pairs))

    labels = {true for true, _ in pairs}
    return sum(map(f1, labels)) / len(labels)


def main() -> None:
    print(f"{sentiment.JUDGE} {sentiment.VERSION}")
    print("| Set | Texts | Accuracy | Macro-F1 | Right side | Not told | Correlation | Language | Mistaken | µs |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for name in sys.argv[1:]:
        path = Path(name)
        m = measure(read(path), path.stem.partition("-")[0])
        graded = "" if m.correlation is None else f"{m.correlation:.2f}"
        print(
            f"| {path.stem} | {m.texts:,} | {m.right:.2f} | {m.macro_f1:.2f} | {m.kind:.2f} | {m.silent:.2f} "
            f"| {graded} | {m.detected:.2f} | {m.mistaken:.3f} | {m.microseconds:.0f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
