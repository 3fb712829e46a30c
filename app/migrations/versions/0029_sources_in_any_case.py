"""Policies of sources are looked up without regard to the case of their codes."""

from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    op.execute("CREATE INDEX ix_sources_lower_code ON sources (lower(code COLLATE pg_unicode_fast))")
