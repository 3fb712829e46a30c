"""Tasks and relationships come in batches, and are recognised when they are sent again.

Remedies know when they were recorded: with their complaint, or later, though as of an earlier time.
Jobs that looked for receipts of feedback a second time are gone: neither misses the other any more.
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


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
    _add_recorded_at()
    op.execute("DELETE FROM jobs WHERE kind = 'awaited_receipt'")


def _add_recorded_at() -> None:
    op.add_column(
        "complaint_remedies",
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    )
    # Those of a response were recorded with it.
    op.execute("""
        UPDATE complaint_remedies r SET recorded_at = greatest(c.created_at, coalesce(
            (SELECT min(m.recorded_at) FROM complaint_moves m
                WHERE m.complaint_id = r.complaint_id AND m.move = 'respond' AND m.happened_at = r.offered_at),
            least(r.sought_at, r.offered_at)))
        FROM complaints c WHERE c.id = r.complaint_id
    """)
