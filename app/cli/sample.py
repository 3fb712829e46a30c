"""`rapport sample`: the sample shop into an empty store."""

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING

from app.cli import runtime
from app.cli.console import load_settings, open_database, out
from app.core import table_statistics
from app.core.context import Context
from app.core.settings import Settings

if TYPE_CHECKING:
    from rich.progress import Progress


def load_sample() -> None:
    """Load the sample shop into a store that has no customers yet: all of it, or nothing where it is interrupted."""
    from app.sample.load import NotLoaded

    settings = load_settings()
    try:
        with open_database(settings) as dsn:
            runtime.migrate(settings, dsn)
            load_into_empty_store(settings, dsn)
    except NotLoaded as reason:
        out.print(str(reason))


def load_into_empty_store(settings: Settings, dsn: str) -> None:
    """Load the sample shop, with a progress bar, and say so. Raises NotLoaded where there are customers."""
    from app.cli.progress import progress_bars
    from app.models import metadata
    from app.sample import load, make

    async def started_at(ctx: Context) -> datetime:
        await load.require_empty_store(ctx)
        return ctx.now

    shop = make(runtime.run_in_transaction(settings, dsn, started_at))

    async def run(progress: "Progress") -> None:
        task = progress.add_task("Sample shop", total=load.size(shop), rate="")
        await table_statistics.renew(dsn, metadata.tables)  # one that was interrupted may have left them wrong
        async with runtime.sessions(settings, dsn, "sample") as caller:
            await load.load_into_empty_store(caller, shop, lambda done: progress.advance(task, done))

    with progress_bars() as progress:
        asyncio.run(run(progress))
    out.print("The sample shop is loaded.")
