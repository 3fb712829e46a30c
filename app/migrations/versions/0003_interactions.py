"""Interactions and the tasks that come of them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"


def upgrade() -> None:

    op.create_table(
        "interactions",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("contact", postgresql.JSONB(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("duration_seconds", sa.Integer(), nullable=True),
        sa.Column("provider", sa.Text(), nullable=True),
        sa.Column("participants", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("staff", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("documents", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("thread", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("content_hash", sa.LargeBinary(), nullable=True),
        sa.Column("unwelcome_reason", sa.Text(), nullable=True),
        sa.Column("awaits_answer", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.Uuid(), nullable=True),
        sa.Column("attributes", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "channel IN ('phone', 'email', 'sms', 'whatsapp', 'facebook', 'instagram', 'telegram', 'web_chat', 'video', 'in_person', 'visit', 'letter', 'event', 'web_form', 'social', 'other')",
            name=op.f("ck_interactions_channel"),
        ),
        sa.CheckConstraint("direction IN ('inbound', 'outbound', 'internal')", name=op.f("ck_interactions_direction")),
        sa.CheckConstraint(
            "kind IN ('call', 'message', 'meeting', 'presentation', 'enquiry', 'note', 'social', 'thank_you')",
            name=op.f("ck_interactions_kind"),
        ),
        sa.CheckConstraint("(source IS NULL) = (external_id IS NULL)", name=op.f("ck_interactions_external")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["interactions.id"], name=op.f("fk_interactions_answered_by_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_interactions_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interactions")),
    )
    op.create_index(
        op.f("ix_interactions_channel_happened_at_id"), "interactions", ["channel", "happened_at", "id"], unique=False
    )
    op.create_index(
        op.f("ix_interactions_customer_id_happened_at_id"),
        "interactions",
        ["customer_id", "happened_at", "id"],
        unique=False,
        postgresql_include=["channel", "direction"],
        postgresql_where=sa.text("customer_id IS NOT NULL"),
    )
    op.create_index(op.f("ix_interactions_happened_at_id"), "interactions", ["happened_at", "id"], unique=False)
    op.create_index(
        op.f("ix_interactions_kind_happened_at_id"), "interactions", ["kind", "happened_at", "id"], unique=False
    )
    op.create_index(
        op.f("ix_interactions_staff_happened_at_id"),
        "interactions",
        ["staff", "happened_at", "id"],
        unique=False,
        postgresql_where=sa.text("staff IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_interactions_thread_happened_at_id"),
        "interactions",
        ["thread", "happened_at", "id"],
        unique=False,
        postgresql_where=sa.text("thread IS NOT NULL"),
    )
    op.create_index(
        "ix_interactions_unanswered",
        "interactions",
        ["happened_at", "id"],
        unique=False,
        postgresql_where=sa.text("awaits_answer AND answered_at IS NULL"),
    )
    op.create_index(
        "ix_interactions_unclaimed",
        "interactions",
        ["happened_at", "id"],
        unique=False,
        postgresql_where=sa.text("customer_id IS NULL"),
    )
    op.create_index(
        "uq_interactions_external",
        "interactions",
        ["source", "external_id"],
        unique=True,
        postgresql_where=sa.text("external_id IS NOT NULL"),
    )
    op.create_table(
        "tasks",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("interaction_id", sa.Uuid(), nullable=True),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status", sa.Text(), server_default="open", nullable=False),
        sa.Column("snoozed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(status = 'open') = (closed_at IS NULL)", name=op.f("ck_tasks_closed")),
        sa.CheckConstraint("status IN ('open', 'completed', 'cancelled')", name=op.f("ck_tasks_status")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_tasks_customer_id")),
        sa.ForeignKeyConstraint(["interaction_id"], ["interactions.id"], name=op.f("fk_tasks_interaction_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasks")),
    )
    op.create_index(op.f("ix_tasks_created_at_id"), "tasks", ["created_at", "id"], unique=False)
    op.create_index(
        "ix_tasks_customer",
        "tasks",
        ["customer_id", sa.literal_column("coalesce(due_at, 'infinity'::timestamptz)"), "id"],
        unique=False,
        postgresql_where=sa.text("customer_id IS NOT NULL"),
    )
    op.create_index(
        "ix_tasks_due", "tasks", [sa.literal_column("coalesce(due_at, 'infinity'::timestamptz)"), "id"], unique=False
    )
    op.create_index(
        op.f("ix_tasks_interaction_id"),
        "tasks",
        ["interaction_id"],
        unique=False,
        postgresql_where=sa.text("interaction_id IS NOT NULL"),
    )
    op.create_index(
        "ix_tasks_owner",
        "tasks",
        ["owner", sa.literal_column("coalesce(due_at, 'infinity'::timestamptz)"), "id"],
        unique=False,
        postgresql_where=sa.text("owner IS NOT NULL"),
    )
    op.create_index(
        "ix_tasks_owner_open",
        "tasks",
        ["owner", sa.literal_column("coalesce(due_at, 'infinity'::timestamptz)"), "id"],
        unique=False,
        postgresql_where=sa.text("owner IS NOT NULL AND status = 'open'"),
    )
    op.create_index(
        "ix_tasks_promises",
        "tasks",
        ["customer_id", sa.literal_column("coalesce(due_at, 'infinity'::timestamptz)"), "id"],
        unique=False,
        postgresql_where=sa.text("customer_id IS NOT NULL AND status = 'open'"),
    )
    op.create_index(
        "ix_tasks_status",
        "tasks",
        ["status", sa.literal_column("coalesce(due_at, 'infinity'::timestamptz)"), "id"],
        unique=False,
    )
