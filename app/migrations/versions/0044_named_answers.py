"""What somebody said of the answers of enquiries is kept apart from what answers them, so that it outlasts mistakes."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"

_NAMED = """
    UPDATE interactions q SET named_answer_id = a.id,
        answer_follows = a.customer_id IS NULL OR (a.customer_from_id = q.id) IS TRUE
    FROM interactions a WHERE a.id = q.answered_by_id AND q.answer_named
"""
_ELSEWHERE = """
    UPDATE interactions SET answered_elsewhere_at = answered_at
    WHERE answered_at IS NOT NULL AND answered_by_id IS NULL
"""


def upgrade() -> None:
    op.add_column("interactions", sa.Column("named_answer_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_interactions_named_answer_id"), "interactions", "interactions", ["named_answer_id"], ["id"]
    )
    op.create_index(
        op.f("ix_interactions_named_answer_id"),
        "interactions",
        ["named_answer_id"],
        postgresql_where=sa.text("named_answer_id IS NOT NULL"),
    )
    op.add_column("interactions", sa.Column("answer_follows", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("interactions", sa.Column("answered_elsewhere_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(_NAMED)
    op.execute(_ELSEWHERE)
    op.drop_column("interactions", "answer_named")
