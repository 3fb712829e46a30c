"""`rapport serve`: from the address and the database to the processes that answer requests."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Annotated

import typer

from app.cli import runtime
from app.cli.console import fail, load_settings, open_database, out, reveal
from app.cli.sample import load_into_empty_store
from app.core.settings import settings as current_settings


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    workers: Annotated[int | None, typer.Option(help="Number of processes that answer requests.")] = None,
    run_jobs: Annotated[
        bool | None,
        typer.Option("--worker/--no-worker", help="Run due jobs as well, or leave them to `rapport worker`."),
    ] = None,
    with_sample: Annotated[bool, typer.Option("--sample", help="Load the sample shop into an empty store.")] = False,
) -> None:
    """Migrate the database, create the first key of an empty store, and answer requests until stopped."""
    from app import server
    from app.core import migrations
    from app.services.access import keys

    settings = load_settings()
    host, port, workers = host or settings.host, port or settings.port, workers or settings.workers
    if run_jobs is not None:
        os.environ["RAPPORT_WORKER"] = str(run_jobs)  # the processes that answer requests read it
        current_settings.cache_clear()
    with (
        runtime.stopped_by_signals(),
        _listener(host, port) as listener,
        open_database(settings, exclusive=True) as dsn,
    ):
        migrations.migrate(dsn)
        bootstrap = partial(keys.bootstrap, key=reveal(settings.bootstrap_key))
        key = runtime.run_in_transaction(settings, dsn, bootstrap)
        if with_sample and settings.sample:
            load_into_empty_store(settings, dsn)
        _greet(host, port, key, chosen=settings.bootstrap_key is not None)
        server.serve(listener, workers)


@contextmanager
def _listener(host: str, port: int) -> Iterator[socket.socket]:
    """The bound address, or one sentence on why it cannot be had, before anything else is started."""
    from app import server

    try:
        listener = server.bind(host, port)
    except OSError as error:
        fail(f"Cannot listen on {host}:{port}: {error.strerror or error}.")
    with listener:
        yield listener


def _greet(host: str, port: int, key: str | None, *, chosen: bool) -> None:
    """A key that is `chosen` by a setting is known to whoever set it, and must not end up in a log."""
    address = f"http://{host}:{port}"
    out.print(f"\nRapport answers at {address} - explore it at [bold]{address}/docs[/bold]")
    if key is None:
        out.print(f"Is it up?   curl {address}/readyz\n", markup=False)
    elif chosen:
        out.print("The admin key is the one that RAPPORT_BOOTSTRAP_KEY sets.", markup=False)
        out.print(f"Is it up?   curl {address}/readyz\n", markup=False)
    else:
        out.print(f"The admin key, shown this once: {key}", markup=False)
        out.print(f'Try it:     curl -H "Authorization: Bearer {key}" "{address}/v1/customers?limit=2"\n', markup=False)
