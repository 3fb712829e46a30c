"""Tasks and relationships come in batches, and are recognised when they are sent again.

Jobs that looked for receipts of feedback a second time are gone: neither misses the other any more.
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0022"


def upgrade() -> None:
    op.add_column("tasks", sa.Column("source", sa.Text(), nullable=True))
    op.add_column("tasks", sa.Column("external_id", sa.Text(), nullable=True))
    op.add_column("tasks", sa.Column("content_hash", sa.LargeBinary(), nullable=True))
    op.create_check_constraint("external", "tasks", "(source IS NULL) = (external_id IS NULL)")
    op.create_index(
        "uq_tasks_external",
        "tasks",
        ["source", "external_id"],
        unique=True,
        postgresql_where=sa.text("external_id IS NOT NULL"),
    )
    op.create_index(
        "ix_tasks_source",
        "tasks",
        ["source", sa.text("coalesce(due_at, 'infinity'::timestamptz)"), "id"],
        postgresql_where=sa.text("source IS NOT NULL"),
    )
    op.add_column("relationships", sa.Column("content_hash", sa.LargeBinary(), nullable=True))
    op.create_index(op.f("ix_relationships_created_at_id"), "relationships", ["created_at", "id"])
    op.create_index(op.f("ix_relationships_kind_created_at_id"), "relationships", ["kind", "created_at", "id"])
    op.execute("DELETE FROM jobs WHERE kind = 'awaited_receipt'")
