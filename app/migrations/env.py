"""Alembic's entry: the connection is handed in, and already in a transaction."""

from alembic import context

from app.models import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
