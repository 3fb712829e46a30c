"""`rapport jobs`: what the workers have to do, and what they gave up."""

from typing import Annotated
from uuid import UUID

import typer

from app.cli.console import fail, out, run_on_migrated_database

commands = typer.Typer(no_args_is_help=True, help="Jobs of the workers.")


@commands.command("list")
def list_jobs(
    show_all: Annotated[bool, typer.Option("--all", help="Also show jobs that are due or planned.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Most jobs to show.")] = 100,
) -> None:
    """List jobs that failed too often and were given up: id, kind, key, attempts, state and error."""
    from app.services.kit import job_queue

    queue = run_on_migrated_database(lambda ctx: job_queue.find(ctx, failed_only=not show_all, limit=limit))
    for job in queue.jobs:
        out.print(
            f"{job['id']}  {job['kind']}  {job['key']}  {job['attempts']} attempts  {_state(job)}"
            f"{'  ' + job['error'] if job['error'] else ''}",
            markup=False,
        )
    out.print(f"{queue.failed:,} failed, {queue.due:,} due, {queue.planned:,} planned.")


@commands.command("retry")
def retry_jobs(
    job_id: Annotated[UUID | None, typer.Argument(help="The id that `jobs list` shows.")] = None,
    retry_all: Annotated[bool, typer.Option("--all", help="Retry every job that was given up.")] = False,
) -> None:
    """Run jobs again that were given up; a worker takes them at once."""
    from app.services.kit import job_queue

    if (job_id is None) != retry_all:
        fail("Name one job by its id, or all of them with --all.")
    count = run_on_migrated_database(lambda ctx: job_queue.retry(ctx, job_id))
    out.print(f"{count:,} to be run again.")


def _state(job: dict[str, object]) -> str:
    if job["failed_at"]:
        return f"failed {job['failed_at']:%Y-%m-%d %H:%M}Z"
    return "running" if job["is_leased"] else f"due {job['due_at']:%Y-%m-%d %H:%M}Z"
