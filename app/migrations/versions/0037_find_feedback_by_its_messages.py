"""Feedback is found by the messages that acknowledged it, or told what was done, without reading all feedback."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    op.create_index(
        op.f("ix_feedback_acknowledged_interaction_id"),
        "feedback",
        ["acknowledged_interaction_id"],
        unique=False,
        postgresql_where=sa.text("acknowledged_interaction_id IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_feedback_notified_interaction_id"),
        "feedback",
        ["notified_interaction_id"],
        unique=False,
        postgresql_where=sa.text("notified_interaction_id IS NOT NULL"),
    )
