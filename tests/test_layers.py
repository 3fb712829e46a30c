"""The house: imports go one way, downwards; nothing below the web knows of it; a room is one small file."""

import ast
import sys
from pathlib import Path

import pytest

APP = Path(__file__).parents[1] / "app"
FILES = sorted(path for path in APP.rglob("*.py") if "migrations/versions" not in path.as_posix())
LONGEST = 300
LONGER: dict[str, str] = {}
"""Files that may be longer, and why."""

# What a floor may import, itself included; the smallest first. `core` and `rules` know no one above them.
FLOORS: dict[str, set[str]] = {
    "rules": {"rules"},
    "models": {"models", "rules"},
    "core": {"core", "models", "rules"},
    "migrations": {"migrations", "models", "core"},
    "schemas": {"schemas", "rules", "core"},
    "store": {"store", "schemas", "models", "rules", "core"},
    "services": {"services", "store", "schemas", "rules", "core"},
    "web": {"web", "services", "store", "schemas", "rules", "core"},
    "routers": {"routers", "web", "services", "schemas", "rules", "core"},
    "sample": {"sample", "services", "schemas", "rules", "core"},
    "importing": {"importing", "schemas", "rules", "core"},
}
EXCEPTIONS: dict[tuple[str, str], str] = {}
"""(file, imported floor) that are let through, and why."""
HTTP = ("fastapi", "starlette", "uvicorn", "httptools")
BELOW_THE_WEB = ("rules", "models", "core", "schemas", "store", "services", "sample")
PURE = {
    "anyascii",
    "cachetools",
    "email_validator",
    "gcld3",
    "holidays",
    "iso4217",
    "phonenumbers",
    "Stemmer",
    "stopwordsiso",
}
"""Packages that rules may lean on: small, pure and quick to import."""


def name(path: Path) -> str:
    return path.relative_to(APP).as_posix()


def floor(path: Path) -> str | None:
    """None for what stands on top of everything: app/main.py, app/cli.py and the like."""
    parts = path.relative_to(APP).parts
    return parts[0] if len(parts) > 1 else None


def imports(path: Path) -> set[str]:
    """Every module that a file imports, with full names: `from app.store import sales` is app.store.sales."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name(path)} imports by a relative path"
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def test_every_floor_is_known() -> None:
    assert {floor(path) for path in FILES} - {None} == set(FLOORS)


@pytest.mark.parametrize("path", [p for p in FILES if floor(p)], ids=name)
def test_imports_go_down(path: Path) -> None:
    here = floor(path)
    assert here is not None
    reached = {module.split(".")[1] for module in imports(path) if module.startswith("app.") and module.count(".") >= 1}
    reached = {part for part in reached if part in FLOORS or (APP / f"{part}.py").exists()}
    allowed = FLOORS[here] | {imported for file, imported in EXCEPTIONS if file == name(path)}
    assert reached <= allowed, f"{name(path)} reaches up to {sorted(reached - allowed)}"


@pytest.mark.parametrize("path", [p for p in FILES if floor(p) in BELOW_THE_WEB], ids=name)
def test_nothing_below_the_web_knows_http(path: Path) -> None:
    assert not [module for module in imports(path) if module.partition(".")[0] in HTTP]


@pytest.mark.parametrize("path", [p for p in FILES if floor(p) == "rules"], ids=name)
def test_rules_are_pure(path: Path) -> None:
    """Standard library and small pure packages; nothing that reads a clock, the environment, files or a network."""
    used = {module.partition(".")[0] for module in imports(path)} - {"app"}
    assert used <= PURE | set(sys.stdlib_module_names)
    assert not used & {"os", "time", "socket", "asyncio", "random", "pathlib", "logging"}
    text = path.read_text(encoding="utf-8")
    assert "datetime.now(" not in text and "date.today(" not in text


@pytest.mark.parametrize("path", [p for p in FILES if floor(p) in ("services", "store", "schemas")], ids=name)
def test_only_the_caller_knows_what_time_it_is(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not [word for word in ("datetime.now(", "date.today(", "time.time(", "os.environ") if word in text]


# The pool and the migrations are the database's own; the importer sorts receipts in an SQLite file of its own.
SPEAKING = ("store", "core", "migrations", "importing", None)


@pytest.mark.parametrize("path", [p for p in FILES if floor(p) not in SPEAKING], ids=name)
def test_only_the_store_speaks_sql(path: Path) -> None:
    strings = [
        node.value
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    statements = ("SELECT ", "INSERT INTO ", "DELETE FROM ", "WITH RECURSIVE ")
    found = [text[:60] for text in strings if text.lstrip().startswith(statements)]
    # `UPDATE ... SET` may be prose; so it has to be both.
    found += [text[:60] for text in strings if text.lstrip().startswith("UPDATE ") and " SET " in text]
    assert not found


@pytest.mark.parametrize("path", [p for p in FILES if floor(p) == "routers" and p.name != "__init__.py"], ids=name)
def test_routes_only_unpack_and_call(path: Path) -> None:
    """A docstring and one statement each: no if, no try, no loop."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.AsyncFunctionDef):
            statements = node.body[1:] if ast.get_docstring(node) else node.body
            assert len(statements) == 1, f"{node.name} has {len(statements)} statements"
        assert not isinstance(node, ast.If | ast.Try | ast.For | ast.While), f"{name(path)}:{node.lineno}"


def test_services_call_each_other_in_no_circle() -> None:
    calls = {
        path.stem: {module.split(".")[2] for module in imports(path) if module.startswith("app.services.")}
        for path in FILES
        if floor(path) == "services"
    }

    def reachable(start: str) -> set[str]:
        seen: set[str] = set()
        queue = list(calls[start])
        while queue:
            if (found := queue.pop()) not in seen:
                seen.add(found)
                queue.extend(calls.get(found, ()))
        return seen

    assert not [service for service in calls if service in reachable(service)]


@pytest.mark.parametrize("path", FILES, ids=name)
def test_a_room_is_small(path: Path) -> None:
    length = len(path.read_text(encoding="utf-8").splitlines())
    assert length <= LONGEST or name(path) in LONGER, f"{length} lines"


def test_exceptions_are_still_needed() -> None:
    assert not [file for file in LONGER if len((APP / file).read_text(encoding="utf-8").splitlines()) <= LONGEST]


@pytest.mark.parametrize("path", FILES, ids=name)
def test_names_say_something(path: Path) -> None:
    assert path.stem not in ("utils", "helpers", "manager", "misc", "util", "helper")
    # schemas/common.py holds the types that every contract is made of: DESIGN's word for it is the exception.
    assert path.stem != "common" or name(path) == "schemas/common.py"
