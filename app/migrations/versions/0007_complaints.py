"""Complaints, the way they came, and the clocks that ran meanwhile."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.execute("CREATE SEQUENCE complaint_numbers")
    op.create_table(
        "complaints",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("complainant", postgresql.JSONB(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("site", sa.Text(), nullable=True),
        sa.Column("sku", sa.Text(), nullable=True),
        sa.Column("sale_id", sa.Uuid(), nullable=True),
        sa.Column("sale_line_no", sa.Integer(), nullable=True),
        sa.Column("interaction_id", sa.Uuid(), nullable=True),
        sa.Column("staff", sa.Text(), nullable=True),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("severity", sa.Text(), nullable=True),
        sa.Column("complexity", sa.Text(), nullable=True),
        sa.Column("impact", sa.Text(), nullable=True),
        sa.Column("immediate_action", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("wanted", sa.Text(), nullable=True),
        sa.Column("feeling", sa.Text(), nullable=True),
        sa.Column("relationship_at_risk", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("publicity", sa.Text(), server_default=sa.text("'private'"), nullable=False),
        sa.Column("value", sa.Numeric(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("priority", sa.Text(), server_default=sa.text("'normal'"), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'received'"), nullable=False),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("waiting_for", sa.Text(), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("responded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("decision_text", sa.Text(), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("referral", postgresql.JSONB(), nullable=True),
        sa.Column("cause_kind", sa.Text(), nullable=True),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.Column("reopened", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("policy_id", sa.Uuid(), nullable=True),
        sa.Column("procedure_id", sa.Uuid(), nullable=True),
        sa.Column("procedure_version", sa.Integer(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("breached", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("content_hash", sa.LargeBinary(), nullable=True),
        sa.Column("attributes", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "cause_kind IN ('product', 'service', 'people', 'process', 'system', 'supplier', 'information', 'customer', 'other')",
            name=op.f("ck_complaints_cause_kind"),
        ),
        sa.CheckConstraint(
            "channel IN ('phone', 'email', 'sms', 'whatsapp', 'facebook', 'instagram', 'telegram', 'web_chat', 'video', 'in_person', 'visit', 'letter', 'event', 'web_form', 'social', 'other')",
            name=op.f("ck_complaints_channel"),
        ),
        sa.CheckConstraint("complexity IN ('simple', 'moderate', 'complex')", name=op.f("ck_complaints_complexity")),
        sa.CheckConstraint(
            "decision IN ('upheld', 'partly_upheld', 'not_upheld')", name=op.f("ck_complaints_decision")
        ),
        sa.CheckConstraint(
            "feeling IN ('calm', 'disappointed', 'frustrated', 'angry', 'distressed')",
            name=op.f("ck_complaints_feeling"),
        ),
        sa.CheckConstraint(
            "impact IN ('one_customer', 'several_customers', 'many_customers', 'safety')",
            name=op.f("ck_complaints_impact"),
        ),
        sa.CheckConstraint("priority IN ('low', 'normal', 'high', 'urgent')", name=op.f("ck_complaints_priority")),
        sa.CheckConstraint("publicity IN ('private', 'likely', 'public')", name=op.f("ck_complaints_publicity")),
        sa.CheckConstraint("severity IN ('low', 'medium', 'high', 'critical')", name=op.f("ck_complaints_severity")),
        sa.CheckConstraint(
            "state IN ('received', 'acknowledged', 'assessed', 'investigating', 'responded', 'accepted', 'rejected', 'deadlock', 'referred', 'settled', 'closed', 'withdrawn', 'reopened')",
            name=op.f("ck_complaints_state"),
        ),
        sa.CheckConstraint("waiting_for IN ('customer', 'supplier', 'other')", name=op.f("ck_complaints_waiting_for")),
        sa.CheckConstraint("(source IS NULL) = (external_id IS NULL)", name=op.f("ck_complaints_external")),
        sa.CheckConstraint("(value IS NULL) = (currency IS NULL)", name=op.f("ck_complaints_value")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_complaints_customer_id")),
        sa.ForeignKeyConstraint(["interaction_id"], ["interactions.id"], name=op.f("fk_complaints_interaction_id")),
        sa.ForeignKeyConstraint(["policy_id"], ["service_policies.id"], name=op.f("fk_complaints_policy_id")),
        sa.ForeignKeyConstraint(
            ["procedure_id", "procedure_version"],
            ["procedure_versions.procedure_id", "procedure_versions.version"],
            name="fk_complaints_procedure_version",
        ),
        sa.ForeignKeyConstraint(
            ["sale_id", "sale_line_no"], ["sale_lines.sale_id", "sale_lines.line_no"], name="fk_complaints_sale_line"
        ),
        sa.ForeignKeyConstraint(["sale_id"], ["sales.id"], name=op.f("fk_complaints_sale_id")),
        sa.ForeignKeyConstraint(["site"], ["sites.code"], name=op.f("fk_complaints_site")),
        sa.ForeignKeyConstraint(["sku"], ["products.sku"], name=op.f("fk_complaints_sku")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaints")),
        sa.UniqueConstraint("reference", name=op.f("uq_complaints_reference")),
    )
    op.create_index(
        op.f("ix_complaints_category_received_at_id"),
        "complaints",
        ["category", "received_at", "id"],
        unique=False,
        postgresql_where=sa.text("category IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_complaints_channel_received_at_id"), "complaints", ["channel", "received_at", "id"], unique=False
    )
    op.create_index(
        op.f("ix_complaints_customer_id_received_at_id"),
        "complaints",
        ["customer_id", "received_at", "id"],
        unique=False,
        postgresql_where=sa.text("customer_id IS NOT NULL"),
    )
    op.create_index(
        "ix_complaints_due",
        "complaints",
        ["due_at", "id"],
        unique=False,
        postgresql_where=sa.text("state NOT IN ('closed', 'withdrawn') AND due_at IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_complaints_ended_at_id"),
        "complaints",
        ["ended_at", "id"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NOT NULL"),
    )
    op.create_index(
        "ix_complaints_open",
        "complaints",
        ["received_at", "id"],
        unique=False,
        postgresql_where=sa.text("state NOT IN ('closed', 'withdrawn')"),
    )
    op.create_index(
        "ix_complaints_open_policy",
        "complaints",
        ["policy_id", "id"],
        unique=False,
        postgresql_where=sa.text("state NOT IN ('closed', 'withdrawn')"),
    )
    op.create_index(
        op.f("ix_complaints_owner_received_at_id"),
        "complaints",
        ["owner", "received_at", "id"],
        unique=False,
        postgresql_where=sa.text("owner IS NOT NULL"),
    )
    op.create_index(op.f("ix_complaints_received_at_id"), "complaints", ["received_at", "id"], unique=False)
    op.create_index(
        op.f("ix_complaints_sale_id"),
        "complaints",
        ["sale_id"],
        unique=False,
        postgresql_where=sa.text("sale_id IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_complaints_site_received_at_id"),
        "complaints",
        ["site", "received_at", "id"],
        unique=False,
        postgresql_where=sa.text("site IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_complaints_sku_received_at_id"),
        "complaints",
        ["sku", "received_at", "id"],
        unique=False,
        postgresql_where=sa.text("sku IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_complaints_state_received_at_id"), "complaints", ["state", "received_at", "id"], unique=False
    )
    op.create_index(
        "ix_complaints_unclaimed",
        "complaints",
        ["received_at", "id"],
        unique=False,
        postgresql_where=sa.text("customer_id IS NULL"),
    )
    op.create_index(
        "uq_complaints_external",
        "complaints",
        ["source", "external_id"],
        unique=True,
        postgresql_where=sa.text("external_id IS NOT NULL"),
    )
    op.create_table(
        "complaint_moves",
        sa.Column("complaint_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("move", sa.Text(), nullable=False),
        sa.Column("from_state", sa.Text(), nullable=False),
        sa.Column("to_state", sa.Text(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("staff", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("interaction_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "from_state IN ('received', 'acknowledged', 'assessed', 'investigating', 'responded', 'accepted', 'rejected', 'deadlock', 'referred', 'settled', 'closed', 'withdrawn', 'reopened')",
            name=op.f("ck_complaint_moves_from_state"),
        ),
        sa.CheckConstraint(
            "move IN ('acknowledge', 'assess', 'investigate', 'respond', 'accept', 'reject', 'deadlock', 'refer', 'settle', 'close', 'withdraw', 'reopen')",
            name=op.f("ck_complaint_moves_move"),
        ),
        sa.CheckConstraint(
            "to_state IN ('received', 'acknowledged', 'assessed', 'investigating', 'responded', 'accepted', 'rejected', 'deadlock', 'referred', 'settled', 'closed', 'withdrawn', 'reopened')",
            name=op.f("ck_complaint_moves_to_state"),
        ),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaints.id"], name=op.f("fk_complaint_moves_complaint_id")),
        sa.ForeignKeyConstraint(
            ["interaction_id"], ["interactions.id"], name=op.f("fk_complaint_moves_interaction_id")
        ),
        sa.PrimaryKeyConstraint("complaint_id", "position", name=op.f("pk_complaint_moves")),
    )
    op.create_table(
        "complaint_remedies",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("complaint_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("cost", sa.Numeric(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("sought_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "kind IN ('apology', 'explanation', 'refund', 'replacement', 'repair', 'discount', 'voucher', 'goodwill', 'change', 'other')",
            name=op.f("ck_complaint_remedies_kind"),
        ),
        sa.CheckConstraint(
            "state IN ('sought', 'offered', 'accepted', 'refused')", name=op.f("ck_complaint_remedies_state")
        ),
        sa.CheckConstraint("(cost IS NULL) = (currency IS NULL)", name=op.f("ck_complaint_remedies_cost")),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaints.id"], name=op.f("fk_complaint_remedies_complaint_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint_remedies")),
    )
    op.create_index(
        op.f("ix_complaint_remedies_complaint_id_position"),
        "complaint_remedies",
        ["complaint_id", "position"],
        unique=False,
    )
    op.create_table(
        "complaint_actions",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("complaint_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verified_by", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind IN ('corrective', 'preventive')", name=op.f("ck_complaint_actions_kind")),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaints.id"], name=op.f("fk_complaint_actions_complaint_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint_actions")),
    )
    op.create_index(
        op.f("ix_complaint_actions_complaint_id_id"), "complaint_actions", ["complaint_id", "id"], unique=False
    )
    op.create_index(op.f("ix_complaint_actions_created_at_id"), "complaint_actions", ["created_at", "id"], unique=False)
    due_on: sa.ColumnClause[object] = sa.literal_column("coalesce(due_on, 'infinity'::date)")
    op.create_index("ix_complaint_actions_due", "complaint_actions", [due_on, "id"], unique=False)
    op.create_index(
        "ix_complaint_actions_open",
        "complaint_actions",
        [due_on, "id"],
        unique=False,
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.create_index(
        "ix_complaint_actions_owner",
        "complaint_actions",
        ["owner", due_on, "id"],
        unique=False,
        postgresql_where=sa.text("owner IS NOT NULL"),
    )
    op.create_table(
        "complaint_steps",
        sa.Column("complaint_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_by", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaints.id"], name=op.f("fk_complaint_steps_complaint_id")),
        sa.PrimaryKeyConstraint("complaint_id", "step", name=op.f("pk_complaint_steps")),
    )
    op.create_table(
        "complaint_messages",
        sa.Column("complaint_id", sa.Uuid(), nullable=False),
        sa.Column("interaction_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaints.id"], name=op.f("fk_complaint_messages_complaint_id")),
        sa.ForeignKeyConstraint(
            ["interaction_id"], ["interactions.id"], name=op.f("fk_complaint_messages_interaction_id")
        ),
        sa.PrimaryKeyConstraint("complaint_id", "interaction_id", name=op.f("pk_complaint_messages")),
    )
    op.create_index(
        op.f("ix_complaint_messages_interaction_id"), "complaint_messages", ["interaction_id"], unique=False
    )
    op.create_table(
        "complaint_clocks",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("complaint_id", sa.Uuid(), nullable=False),
        sa.Column("metric", sa.Text(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("policy_id", sa.Uuid(), nullable=False),
        sa.Column("policy_version", sa.Integer(), nullable=False),
        sa.Column("calendar_id", sa.Uuid(), nullable=False),
        sa.Column("calendar_version", sa.Integer(), nullable=False),
        sa.Column("target_minutes", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("met_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("breached_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "metric IN ('acknowledge', 'update', 'respond', 'resolve', 'deadlock')",
            name=op.f("ck_complaint_clocks_metric"),
        ),
        sa.CheckConstraint(
            "state IN ('running', 'paused', 'met', 'cancelled')", name=op.f("ck_complaint_clocks_state")
        ),
        sa.ForeignKeyConstraint(
            ["calendar_id", "calendar_version"],
            ["calendar_versions.calendar_id", "calendar_versions.version"],
            name="fk_complaint_clocks_calendar_version",
        ),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaints.id"], name=op.f("fk_complaint_clocks_complaint_id")),
        sa.ForeignKeyConstraint(
            ["policy_id", "policy_version"],
            ["service_policy_versions.service_policy_id", "service_policy_versions.version"],
            name="fk_complaint_clocks_policy_version",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint_clocks")),
        sa.UniqueConstraint(
            "complaint_id", "metric", "cycle", name=op.f("uq_complaint_clocks_complaint_id_metric_cycle")
        ),
    )
    op.create_table(
        "clock_intervals",
        sa.Column("clock_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('running', 'paused')", name=op.f("ck_clock_intervals_kind")),
        sa.ForeignKeyConstraint(
            ["clock_id"], ["complaint_clocks.id"], name=op.f("fk_clock_intervals_clock_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("clock_id", "position", name=op.f("pk_clock_intervals")),
    )
    op.create_table(
        "complaint_escalations",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("complaint_id", sa.Uuid(), nullable=False),
        sa.Column("clock_id", sa.Uuid(), nullable=False),
        sa.Column("metric", sa.Text(), nullable=False),
        sa.Column("at_minutes", sa.Integer(), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("notified", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("reassigned_to", sa.Text(), nullable=True),
        sa.Column("priority", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["clock_id"], ["complaint_clocks.id"], name=op.f("fk_complaint_escalations_clock_id")),
        sa.ForeignKeyConstraint(
            ["complaint_id"], ["complaints.id"], name=op.f("fk_complaint_escalations_complaint_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint_escalations")),
        sa.UniqueConstraint("clock_id", "at_minutes", name=op.f("uq_complaint_escalations_clock_id_at_minutes")),
    )
    op.create_index(
        op.f("ix_complaint_escalations_complaint_id_made_at"),
        "complaint_escalations",
        ["complaint_id", "made_at"],
        unique=False,
    )
