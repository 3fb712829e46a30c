"""`rapport contract`."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.console import out


def write_contract(
    path: Annotated[Path, typer.Argument(help="File to write.")] = Path("openapi/openapi.json"),
) -> None:
    """Write the OpenAPI document to a file."""
    from app import contract

    contract.write(path)
    out.print(f"Written to {path}.")
