"""Insights read ranges of indexes: moves and clocks know when their complaint was received, moves what they ended."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

_OPEN = "state NOT IN ('closed', 'withdrawn')"


def upgrade() -> None:
    for table, name in (
        ("complaint_moves", "received_at"),
        ("complaint_moves", "entered_at"),
        ("complaint_clocks", "received_at"),
    ):
        op.add_column(table, sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    # A stay begins with the move before; the first one when the complaint was received.
    op.execute(
        "UPDATE complaint_moves m SET received_at = w.received_at, entered_at = w.entered_at FROM ("
        "SELECT b.complaint_id, b.position, c.received_at, lag(b.happened_at, 1, c.received_at) "
        "OVER (PARTITION BY b.complaint_id ORDER BY b.position) AS entered_at "
        "FROM complaint_moves b JOIN complaints c ON c.id = b.complaint_id"
        ") w WHERE m.complaint_id = w.complaint_id AND m.position = w.position"
    )
    op.execute(
        "UPDATE complaint_clocks k SET received_at = c.received_at FROM complaints c WHERE c.id = k.complaint_id"
    )
    op.alter_column("complaint_moves", "received_at", nullable=False)
    op.alter_column("complaint_moves", "entered_at", nullable=False)
    op.alter_column("complaint_clocks", "received_at", nullable=False)
    op.create_index(
        op.f("ix_complaint_moves_from_state_received_at"),
        "complaint_moves",
        ["from_state", "received_at"],
        unique=False,
        postgresql_include=["complaint_id", "move", "entered_at", "happened_at"],
    )
    op.create_index(
        op.f("ix_complaint_clocks_metric_received_at"),
        "complaint_clocks",
        ["metric", "received_at"],
        unique=False,
        postgresql_include=["complaint_id", "state", "due_at", "breached_at"],
    )
    op.drop_index(op.f("ix_complaints_received_at_id"), "complaints")
    op.create_index(
        op.f("ix_complaints_received_at_id"),
        "complaints",
        ["received_at", "id"],
        unique=False,
        postgresql_include=[
            "customer_id",
            "state",
            "site",
            "sku",
            "cause_kind",
            "reopened",
            "acknowledged_at",
            "ended_at",
        ],
    )
    op.drop_index("ix_complaints_open", "complaints")
    op.create_index(
        "ix_complaints_open",
        "complaints",
        ["received_at", "id"],
        unique=False,
        postgresql_where=sa.text(_OPEN),
        postgresql_include=["due_at", "breached"],
    )
    op.drop_index(op.f("ix_complaints_ended_at_id"), "complaints")
    op.create_index(
        op.f("ix_complaints_ended_at_id"),
        "complaints",
        ["ended_at", "id"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NOT NULL"),
        postgresql_include=["state"],
    )
