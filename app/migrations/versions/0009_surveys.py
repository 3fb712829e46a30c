"""What customers are asked, when, and who was asked."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "surveys",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("definition", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'draft'"), nullable=False),
        sa.Column("published_version", sa.Integer(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("status IN ('draft', 'open', 'paused', 'closed')", name=op.f("ck_surveys_status")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_surveys")),
        sa.UniqueConstraint("code", name=op.f("uq_surveys_code")),
    )
    op.create_index(op.f("ix_surveys_created_at_id"), "surveys", ["created_at", "id"], unique=False)
    op.create_index(op.f("ix_surveys_status_created_at_id"), "surveys", ["status", "created_at", "id"], unique=False)
    op.create_table(
        "survey_versions",
        sa.Column("survey_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("definition", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["survey_id"], ["surveys.id"], name=op.f("fk_survey_versions_survey_id")),
        sa.PrimaryKeyConstraint("survey_id", "version", name=op.f("pk_survey_versions")),
    )
    op.create_table(
        "survey_rules",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("survey_id", sa.Uuid(), nullable=False),
        sa.Column("definition", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["survey_id"], ["surveys.id"], name=op.f("fk_survey_rules_survey_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_rules")),
        sa.UniqueConstraint("code", name=op.f("uq_survey_rules_code")),
    )
    op.create_index(op.f("ix_survey_rules_created_at_id"), "survey_rules", ["created_at", "id"], unique=False)
    op.create_index(op.f("ix_survey_rules_survey_id"), "survey_rules", ["survey_id"], unique=False)
    op.create_table(
        "survey_rule_versions",
        sa.Column("survey_rule_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("definition", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["survey_rule_id"], ["survey_rules.id"], name=op.f("fk_survey_rule_versions_survey_rule_id")
        ),
        sa.PrimaryKeyConstraint("survey_rule_id", "version", name=op.f("pk_survey_rule_versions")),
    )
    op.create_table(
        "invitations",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("survey_id", sa.Uuid(), nullable=False),
        sa.Column("survey_version", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("rule_id", sa.Uuid(), nullable=True),
        sa.Column("occasion", sa.Text(), nullable=True),
        sa.Column("sale_id", sa.Uuid(), nullable=True),
        sa.Column("complaint_id", sa.Uuid(), nullable=True),
        sa.Column("interaction_id", sa.Uuid(), nullable=True),
        sa.Column("site", sa.Text(), nullable=True),
        sa.Column("staff", sa.Text(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), server_default=sa.text("'pending'"), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=True),
        sa.Column("send_after", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "channel IN ('phone', 'email', 'sms', 'whatsapp', 'facebook', 'instagram', 'telegram', 'web_chat', 'video', 'in_person', 'visit', 'letter', 'event', 'web_form', 'social', 'other')",
            name=op.f("ck_invitations_channel"),
        ),
        sa.CheckConstraint("state IN ('pending', 'sent', 'answered', 'revoked')", name=op.f("ck_invitations_state")),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaints.id"], name=op.f("fk_invitations_complaint_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_invitations_customer_id")),
        sa.ForeignKeyConstraint(["interaction_id"], ["interactions.id"], name=op.f("fk_invitations_interaction_id")),
        sa.ForeignKeyConstraint(["rule_id"], ["survey_rules.id"], name=op.f("fk_invitations_rule_id")),
        sa.ForeignKeyConstraint(["sale_id"], ["sales.id"], name=op.f("fk_invitations_sale_id")),
        sa.ForeignKeyConstraint(
            ["survey_id", "survey_version"],
            ["survey_versions.survey_id", "survey_versions.version"],
            name="fk_invitations_survey_version",
        ),
        sa.ForeignKeyConstraint(["survey_id"], ["surveys.id"], name=op.f("fk_invitations_survey_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
    )
    op.create_index(
        op.f("ix_invitations_complaint_id"),
        "invitations",
        ["complaint_id"],
        unique=False,
        postgresql_where=sa.text("complaint_id IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_invitations_channel_created_at_id"),
        "invitations",
        ["channel", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("channel IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_invitations_site_created_at_id"),
        "invitations",
        ["site", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("site IS NOT NULL"),
    )
    op.create_index(op.f("ix_invitations_created_at_id"), "invitations", ["created_at", "id"], unique=False)
    op.create_index(
        op.f("ix_invitations_customer_id_created_at_id"),
        "invitations",
        ["customer_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("customer_id IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_invitations_interaction_id"),
        "invitations",
        ["interaction_id"],
        unique=False,
        postgresql_where=sa.text("interaction_id IS NOT NULL"),
    )
    op.create_index(
        "ix_invitations_pending",
        "invitations",
        ["expires_at", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index(
        op.f("ix_invitations_sale_id"),
        "invitations",
        ["sale_id"],
        unique=False,
        postgresql_where=sa.text("sale_id IS NOT NULL"),
    )
    op.create_index(
        "ix_invitations_sent",
        "invitations",
        ["sent_at"],
        unique=False,
        postgresql_include=["answered_at", "survey_id", "channel", "site", "staff", "customer_id"],
        postgresql_where=sa.text("sent_at IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_invitations_state_created_at_id"), "invitations", ["state", "created_at", "id"], unique=False
    )
    op.create_index(
        op.f("ix_invitations_survey_id_created_at_id"), "invitations", ["survey_id", "created_at", "id"], unique=False
    )
    op.create_index(
        "uq_invitations_occasion",
        "invitations",
        ["rule_id", "occasion"],
        unique=True,
        postgresql_where=sa.text("rule_id IS NOT NULL"),
    )
    op.create_index(
        "uq_invitations_token",
        "invitations",
        ["token_hash"],
        unique=True,
        postgresql_where=sa.text("token_hash IS NOT NULL"),
    )
