"""The tests' own house: what tests share lies in tests/make and tests/support, by the names of the app's domains."""

import ast
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parent
APP = TESTS.parent / "app"
LONGEST = 300
DOMAINS = {path.name for floor in ("rules", "schemas", "services") for path in (APP / floor).iterdir() if path.is_dir()}
BESIDE_DOMAINS = {
    "make": {"numbers", "rows"},
    "support/torture": {"records"},
}
"""What a folder by domains has besides: what its modules share."""


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_no_test_is_imported() -> None:
    faults = [
        f"{path.relative_to(TESTS)} imports {name}"
        for path in TESTS.rglob("*.py")
        for name in imports(path)
        if name.startswith("tests.") and any(part.startswith(("test_", "conftest")) for part in name.split("."))
    ]
    assert not faults


def test_folders_by_domain_have_the_domains_of_the_app() -> None:
    folders = [
        path for kind in ("api", "rules") for path in (TESTS / kind).iterdir() if (path / "__init__.py").exists()
    ]
    faults = [path.relative_to(TESTS) for path in folders if path.name not in DOMAINS]
    for folder, beside in BESIDE_DOMAINS.items():
        modules = [path for path in (TESTS / folder).glob("*.py") if path.stem != "__init__"]
        faults += [path.relative_to(TESTS) for path in modules if path.stem not in DOMAINS | beside]
    assert not faults


def test_what_tests_share_is_in_small_modules() -> None:
    shared = [path for folder in ("make", "support") for path in (TESTS / folder).rglob("*.py")]
    lengths = {path.relative_to(TESTS): len(path.read_text(encoding="utf-8").splitlines()) for path in shared}
    assert not {path: length for path, length in lengths.items() if length > LONGEST}
