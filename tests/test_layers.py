"""The house: floors on top, domains inside them; imports go one way among both; a room is one small file."""

import ast
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

APP = Path(__file__).parents[1] / "app"
LONGEST = 300

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
WAYS_IN = (
    "app.main",
    "app.server",
    "app.server_worker",
    "app.worker",
    "app.contract",
    "app.cli",
    "app.sample.load",
    "app.reactions",
    "app.jobs",
)
"""These, and what is in them, may import anything. Reactions and jobs are tables over all domains."""

# Floors that are divided into domains, and the domains in the order in which they may know each other: a domain may
# import from those before it, on every floor, and through their doors only. `kit` is what all of them use.
DIVIDED = ("routers", "schemas", "services", "store", "models", "rules", "web.examples")
DOMAINS = (
    "kit",
    "access",
    "customers",
    "interactions",
    "sales",
    "service_levels",
    "complaints",
    "feedback",
    "surveys",
    "visits",
    "overview",
)
HTTP = {"fastapi", "starlette", "uvicorn", "httptools"}
BELOW_THE_WEB = ("rules", "models", "core", "schemas", "store", "services", "sample")
SPEAKING_SQL = ("store", "core", "migrations", "importing")
"""The pool and the migrations are the database's own; the importer sorts receipts in an SQLite file of its own."""
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
VAGUE = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}


@dataclass(frozen=True)
class Module:
    path: Path

    @cached_property
    def name(self) -> str:
        """`app.services.sales.receipts`; a package has the name of its folder."""
        parts = self.path.relative_to(APP.parent).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def is_way_in(self) -> bool:
        return self.name == "app" or any(self.name == way or self.name.startswith(f"{way}.") for way in WAYS_IN)

    @property
    def floor(self) -> str | None:
        """None for the ways in, which stand on top of everything."""
        return None if self.is_way_in else self.name.split(".")[1]

    @cached_property
    def imports(self) -> set[str]:
        """Every module that is imported, and every name out of one: app.store.sales, app.store.sales.get."""
        found: set[str] = set()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                found.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{self.name} imports by a relative path"
                found.update(f"{node.module}.{alias.name}" for alias in node.names)
        return found

    @cached_property
    def imported_modules(self) -> set[str]:
        """The modules of ours that are imported, whether whole or for a name in them."""
        ours = {found for found in self.imports if found.startswith("app.")}
        return {found if found in BY_NAME else found.rpartition(".")[0] for found in ours}


MODULES = [Module(path) for path in sorted(APP.rglob("*.py")) if "migrations/versions" not in path.as_posix()]
BY_NAME = {module.name: module for module in MODULES}


def divided(name: str) -> tuple[str, str] | None:
    """The floor and the domain of a module; None where there are no domains."""
    for floor in DIVIDED:
        if name.startswith(f"app.{floor}."):
            return floor, name.removeprefix(f"app.{floor}.").partition(".")[0]
    return None


def is_door(name: str) -> bool:
    """A domain's own package, as against the modules in it."""
    place = divided(name)
    return place is not None and name == f"app.{place[0]}.{place[1]}"


def faults(check: Callable[[Module], Iterator[str]], *floors: str) -> list[str]:
    """What is wrong, all of it, each with its module; of some floors or of all."""
    chosen = [module for module in MODULES if not floors or module.floor in floors]
    return [f"{module.name}: {fault}" for module in chosen for fault in check(module)]


def test_every_floor_and_domain_is_known() -> None:
    assert {module.floor for module in MODULES} - {None} == set(FLOORS)
    places = {place[1] for module in MODULES if module.path.name != "__init__.py" and (place := divided(module.name))}
    assert places <= set(DOMAINS)


def test_floors_import_downwards() -> None:
    def check(module: Module) -> Iterator[str]:
        if module.floor is not None:
            for imported in module.imported_modules:
                floor = BY_NAME[imported].floor if imported in BY_NAME else imported.split(".")[1]
                if floor not in FLOORS[module.floor] and imported != "app":
                    yield f"reaches up to {imported}"

    assert not faults(check)


def test_domains_import_those_before_them() -> None:
    def check(module: Module) -> Iterator[str]:
        if (place := divided(module.name)) is None or place[1] not in DOMAINS:
            return
        for imported in module.imported_modules:
            other = divided(imported)
            if other is not None and DOMAINS.index(other[1]) > DOMAINS.index(place[1]):
                yield f"{place[1]} knows {imported}"

    assert not faults(check)


def test_domains_are_entered_by_their_doors() -> None:
    """Another domain, and what stands outside of all domains, imports a domain's package and not what is in it."""

    def check(module: Module) -> Iterator[str]:
        here = divided(module.name)
        if module.is_way_in or module.floor in ("sample", "importing") or module.name == "app.web.examples":
            return
        for imported in module.imported_modules:
            other = divided(imported)
            if other is None or other[1] == "kit" or (here is not None and here[1] == other[1]):
                continue
            if not is_door(imported):
                yield f"goes past the door of {imported}"

    assert not faults(check)


def test_doors_say_what_they_offer() -> None:
    def check(module: Module) -> Iterator[str]:
        if not is_door(module.name) or module.name.split(".")[1] in ("routers", "models"):
            return
        offered = {
            name.value
            for node in module.tree.body
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", None) == "__all__"
            for name in getattr(node.value, "elts", ())
        }
        imported = {
            alias.asname or alias.name for n in module.tree.body if isinstance(n, ast.ImportFrom) for alias in n.names
        }
        if offered != imported:
            yield f"offers {sorted(offered ^ imported)} otherwise than it imports"

    assert not faults(check)


def test_services_call_each_other_in_no_circle() -> None:
    """Module by module, by their full names. A door stands for the modules that it opens to."""
    calls = {
        module.name: {name for name in module.imported_modules if name.startswith("app.services.") and name in BY_NAME}
        for module in MODULES
        if module.floor == "services"
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


def test_nothing_below_the_web_knows_http() -> None:
    def check(module: Module) -> Iterator[str]:
        yield from (name for name in module.imports if name.partition(".")[0] in HTTP)

    assert not faults(check, *BELOW_THE_WEB)


def test_rules_are_pure() -> None:
    """Standard library and small pure packages; nothing that reads a clock, the environment, files or a network."""
    impure = {"os", "time", "socket", "asyncio", "random", "pathlib", "logging"}

    def check(module: Module) -> Iterator[str]:
        used = {name.partition(".")[0] for name in module.imports} - {"app"}
        yield from used - PURE - set(sys.stdlib_module_names)
        yield from used & impure

    assert not faults(check, "rules")


def test_only_the_caller_knows_what_time_it_is() -> None:
    def check(module: Module) -> Iterator[str]:
        words = ("datetime.now(", "date.today(", "time.time(", "os.environ")
        yield from (word for word in words if word in module.text)

    assert not faults(check, "rules", "schemas", "store", "services")


def test_only_the_store_speaks_sql() -> None:
    statements = ("SELECT ", "INSERT INTO ", "DELETE FROM ", "WITH RECURSIVE ")

    def is_sql(text: str) -> bool:
        # `UPDATE ... SET` may be prose; so it has to be both.
        return text.startswith(statements) or (text.startswith("UPDATE ") and " SET " in text)

    def check(module: Module) -> Iterator[str]:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and is_sql(node.value.lstrip()):
                yield node.value[:60]

    assert not faults(check, *(set(FLOORS) - set(SPEAKING_SQL)))


def test_routes_only_unpack_and_call() -> None:
    """A docstring and one statement each: no if, no try, no loop."""

    def check(module: Module) -> Iterator[str]:
        if module.path.name == "__init__.py":
            return
        for node in ast.walk(module.tree):
            if isinstance(node, ast.AsyncFunctionDef):
                statements = node.body[1:] if ast.get_docstring(node) else node.body
                if len(statements) != 1:
                    yield f"{node.name} has {len(statements)} statements"
            if isinstance(node, ast.If | ast.Try | ast.For | ast.While):
                yield f"line {node.lineno} decides"

    assert not faults(check, "routers")


def test_rooms_are_small_and_their_names_say_something() -> None:
    def check(module: Module) -> Iterator[str]:
        if (length := len(module.text.splitlines())) > LONGEST:
            yield f"{length} lines"
        if module.path.stem in VAGUE:
            yield "says nothing by its name"

    assert not faults(check)
