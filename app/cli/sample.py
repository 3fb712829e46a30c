"""`rapport sample`: the sample shop into an empty store."""

import asyncio
from typing import TYPE_CHECKING

from app.cli import runtime
from app.cli.console import load_settings, open_database, out
from app.core.sessions import utc_now
from app.core.settings import Settings

if TYPE_CHECKING:
    from rich.progress import Progress


def load_sample() -> None:
    """Load the sample shop into a store that has no customers yet."""
    from app.core import migrations

    settings = load_settings()
    with open_database(settings) as dsn:
        migrations.migrate(dsn)
        if not load_into_empty_store(settings, dsn):
            out.print("There are customers already: the sample shop is for an empty store.")


def load_into_empty_store(settings: Settings, dsn: str) -> bool:
    """Load the sample shop, with a progress bar; False, and nothing is done, where there are customers."""
    from app.cli.progress import progress_bars
    from app.sample import load, make

    if not runtime.run_in_transaction(settings, dsn, load.is_empty):
        return False
    shop = make(utc_now())

    async def run(progress: "Progress") -> None:
        task = progress.add_task("Sample shop", total=load.size(shop), rate="")
        async with runtime.sessions(settings, dsn, "sample") as caller:
            await load.load(caller, shop, lambda done: progress.advance(task, done))

    with progress_bars() as progress:
        asyncio.run(run(progress))
    return True
