"""Files of `../shared/data`, no part of the repository: tests that need one are skipped where it is absent."""

import json
from pathlib import Path

import pytest

SHARED_DATA = Path(__file__).parents[3] / "shared" / "data"
RETAIL = SHARED_DATA / "retail" / "online_retail_2010-12-01_2011-02-28.csv.gz"
NAUGHTY_STRINGS = "blns.json"
_FEW_OF_THEM = ["\ufeff", "Ṱ̺̺̕o͞ ̷i̲̬͇̪͙n̝̗͕v̟̜̘̦͟o̶̙̰̠kè͚̮̺̪̹̱̤ ̖t̝͕̳̣̻̪͞h̼͓̲̦̳̘̲e", "1;DROP TABLE users", "\u202eevil", "ﷺ" * 99, "田中さんにあげて下さい"]


def vectors(name: str) -> str:
    """A file of published test vectors."""
    path = SHARED_DATA / "vectors" / name
    if not path.exists():
        pytest.skip(f"the test vectors are not there: {name} belongs into ../shared/data/vectors")
    return path.read_text(encoding="utf-8")


def naughty_strings() -> list[str]:
    """The Big List of Naughty Strings, and a few of its kind for where it is absent."""
    path = SHARED_DATA / "vectors" / NAUGHTY_STRINGS
    listed: list[str] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    return _FEW_OF_THEM + listed
