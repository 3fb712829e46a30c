"""`rapport keys`: create, list and revoke API keys."""

from typing import Annotated
from uuid import UUID

import typer

from app.cli.console import out, run_on_migrated_database
from app.rules.access.keys import SCOPES

commands = typer.Typer(no_args_is_help=True, help="API keys.")


@commands.command("create")
def create_key(
    name: Annotated[str, typer.Argument(help="What the key is for; events name it as their actor.")],
    scope: Annotated[list[str], typer.Option(help=f"One of {', '.join(SCOPES)}, admin. May be repeated.")],
) -> None:
    """Create a key and print it, once."""
    from app.services.access import keys

    out.print(run_on_migrated_database(lambda ctx: keys.create(ctx, name, scope)))


@commands.command("list")
def list_keys() -> None:
    """List keys: id, name, hint, scopes, and whether they are valid or revoked."""
    from app.services.access import keys

    for row in run_on_migrated_database(keys.find):
        state = f"revoked {row['revoked_at']:%Y-%m-%d %H:%M}Z" if row["revoked_at"] else "valid"
        out.print(f"{row['id']}  {row['name']}  {row['hint']}  {','.join(row['scopes'])}  {state}", markup=False)


@commands.command("revoke")
def revoke_key(key_id: Annotated[UUID, typer.Argument(help="The id that `keys list` shows.")]) -> None:
    """Revoke a key. Running workers accept it for up to RAPPORT_KEY_CACHE_SECONDS more."""
    from app.services.access import keys

    run_on_migrated_database(lambda ctx: keys.revoke(ctx, key_id))
    out.print("Revoked.")
