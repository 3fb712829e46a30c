"""`rapport serve`: from the address and the database to the processes that answer requests."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Annotated

import typer

from app.cli import runtime
from app.cli.console import fail, load_settings, open_database, out, reveal, warn
from app.cli.sample import load_into_empty_store
from app.core.context import Context
from app.core.settings import Settings
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

    settings = load_settings()
    host, port, workers = host or settings.host, port or settings.port, workers or settings.workers
    if run_jobs is not None:
        os.environ["RAPPORT_WORKER"] = str(run_jobs)  # the processes that answer requests read it
        current_settings.cache_clear()
    with (
        runtime.stopped_by_signals(),
        _listener(host, port) as listener,
        open_database(settings, serving_processes=workers) as dsn,
    ):
        runtime.migrate(settings, dsn)
        _warn_of_missing_connections(settings, dsn, workers)
        key = _bootstrap(settings, dsn)
        if with_sample and settings.sample:
            _load_sample(settings, dsn)
        if workers == 1:  # whoever reads the address may ask at once, and waits; workers would keep it for longer
            listener.listen(server.BACKLOG)
        _greet(host, port, key, chosen=settings.bootstrap_key is not None)
        server.serve(listener, workers)


def _load_sample(settings: Settings, dsn: str) -> None:
    from app.sample.load import NotLoaded

    with suppress(NotLoaded):  # as at every start but the first
        load_into_empty_store(settings, dsn)


def _bootstrap(settings: Settings, dsn: str) -> str | None:
    """Create the first admin key of an empty store, and print it before it is stored: nobody could ask for it later.

    One that the settings chose is known to whoever set it, and must not end up in a log. The transaction may be run
    again: it is one key, and printed once.
    """
    from app.rules.access import new_key
    from app.services.access import keys

    wanted = reveal(settings.bootstrap_key) or new_key()
    printed: list[str] = []

    async def create_and_print(ctx: Context) -> str | None:
        key = await keys.bootstrap(ctx, wanted)
        if key is not None and settings.bootstrap_key is None and not printed:
            out.print(f"The admin key, shown this once: {key}", markup=False)
            out.file.flush()
            printed.append(key)
        return key

    return runtime.run_in_transaction(settings, dsn, create_and_print)


def _warn_of_missing_connections(settings: Settings, dsn: str, workers: int) -> None:
    from app.store.kit import connections

    if settings.pgbouncer:  # it shares few connections among many
        return
    needed = runtime.connections_of(settings, workers)
    allowed = runtime.run_in_transaction(settings, dsn, connections.allowed)
    if needed > allowed:
        warn(
            f"{workers} processes with RAPPORT_POOL_SIZE={settings.pool_size} may open {needed} connections, but the "
            f"database allows {allowed}: under load, requests will be answered with 503. Raise max_connections of the "
            f"database, or lower RAPPORT_WORKERS or RAPPORT_POOL_SIZE."
        )


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
    """`chosen`: the key is that of the settings, and is not printed."""
    address = f"http://{host}:{port}"
    out.print(f"\nRapport answers at {address} - explore it at [bold]{address}/docs[/bold]")
    if key is None:
        out.print(f"Is it up?   curl {address}/readyz\n", markup=False)
    elif chosen:
        out.print("The admin key is the one that RAPPORT_BOOTSTRAP_KEY sets.", markup=False)
        out.print(f"Is it up?   curl {address}/readyz\n", markup=False)
    else:
        out.print(f'Try it:     curl -H "Authorization: Bearer {key}" "{address}/v1/customers?limit=2"\n', markup=False)
