"""The command `rapport`. Commands import what only they need: all of it would take seconds, for each of them."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn
from uuid import UUID

import asyncpg
import typer
from pydantic import SecretStr, ValidationError
from pydantic_settings import SettingsError
from rich.console import Console

from app.cli import runtime
from app.core import logging
from app.core.embedded import EmbeddedPostgresError
from app.core.errors import Problem
from app.core.sessions import utc_now
from app.core.settings import Settings, settings
from app.rules.access import keys as rules
from app.services.access import keys as access

if TYPE_CHECKING:
    from rich.progress import Progress

    from app.importing import Counts

main = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Rapport: a headless customer relationship service."
)
keys = typer.Typer(no_args_is_help=True, help="API keys.")
main.add_typer(keys, name="keys")
out = Console(highlight=False, soft_wrap=True)


@main.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    workers: Annotated[int | None, typer.Option(help="Worker processes.")] = None,
    with_worker: Annotated[
        bool | None,
        typer.Option("--worker/--no-worker", help="Also do what falls due, or leave it to others."),
    ] = None,
    with_sample: Annotated[bool, typer.Option("--sample", help="Fill an empty store with the sample shop.")] = False,
) -> None:
    """Migrate, make the first key of an empty store, and answer requests until told to stop."""
    from app import server as processes
    from app.core import migrations
    from app.sample import load as loading

    configured = _settings()
    host, port, workers = host or configured.host, port or configured.port, workers or configured.workers
    if with_worker is not None:
        os.environ["RAPPORT_WORKER"] = str(with_worker)  # worker processes are told
        settings.cache_clear()
    with _stopping(), _address(host, port) as listener, _database(configured, alone=True) as dsn:
        migrations.migrate(dsn)
        key = runtime.once(configured, dsn, partial(access.bootstrap, key=_secret(configured.bootstrap_key)))
        if with_sample and configured.sample and runtime.once(configured, dsn, loading.is_empty):
            _fill(configured, dsn)
        _greet(host, port, key)
        processes.listen(listener, workers)


@main.command("worker")
def work() -> None:
    """Do what falls due (escalations, clocks under new policies) until told to stop. Several may run at once."""
    from app import worker
    from app.core import migrations

    configured = _settings()
    logging.configure(configured.log_level)
    with _stopping(), _database(configured) as dsn:
        migrations.migrate(dsn)
        asyncio.run(worker.until_told(runtime.sessions(configured, dsn, worker.ACTOR)))


@main.command()
def migrate() -> None:
    """Bring the schema of the database up to date."""
    from app.core import migrations

    with _database(_settings()) as dsn:
        migrations.migrate(dsn)
    out.print(f"The schema is at {migrations.head()}.")


@main.command("sample")
def fill() -> None:
    """Load the sample shop. What is there already is not doubled."""
    from app.core import migrations
    from app.sample import load as loading

    configured = _settings()
    with _database(configured) as dsn:
        migrations.migrate(dsn)
        if runtime.once(configured, dsn, loading.is_empty):
            _fill(configured, dsn)
        else:
            out.print("There are customers already: the sample shop is for an empty store.")


@main.command()
def contract(path: Annotated[Path, typer.Argument(help="Where to.")] = Path("openapi/openapi.json")) -> None:
    """Write the OpenAPI document."""
    from app import contract as contracts

    contracts.write(path)
    out.print(f"Written to {path}.")


@main.command("import")
def import_file(
    resource: Annotated[str, typer.Argument(help="customers, interactions, sales, complaints or feedback.")],
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="JSON Lines, CSV, TSV, XLSX, XLS or ODS.")],
    mapping: Annotated[list[str] | None, typer.Option("--map", help="field=column")] = None,
    constants: Annotated[list[str] | None, typer.Option("--set", help="field=value")] = None,
    timezone: Annotated[str | None, typer.Option(help="Of times without an offset: Europe/London.")] = None,
    date_format: Annotated[str | None, typer.Option(help="Of times that are not year first: %d/%m/%Y %H:%M.")] = None,
    source: Annotated[str | None, typer.Option(help="The system the file came out of.")] = None,
    sheet: Annotated[str | None, typer.Option(help="Of a workbook; the first, unless said.")] = None,
    encoding: Annotated[str | None, typer.Option(help="Of a CSV file; found out, unless said.")] = None,
    on_unknown_customer: Annotated[str, typer.Option(help="create or keep")] = "create",
    refused: Annotated[Path | None, typer.Option(help="Where refused rows go.")] = None,
    url: Annotated[str | None, typer.Option(help="The running service.")] = None,
    key: Annotated[str | None, typer.Option(help="An API key; RAPPORT_API_KEY, unless said.")] = None,
) -> None:
    """Import a file into a running service. It can be run again: nothing is doubled."""
    from app import importing
    from app.cli import progress as bars

    configured = _settings()
    options = importing.ImportOptions(
        resource=resource,
        path=file,
        url=url or f"http://{configured.host}:{configured.port}",
        key=key or _secret(configured.api_key) or "",
        mapping=_pairs(mapping, "--map"),
        constants=_pairs(constants, "--set"),
        time_zone=timezone,
        date_format=date_format,
        refused=refused,
        source=source,
        on_unknown_customer=on_unknown_customer,
        sheet=sheet,
        encoding=encoding,
    )
    try:
        with bars.progress() as progress:
            counts = importing.run(options, bars.ImportBar(progress))
    except importing.ImportFailed as error:
        _tell(error.counts)
        _fail(str(error))
    _tell(counts)
    if counts.refused or counts.conflicting:
        out.print(f"What was not taken, and why: {options.refused_path}")


@keys.command("create")
def create_key(
    name: Annotated[str, typer.Argument(help="What it is for: events show it as who did something.")],
    scope: Annotated[list[str], typer.Option(help=f"One of {', '.join(rules.SCOPES)}, admin. May be repeated.")],
) -> None:
    """Make a key and print it, once."""
    _on_store(lambda ctx: access.create(ctx, name, scope), lambda key: out.print(key))


@keys.command("list")
def list_keys() -> None:
    """List keys: id, name, hint, scopes, and whether they still hold."""

    def show(rows: Any) -> None:
        for row in rows:
            state = f"revoked {row['revoked_at']:%Y-%m-%d %H:%M}Z" if row["revoked_at"] else "valid"
            out.print(f"{row['id']}  {row['name']}  {row['hint']}  {','.join(row['scopes'])}  {state}", markup=False)

    _on_store(access.find, show)


@keys.command("revoke")
def revoke_key(key_id: Annotated[UUID, typer.Argument(help="The id that `keys list` shows.")]) -> None:
    """Revoke a key. Running workers forget it within RAPPORT_KEY_CACHE_SECONDS."""
    _on_store(lambda ctx: access.revoke(ctx, key_id), lambda _: out.print("Revoked."))


@contextmanager
def _database(configured: Settings, *, alone: bool = False) -> Iterator[str]:
    """The database, or one sentence on why there is none."""
    try:
        with runtime.database(configured, alone=alone) as dsn:
            yield dsn
    except EmbeddedPostgresError as error:
        _fail(str(error))
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        _fail(f"The database does not answer: {error}")


@contextmanager
def _stopping() -> Iterator[None]:
    """SIGTERM ends the process as Ctrl-C does: through every `finally`, so that the database is stopped too."""

    def stop(*_: Any) -> NoReturn:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, stop)
    try:
        yield
    except KeyboardInterrupt:
        raise SystemExit(0) from None


@contextmanager
def _address(host: str, port: int) -> Iterator[socket.socket]:
    """The address to listen on, or one sentence on why it cannot be had, before anything else is begun."""
    from app import server as processes

    try:
        listener = processes.bound(host, port)
    except OSError as error:
        _fail(f"{host}:{port} cannot be listened on: {error.strerror or error}.")
    with listener:
        yield listener


def _fill(configured: Settings, dsn: str) -> None:
    from app import sample
    from app.cli import progress as bars
    from app.sample import load as loading

    shop = sample.make(utc_now())

    async def load(progress: "Progress") -> None:
        task = progress.add_task("Sample shop", total=loading.size(shop), rate="")
        async with runtime.sessions(configured, dsn, "sample") as caller:
            await loading.load(caller, shop, lambda done: progress.advance(task, done))

    with bars.progress() as progress:
        asyncio.run(load(progress))


def _greet(host: str, port: int, key: str | None) -> None:
    address = f"http://{host}:{port}"
    out.print(f"\nRapport answers at {address} - explore it at [bold]{address}/docs[/bold]")
    if key is None:
        out.print(f"Is it up?   curl {address}/readyz\n", markup=False)
    else:
        out.print(f"The admin key, shown this once: {key}", markup=False)
        out.print(f'Try it:     curl -H "Authorization: Bearer {key}" "{address}/v1/customers?limit=2"\n', markup=False)


def _tell(counts: "Counts") -> None:
    told = [f"{counts.created:,} created", f"{counts.replayed:,} replayed", f"{counts.conflicting:,} conflicting"]
    stale = [f"{counts.stale:,} stale"] if counts.stale else []
    out.print(", ".join([*told, *stale, f"{counts.refused:,} refused"]) + ".")


def _on_store(work: Any, show: Any) -> None:
    from app.core import migrations

    configured = _settings()
    try:
        with _database(configured) as dsn:
            migrations.migrate(dsn)
            show(runtime.once(configured, dsn, work))
    except Problem as problem:
        listed = "; ".join(entry["detail"] for entry in problem.errors or [])
        _fail(listed or problem.detail or problem.title)


def _settings() -> Settings:
    try:
        configured = settings()
    except ValidationError as error:
        _fail("; ".join(f"RAPPORT_{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors()))
    except SettingsError as error:
        _fail(f"The settings cannot be read: {error}.")
    logging.configure(configured.log_level)
    return configured


def _secret(value: SecretStr | None) -> str | None:
    return None if value is None else value.get_secret_value()


def _pairs(given: list[str] | None, option: str) -> dict[str, str]:
    pairs = [item.partition("=") for item in given or []]
    if wrong := [name for name, sign, _ in pairs if not sign or not name]:
        _fail(f"{option} wants name=value, not {wrong[0]!r}")
    return {name: value for name, _, value in pairs}


def _fail(sentence: str) -> NoReturn:
    Console(stderr=True, highlight=False, soft_wrap=True).print(sentence, style="red", markup=False)
    sys.exit(1)
