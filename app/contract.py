"""The OpenAPI document as a file: the same bytes for the same contract, on any machine."""

import json
from pathlib import Path

from app.core.settings import Settings
from app.main import create_app

DEFAULT_PATH = Path("openapi/openapi.json")


def render() -> str:
    """The document as text; components are in alphabetical order, paths in the order of the routes."""
    # No setting changes the contract, so neither the environment nor a database is read.
    document = create_app(Settings(_env_file=None)).openapi()
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def write(path: Path = DEFAULT_PATH) -> None:
    path.write_text(render(), encoding="utf-8")
