"""`rapport migrate`."""

from app.cli.console import load_settings, open_database, out


def migrate() -> None:
    """Bring the schema of the database up to date."""
    from app.core import migrations

    with open_database(load_settings()) as dsn:
        migrations.migrate(dsn)
    out.print(f"The schema is at {migrations.head()}.")
