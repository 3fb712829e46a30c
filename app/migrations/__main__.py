"""Writes a migration for what the tables say and the last migration does not: `python -m app.migrations "add a field"`.

A server of its own is started in a temporary folder, migrated to the head, and compared with the models. Read what was
written before you commit it: Alembic sees no renames.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from alembic import command
from sqlalchemy import Connection

from app.core import migrations
from app.core.embedded import EmbeddedPostgres


def main(name: str) -> None:
    number = f"{int(migrations.head()) + 1:04}"
    slug = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")

    def write(connection: Connection) -> None:
        config = migrations.config(connection)
        config.set_main_option("file_template", f"{number}_{slug}")
        command.revision(config, message=name, rev_id=number, autogenerate=True)

    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedPostgres(Path(folder), durable=False)
        server.start()
        try:
            migrations.migrate(server.dsn())
            migrations.run(server.dsn(), write)
            subprocess.run([sys.executable, "-m", "ruff", "format", "--quiet", str(migrations.FOLDER)], check=True)
        finally:
            server.stop()


if __name__ == "__main__":
    if len(sys.argv) != 2 or not sys.argv[1].strip():
        sys.exit('Name the migration: make migration name="add a field"')
    main(sys.argv[1])
