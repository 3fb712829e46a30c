"""`python -m benchmarks.sentiment FILE ...`: the accuracy of sentiment analysis on texts that people have labelled.

The name of a file begins with its language (en-restaurants.tsv); each line has a label, a tab and a text. A label is
negative, neutral or positive, or a number from -1 to 1, the mean of several ratings. A number with an absolute value
below 0.125 (half a point on a scale from -4 to 4) is neutral.
"""

import sys
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import correlation, median
from time import perf_counter

from app.rules.feedback import language, sentiment
from app.rules.feedback.sentiment import Sentiment

_NEUTRAL_BELOW = 0.125


@dataclass(frozen=True)
class LabelledText:
    text: str
    label: Sentiment
    grade: float | None


@dataclass(frozen=True)
class Accuracy:
    texts: int
    accuracy: float
    """Share of all texts; a text without a result counts as wrong."""
    macro_f1: float
    """The mean over the labels of the file: a rare label counts as much as a frequent one."""
    polarity: float
    """Share of the correct ones among the texts labelled and judged positive or negative."""
    neutral: float
    """Share of the texts judged neutral, or not at all, among those labelled positive or negative."""
    correlation: float | None
    """Pearson's, of the score and the grade."""
    detected: float
    """Share of the texts whose language was detected as that of the file."""
    misdetected: float
    """Share of the texts whose language was detected as another one."""
    microseconds: float
    """Median time for a text."""


def read(path: Path) -> list[LabelledText]:
    pairs = (line.split("\t", 1) for line in path.read_text(encoding="utf-8").split("\n") if "\t" in line)
    return [_labelled(label, text) for label, text in pairs]


def _labelled(label: str, text: str) -> LabelledText:
    if label in Sentiment.__members__:
        return LabelledText(text, Sentiment(label), None)
    grade = float(label)
    if abs(grade) < _NEUTRAL_BELOW:
        return LabelledText(text, Sentiment.neutral, grade)
    return LabelledText(text, Sentiment.positive if grade > 0 else Sentiment.negative, grade)


def measure(rows: list[LabelledText], code: str) -> Accuracy:
    sentiment.analyse("the first text loads the word lists", code)
    times = [perf_counter()]
    results = []
    for row in rows:
        results.append(sentiment.analyse(row.text, code))
        times.append(perf_counter())
    pairs = [(row.label, result.sentiment if result else None) for row, result in zip(rows, results, strict=True)]
    polar = [(label, judged) for label, judged in pairs if label is not Sentiment.neutral]
    same_polarity = [label is judged for label, judged in polar if judged not in (None, Sentiment.neutral)]
    graded = [(row.grade, float(result.score)) for row, result in zip(rows, results, strict=True) if result]
    detected = [language.detect(row.text) for row in rows]
    return Accuracy(
        texts=len(rows),
        accuracy=sum(label is judged for label, judged in pairs) / len(rows),
        macro_f1=_macro_f1(pairs),
        polarity=sum(same_polarity) / max(1, len(same_polarity)),
        neutral=1 - len(same_polarity) / max(1, len(polar)),
        correlation=correlation(*zip(*graded, strict=True)) if rows[0].grade is not None else None,
        detected=detected.count(code) / len(rows),
        misdetected=sum(found not in (code, None) for found in detected) / len(rows),
        microseconds=median(after - before for before, after in pairwise(times)) * 1e6,
    )


def _macro_f1(pairs: list[tuple[Sentiment, Sentiment | None]]) -> float:
    def f1(label: Sentiment) -> float:
        correct = sum(actual is judged is label for actual, judged in pairs)
        return 2 * correct / sum((actual is label) + (judged is label) for actual, judged in pairs)

    labels = {actual for actual, _ in pairs}
    return sum(map(f1, labels)) / len(labels)


def main() -> None:
    print(f"{sentiment.ANALYZER} {sentiment.VERSION}")
    print("| Set | Texts | Accuracy | Macro-F1 | Polarity | Neutral | Correlation | Language | Misdetected | µs |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for name in sys.argv[1:]:
        path = Path(name)
        m = measure(read(path), path.stem.partition("-")[0])
        pearson = "" if m.correlation is None else f"{m.correlation:.2f}"
        print(
            f"| {path.stem} | {m.texts:,} | {m.accuracy:.2f} | {m.macro_f1:.2f} | {m.polarity:.2f} | {m.neutral:.2f} "
            f"| {pearson} | {m.detected:.2f} | {m.misdetected:.3f} | {m.microseconds:.0f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
