"""The OpenAPI document as a file: the same text for the same contract, whoever writes it."""

import json
from pathlib import Path

from app.core.settings import Settings
from app.main import create_app

DEFAULT_PATH = Path("openapi/openapi.json")


def render() -> str:
    """The document as text. Components stand in the order of their names, paths in that of the routes."""
    # No setting has a say in the contract: neither the environment nor a database is looked at.
    document = create_app(Settings(_env_file=None)).openapi()
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def write(path: Path = DEFAULT_PATH) -> None:
    path.write_text(render(), encoding="utf-8")
