"""What every command says to a person: output, and one sentence instead of a traceback when it cannot go on."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import asyncpg
from pydantic import SecretStr, ValidationError
from pydantic_settings import SettingsError
from rich.console import Console

from app.cli import runtime
from app.core import logging
from app.core.embedded import EmbeddedPostgresError
from app.core.settings import Settings
from app.core.settings import settings as current_settings

out = Console(highlight=False, soft_wrap=True)


def fail(sentence: str) -> NoReturn:
    Console(stderr=True, highlight=False, soft_wrap=True).print(sentence, style="red", markup=False)
    sys.exit(1)


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
def open_database(settings: Settings, *, exclusive: bool = False) -> Iterator[str]:
    """The DSN of the database (see `runtime.database`), or one sentence on why it cannot be used."""
    try:
        with runtime.database(settings, exclusive=exclusive) as dsn:
            yield dsn
    except EmbeddedPostgresError as error:
        fail(str(error))
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        fail(f"The database does not answer: {error}")


def reveal(secret: SecretStr | None) -> str | None:
    return None if secret is None else secret.get_secret_value()
