"""`rapport migrate`."""

from app.cli import runtime
from app.cli.console import load_settings, open_database, out


def migrate() -> None:
    """Bring the schema of the database up to date."""
    from app.core import migrations

    settings = load_settings()
    with open_database(settings) as dsn:
        runtime.migrate(settings, dsn)
    out.print(f"The schema is at {migrations.head()}.")
