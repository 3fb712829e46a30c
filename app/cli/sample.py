"""`rapport sample`: the sample shop into an empty store."""

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING

from app.cli import runtime
from app.cli.console import load_settings, open_database, out
from app.core.context import Context
from app.core.settings import Settings

if TYPE_CHECKING:
    from rich.progress import Progress


def load_sample() -> None:
    """Load the sample shop into a store that has no customers yet: all of it, or nothing where it is interrupted."""
    from app.core import migrations

    settings = load_settings()
    with open_database(settings) as dsn:
        migrations.migrate(dsn)
        load_into_empty_store(settings, dsn)


def load_into_empty_store(settings: Settings, dsn: str) -> None:
    """Load the sample shop, with a progress bar, and say what was done; nothing, where there are customers."""
    from app.cli.progress import progress_bars
    from app.sample import load, make

    async def started_at(ctx: Context) -> datetime | None:
        return ctx.now if await load.is_empty(ctx) else None

    now = runtime.run_in_transaction(settings, dsn, started_at)
    if now is None:
        out.print("There are customers already: the sample shop is for an empty store.")
        return
    shop = make(now)

    async def run(progress: "Progress") -> bool:
        task = progress.add_task("Sample shop", total=load.size(shop), rate="")
        async with runtime.sessions(settings, dsn, "sample") as caller:
            return await load.load_into_empty_store(caller, shop, lambda done: progress.advance(task, done))

    with progress_bars() as progress:
        loaded = asyncio.run(run(progress))
    if loaded:
        out.print("The sample shop is loaded.")
    else:
        out.print("Another process is loading the sample shop, or has added customers: nothing was done.")
