"""`rapport import`: a file into a running service."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.console import fail, load_settings, out, reveal

if TYPE_CHECKING:
    from app.importing import Counts


def import_file(
    resource: Annotated[
        str, typer.Argument(help="customers, interactions, sales, complaints, feedback, tasks or relationships.")
    ],
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="JSON Lines, CSV, TSV, XLSX, XLS or ODS.")],
    mapping: Annotated[list[str] | None, typer.Option("--map", help="field=column. May be repeated.")] = None,
    constants: Annotated[
        list[str] | None, typer.Option("--set", help="field=value, for every record. May be repeated.")
    ] = None,
    timezone: Annotated[
        str | None, typer.Option(help="Time zone of timestamps without an offset, such as Europe/London.")
    ] = None,
    date_format: Annotated[
        str | None, typer.Option(help="Format of dates that are not year first, such as %d/%m/%Y %H:%M.")
    ] = None,
    source: Annotated[str | None, typer.Option(help="Name of the system that the file comes from.")] = None,
    sheet: Annotated[str | None, typer.Option(help="Sheet of a workbook; by default the first.")] = None,
    encoding: Annotated[str | None, typer.Option(help="Encoding of a CSV file; by default detected.")] = None,
    on_unknown_customer: Annotated[
        str, typer.Option(help="For sales: `create` unknown customers, or `keep` the sale without one.")
    ] = "create",
    on_match: Annotated[
        str | None,
        typer.Option(
            help="For customers whose keys somebody has: `refuse`, `match` or `keep`; by default the source decides."
        ),
    ] = None,
    refused: Annotated[
        Path | None, typer.Option(help="File for refused records; by default FILE.refused.jsonl.")
    ] = None,
    url: Annotated[
        str | None, typer.Option(help="Address of the service; by default RAPPORT_HOST and RAPPORT_PORT.")
    ] = None,
    key: Annotated[str | None, typer.Option(help="API key; by default RAPPORT_API_KEY.")] = None,
) -> None:
    """Import a file into a running service. Importing it again creates no duplicates."""
    from app import importing
    from app.cli.progress import ImportProgress, progress_bars

    settings = load_settings()
    options = importing.ImportOptions(
        resource=resource,
        path=file,
        url=url or f"http://{settings.host}:{settings.port}",
        key=key or reveal(settings.api_key) or "",
        mapping=_pairs(mapping, "--map"),
        constants=_pairs(constants, "--set"),
        time_zone=timezone,
        date_format=date_format,
        refused=refused,
        source=source,
        region=settings.default_region,
        on_unknown_customer=on_unknown_customer,
        on_match=on_match,
        sheet=sheet,
        encoding=encoding,
    )
    try:
        with progress_bars() as progress:
            counts = importing.run(options, ImportProgress(progress))
    except importing.ImportFailed as error:
        _print_counts(error.counts)
        fail(str(error))
    _print_counts(counts)
    if counts.refused or counts.conflicting:
        out.print(f"Refused and conflicting records, with reasons: {options.refused_path}")


def _pairs(arguments: list[str] | None, option: str) -> dict[str, str]:
    pairs = [argument.partition("=") for argument in arguments or []]
    if invalid := [name for name, sign, _ in pairs if not sign or not name]:
        fail(f"{option} takes name=value, not {invalid[0]!r}")
    return {name: value for name, _, value in pairs}


def _print_counts(counts: "Counts") -> None:
    parts = [f"{counts.created:,} created", f"{counts.replayed:,} replayed", f"{counts.conflicting:,} conflicting"]
    if counts.matched:
        parts.append(f"{counts.matched:,} matched")
    if counts.stale:
        parts.append(f"{counts.stale:,} stale")
    out.print(", ".join([*parts, f"{counts.refused:,} refused"]) + ".")
