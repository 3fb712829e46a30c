"""Few new entries of GIN indexes wait to be sorted in; and feedback finds all the votes that it gave."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"

_GIN = ("ix_customers_words", "ix_search_words_alike", "ix_feedback_themes")


def upgrade() -> None:
    for index in _GIN:
        op.execute(f"ALTER INDEX {index} SET (gin_pending_list_limit = 64)")
        op.execute(f"SELECT gin_clean_pending_list('{index}')")
    op.create_index(
        op.f("ix_idea_votes_feedback_id"),
        "idea_votes",
        ["feedback_id"],
        postgresql_where=sa.text("feedback_id IS NOT NULL"),
    )
