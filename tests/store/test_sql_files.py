"""The .sql files of the store as files: plain SQL that psql runs, with a header that explains the parameters."""

import json
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from app.core.embedded.binaries import usable_binaries
from app.core.embedded.place import locate
from app.rules.complaints.states import ENDED, CauseKind, State
from app.rules.feedback.feedback import SATISFIED
from app.rules.feedback.sentiment import Sentiment
from app.rules.service_levels import Metric
from app.store.complaints import open_
from app.store.kit import documents, sql
from tests.support.application import TestClock

STORE = Path(sql.__file__).parents[1]
FILES = {path.relative_to(STORE).as_posix(): path.read_text(encoding="utf-8") for path in STORE.rglob("*.sql")}
NOW = TestClock.START
_PARAMETER = re.compile(r"^--   :(\w+) +(NULL|[0-9]+|'[^']*')(?:  |$)", re.MULTILINE)
"""A line of a header: the name, and a literal that it may be set to."""


class TestParameters:
    def test_are_numbered_as_they_come(self) -> None:
        statement = sql.parse("x.sql", "SELECT :since::timestamptz, :site, :since")
        assert statement.text == "SELECT $1::timestamptz, $2, $1"
        assert statement.arguments({"site": "a", "since": NOW}) == [NOW, "a"]

    def test_are_not_looked_for_in_text_and_comments(self) -> None:
        text = "SELECT to_char(now(), 'HH24:mi'), 'it''s :no' -- nor :here\n/* or :there */ FROM x"
        assert sql.parse("x.sql", text) == sql.Statement("x.sql", text, ())

    @pytest.mark.parametrize("values", [{}, {"site": 1, "sku": 2}, {"sku": 1}])
    def test_are_just_those_of_the_statement(self, values: Mapping[str, int]) -> None:
        with pytest.raises(TypeError, match=r"x\.sql"):
            sql.parse("x.sql", "SELECT :site").arguments(values)


class TestFiles:
    @pytest.mark.parametrize("path", FILES)
    def test_explain_their_parameters(self, path: str) -> None:
        explained = [name for name, _ in _PARAMETER.findall(FILES[path])]
        assert sorted(explained) == sorted(sql.load(path).parameters)

    @pytest.mark.parametrize("path", FILES)
    def test_run_in_psql(self, psql: Path, volume_dsn: str, path: str) -> None:
        """As they stand, with the values of their own headers."""
        values = [f"--set={name}={value}" for name, value in _PARAMETER.findall(FILES[path])]
        command = [str(psql), "-XAt", "--set=ON_ERROR_STOP=1", *values, f"--file={STORE / path}", volume_dsn]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert ran.returncode == 0, ran.stderr
        assert path.endswith("complaint_recovery.sql") or json.loads(ran.stdout)

    @pytest.mark.parametrize("path", FILES)
    def test_are_of_a_size_to_be_read(self, path: str) -> None:
        lines = FILES[path].splitlines()
        assert len(lines) <= 300
        assert not [line for line in lines if len(line) > 120]

    @pytest.mark.parametrize("path", FILES)
    def test_write_timestamps_as_documents_do(self, path: str) -> None:
        written = re.findall(r"to_char\((\S+) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T", FILES[path])
        assert all(documents.timestamp(expression) in FILES[path] for expression in written)

    def test_agree_on_what_a_purchase_is(self) -> None:
        """Wherever somebody came back: something was paid, and not given back whole, by a clock that is right."""
        purchase = "s.purchase AND s.gross > s.refunded AND NOT s.clock_suspect"
        recoveries = ("complaint_recovery", "complaint_recovery_groups")
        for path in ["complaints/insights.sql", *(f"overview/{name}.sql" for name in recoveries)]:
            assert " ".join(FILES[path].split()).count(purchase) == 1, path
        assert not [path for path, text in FILES.items() if "s.kind <>" in text]

    def test_have_the_words_of_the_rules(self) -> None:
        text = FILES["complaints/insights.sql"]
        assert _listed(text, "states") == [state for state in State if state not in ENDED]
        assert _listed(text, "metrics") == list(Metric)
        assert _listed(text, "cause_kinds") == list(CauseKind)
        assert open_("c") in text
        assert f"s.score >= {SATISFIED}" in FILES["feedback/measures.sql"]
        assert set(re.findall(r"sentiment = '(\w+)'", FILES["feedback/competitors.sql"])) == set(Sentiment)


@pytest.fixture(scope="module")
def psql(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of the same release as the server."""
    return usable_binaries(None, locate(tmp_path_factory.mktemp("psql")).account) / "psql"


def _listed(text: str, name: str) -> list[str]:
    """The second column of the VALUES that a file lists under this name."""
    listed = re.search(rf"{name} \(position, \w+\) AS \(\s*VALUES (.*?)\n\)", text, re.DOTALL)
    assert listed is not None
    return re.findall(r"\(\d+, '(\w+)'\)", listed[1])
