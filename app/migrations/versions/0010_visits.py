"""Mystery shopping and observation."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "scorecards",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("definition", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scorecards")),
        sa.UniqueConstraint("code", name=op.f("uq_scorecards_code")),
    )
    op.create_index(op.f("ix_scorecards_created_at_id"), "scorecards", ["created_at", "id"], unique=False)
    op.create_table(
        "scorecard_versions",
        sa.Column("scorecard_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("definition", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["scorecard_id"], ["scorecards.id"], name=op.f("fk_scorecard_versions_scorecard_id")),
        sa.PrimaryKeyConstraint("scorecard_id", "version", name=op.f("pk_scorecard_versions")),
    )
    op.create_table(
        "visits",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("scorecard_id", sa.Uuid(), nullable=False),
        sa.Column("scorecard_version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'planned'"), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("site", sa.Text(), nullable=True),
        sa.Column("shift", sa.Text(), nullable=True),
        sa.Column("shopper", sa.Text(), nullable=True),
        sa.Column("staff", sa.Text(), nullable=True),
        sa.Column("sale_id", sa.Uuid(), nullable=True),
        sa.Column("receipt_source", sa.Text(), nullable=True),
        sa.Column("receipt_no", sa.Text(), nullable=True),
        sa.Column("interaction_id", sa.Uuid(), nullable=True),
        sa.Column("results", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("score", sa.Numeric(), nullable=True),
        sa.Column("uncapped_score", sa.Numeric(), nullable=True),
        sa.Column("capped_by", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("content_hash", sa.LargeBinary(), nullable=True),
        sa.Column("attributes", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind IN ('mystery_shopper', 'observation')", name=op.f("ck_visits_kind")),
        sa.CheckConstraint("state IN ('planned', 'done', 'cancelled')", name=op.f("ck_visits_state")),
        sa.CheckConstraint("(source IS NULL) = (external_id IS NULL)", name=op.f("ck_visits_external")),
        sa.CheckConstraint("(receipt_source IS NULL) = (receipt_no IS NULL)", name=op.f("ck_visits_receipt")),
        sa.CheckConstraint("score BETWEEN 0 AND 100", name=op.f("ck_visits_score_range")),
        sa.ForeignKeyConstraint(["interaction_id"], ["interactions.id"], name=op.f("fk_visits_interaction_id")),
        sa.ForeignKeyConstraint(["sale_id"], ["sales.id"], name=op.f("fk_visits_sale_id")),
        sa.ForeignKeyConstraint(
            ["scorecard_id", "scorecard_version"],
            ["scorecard_versions.scorecard_id", "scorecard_versions.version"],
            name="fk_visits_scorecard_version",
        ),
        sa.ForeignKeyConstraint(["scorecard_id"], ["scorecards.id"], name=op.f("fk_visits_scorecard_id")),
        sa.ForeignKeyConstraint(["site"], ["sites.code"], name=op.f("fk_visits_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visits")),
    )
    op.create_index(op.f("ix_visits_happened_at_id"), "visits", ["happened_at", "id"], unique=False)
    op.create_index(
        op.f("ix_visits_interaction_id"),
        "visits",
        ["interaction_id"],
        unique=False,
        postgresql_where=sa.text("interaction_id IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_visits_sale_id"), "visits", ["sale_id"], unique=False, postgresql_where=sa.text("sale_id IS NOT NULL")
    )
    op.create_index(
        op.f("ix_visits_scorecard_id_happened_at_id"), "visits", ["scorecard_id", "happened_at", "id"], unique=False
    )
    op.create_index(
        op.f("ix_visits_shopper_happened_at_id"),
        "visits",
        ["shopper", "happened_at", "id"],
        unique=False,
        postgresql_where=sa.text("shopper IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_visits_site_happened_at_id"),
        "visits",
        ["site", "happened_at", "id"],
        unique=False,
        postgresql_where=sa.text("site IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_visits_staff_happened_at_id"),
        "visits",
        ["staff", "happened_at", "id"],
        unique=False,
        postgresql_where=sa.text("staff IS NOT NULL"),
    )
    op.create_index(op.f("ix_visits_state_happened_at_id"), "visits", ["state", "happened_at", "id"], unique=False)
    op.create_index(
        "uq_visits_external",
        "visits",
        ["source", "external_id"],
        unique=True,
        postgresql_where=sa.text("external_id IS NOT NULL"),
    )
