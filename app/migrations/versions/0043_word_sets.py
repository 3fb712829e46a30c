"""Sets of the customers who have a frequent word, by which searches know where several such words are together."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0043"
down_revision = "0042"


def upgrade() -> None:
    op.create_table(
        "word_blocks",
        sa.Column("block", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("changes", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("block", name=op.f("pk_word_blocks")),
    )
    op.create_table(
        "word_sets",
        sa.Column("word", sa.Text(collation="C"), nullable=False),
        sa.Column("block", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("members", postgresql.BIT(varying=True), nullable=False),
        sa.PrimaryKeyConstraint("word", "block", name=op.f("pk_word_sets")),
    )
    # Of 4 kB at most: they are read by the dozen, and neither unpacked nor looked up elsewhere.
    op.execute("ALTER TABLE word_sets ALTER COLUMN members SET STORAGE PLAIN")
