"""Customers of a postal code are found by its word, which has no blanks of any kind."""

from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    op.execute("DROP INDEX ix_addresses_postal_code")
