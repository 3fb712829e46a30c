"""`rapport keys`: create, list and revoke API keys."""

from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar
from uuid import UUID

import typer

from app.cli import runtime
from app.cli.console import fail, load_settings, open_database, out
from app.core.context import Context
from app.core.errors import Problem
from app.rules.access.keys import SCOPES

Result = TypeVar("Result")
commands = typer.Typer(no_args_is_help=True, help="API keys.")


@commands.command("create")
def create_key(
    name: Annotated[str, typer.Argument(help="What the key is for; events name it as their actor.")],
    scope: Annotated[list[str], typer.Option(help=f"One of {', '.join(SCOPES)}, admin. May be repeated.")],
) -> None:
    """Create a key and print it, once."""
    from app.services.access import keys

    out.print(_run(lambda ctx: keys.create(ctx, name, scope)))


@commands.command("list")
def list_keys() -> None:
    """List keys: id, name, hint, scopes, and whether they are valid or revoked."""
    from app.services.access import keys

    for row in _run(keys.find):
        state = f"revoked {row['revoked_at']:%Y-%m-%d %H:%M}Z" if row["revoked_at"] else "valid"
        out.print(f"{row['id']}  {row['name']}  {row['hint']}  {','.join(row['scopes'])}  {state}", markup=False)


@commands.command("revoke")
def revoke_key(key_id: Annotated[UUID, typer.Argument(help="The id that `keys list` shows.")]) -> None:
    """Revoke a key. Running workers accept it for up to RAPPORT_KEY_CACHE_SECONDS more."""
    from app.services.access import keys

    _run(lambda ctx: keys.revoke(ctx, key_id))
    out.print("Revoked.")


def _run(work: Callable[[Context], Awaitable[Result]]) -> Result:
    """The result of one transaction on the migrated database, or one sentence on what was wrong with the request."""
    from app.core import migrations

    settings = load_settings()
    try:
        with open_database(settings) as dsn:
            migrations.migrate(dsn)
            return runtime.run_in_transaction(settings, dsn, work)
    except Problem as problem:
        details = "; ".join(entry["detail"] for entry in problem.errors or [])
        fail(details or problem.detail or problem.title)
