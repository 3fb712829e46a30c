"""What every command says to a person: output, and one sentence instead of a traceback when it cannot go on."""

import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn, TypeVar

import asyncpg
from pydantic import SecretStr, ValidationError
from pydantic_settings import SettingsError
from rich.console import Console

from app.cli import runtime
from app.core import logging
from app.core.context import Context
from app.core.database import SchemaIsNewer
from app.core.embedded import EmbeddedPostgresError
from app.core.errors import Problem
from app.core.settings import Settings
from app.core.settings import settings as current_settings

Result = TypeVar("Result")
out = Console(highlight=False, soft_wrap=True)


def fail(sentence: str) -> NoReturn:
    _print_error(sentence, "red")
    sys.exit(1)


def warn(sentence: str) -> None:
    _print_error(sentence, "yellow")


def load_settings() -> Settings:
    """The settings, or one sentence on what is wrong with them. Logging is configured with them."""
    try:
        settings = current_settings()
    except ValidationError as error:
        fail("; ".join(f"RAPPORT_{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors()))
    except SettingsError as error:
        fail(f"The settings cannot be read: {error}.")
    logging.configure(settings.log_level)
    return settings


@contextmanager
def open_database(settings: Settings, *, serving_processes: int | None = None) -> Iterator[str]:
    """The DSN of the database (see `runtime.database`), or one sentence on why it cannot be used."""
    try:
        with runtime.database(settings, serving_processes=serving_processes) as dsn:
            yield dsn
    except (EmbeddedPostgresError, SchemaIsNewer) as error:
        fail(str(error))
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        fail(_database_sentence(error))


def run_on_migrated_database(work: Callable[[Context], Awaitable[Result]]) -> Result:
    """The result of one transaction on the migrated database, or one sentence on what was wrong with the request."""
    settings = load_settings()
    try:
        with open_database(settings) as dsn:
            runtime.migrate(settings, dsn)
            return runtime.run_in_transaction(settings, dsn, work)
    except Problem as problem:
        details = "; ".join(entry["detail"] for entry in problem.errors or [])
        fail(details or problem.detail or problem.title)


def reveal(secret: SecretStr | None) -> str | None:
    return None if secret is None else secret.get_secret_value()


def _database_sentence(error: Exception) -> str:
    said = str(error).partition("\n")[0] or type(error).__name__
    match error:
        case asyncpg.ClientConfigurationError():
            return f"RAPPORT_DATABASE_URL cannot be used: {said}"
        case asyncpg.InvalidCatalogNameError():
            return f"The database of RAPPORT_DATABASE_URL does not exist: {said}"
        case asyncpg.InvalidAuthorizationSpecificationError():
            return f"The database does not let this user in: {said}"
        case asyncpg.InsufficientPrivilegeError():
            return f"The database user lacks a permission: {said}. It has to own the schema that it uses."
        case asyncpg.TooManyConnectionsError():
            return f"The database has no free connection: {said}"
        case asyncpg.PostgresError() if not isinstance(
            error, asyncpg.PostgresConnectionError | asyncpg.OperatorInterventionError
        ):
            return f"The database refuses what is asked of it: {said}"
    return f"The database does not answer: {said}"


def _print_error(sentence: str, style: str) -> None:
    Console(stderr=True, highlight=False, soft_wrap=True).print(sentence, style=style, markup=False)
