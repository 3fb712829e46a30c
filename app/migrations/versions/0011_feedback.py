"""What was said about the business, each figure of it, and what follows from it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "ideas",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), server_default=sa.text("'new'"), nullable=False),
        sa.Column("status_note", sa.Text(), nullable=True),
        sa.Column("status_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("votes", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("attributes", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "status IN ('new', 'considered', 'planned', 'done', 'declined')", name=op.f("ck_ideas_status")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ideas")),
    )
    op.create_index(op.f("ix_ideas_created_at_id"), "ideas", ["created_at", "id"], unique=False)
    op.create_index(op.f("ix_ideas_status_created_at_id"), "ideas", ["status", "created_at", "id"], unique=False)
    op.create_index(op.f("ix_ideas_status_votes_id"), "ideas", ["status", "votes", "id"], unique=False)
    op.create_index(op.f("ix_ideas_votes_id"), "ideas", ["votes", "id"], unique=False)
    op.create_table(
        "feedback",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("collected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("author", postgresql.JSONB(), nullable=True),
        sa.Column("sale_id", sa.Uuid(), nullable=True),
        sa.Column("sale_line_no", sa.Integer(), nullable=True),
        sa.Column("interaction_id", sa.Uuid(), nullable=True),
        sa.Column("complaint_id", sa.Uuid(), nullable=True),
        sa.Column("site", sa.Text(), nullable=True),
        sa.Column("till", sa.Text(), nullable=True),
        sa.Column("staff", sa.Text(), nullable=True),
        sa.Column("sku", sa.Text(), nullable=True),
        sa.Column("competitor", sa.Text(), nullable=True),
        sa.Column("survey_id", sa.Uuid(), nullable=True),
        sa.Column("survey_version", sa.Integer(), nullable=True),
        sa.Column("invitation_id", sa.Uuid(), nullable=True),
        sa.Column("visit_id", sa.Uuid(), nullable=True),
        sa.Column("idea_id", sa.Uuid(), nullable=True),
        sa.Column("receipt_source", sa.Text(), nullable=True),
        sa.Column("receipt_no", sa.Text(), nullable=True),
        sa.Column("metric", sa.Text(), nullable=True),
        sa.Column("value", sa.Numeric(), nullable=True),
        sa.Column("worst", sa.Numeric(), nullable=True),
        sa.Column("best", sa.Numeric(), nullable=True),
        sa.Column("score", sa.Numeric(), nullable=True),
        sa.Column("nps_class", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("answers", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("sentiment", sa.Text(), nullable=True),
        sa.Column("sentiment_score", sa.Numeric(), nullable=True),
        sa.Column("judged_by", sa.Text(), nullable=True),
        sa.Column("judged_version", sa.Text(), nullable=True),
        sa.Column("themes", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.Text(), nullable=True),
        sa.Column("acknowledged_how", sa.Text(), nullable=True),
        sa.Column("acknowledged_interaction_id", sa.Uuid(), nullable=True),
        sa.Column("acted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acted_by", sa.Text(), nullable=True),
        sa.Column("action", sa.Text(), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_by", sa.Text(), nullable=True),
        sa.Column("told_how", sa.Text(), nullable=True),
        sa.Column("told_interaction_id", sa.Uuid(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("content_hash", sa.LargeBinary(), nullable=True),
        sa.Column("attributes", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(method = 'competitor') = (competitor IS NOT NULL)", name=op.f("ck_feedback_competitor")),
        sa.CheckConstraint(
            "acknowledged_how IN ('phone', 'email', 'sms', 'whatsapp', 'facebook', 'instagram', 'telegram', 'web_chat', 'video', 'in_person', 'visit', 'letter', 'event', 'web_form', 'social', 'other')",
            name=op.f("ck_feedback_acknowledged_how"),
        ),
        sa.CheckConstraint(
            "channel IN ('phone', 'email', 'sms', 'whatsapp', 'facebook', 'instagram', 'telegram', 'web_chat', 'video', 'in_person', 'visit', 'letter', 'event', 'web_form', 'social', 'other')",
            name=op.f("ck_feedback_channel"),
        ),
        sa.CheckConstraint(
            "method IN ('survey', 'review', 'form', 'mystery_shopper', 'observation', 'complaint', 'social', 'suggestion', 'competitor')",
            name=op.f("ck_feedback_method"),
        ),
        sa.CheckConstraint("metric IN ('nps', 'csat', 'ces', 'rating', 'score')", name=op.f("ck_feedback_metric")),
        sa.CheckConstraint("nps_class IN ('detractor', 'passive', 'promoter')", name=op.f("ck_feedback_nps_class")),
        sa.CheckConstraint("sentiment IN ('negative', 'neutral', 'positive')", name=op.f("ck_feedback_sentiment")),
        sa.CheckConstraint(
            "told_how IN ('phone', 'email', 'sms', 'whatsapp', 'facebook', 'instagram', 'telegram', 'web_chat', 'video', 'in_person', 'visit', 'letter', 'event', 'web_form', 'social', 'other')",
            name=op.f("ck_feedback_told_how"),
        ),
        sa.CheckConstraint("(metric IS NULL) = (score IS NULL)", name=op.f("ck_feedback_score")),
        sa.CheckConstraint("(source IS NULL) = (external_id IS NULL)", name=op.f("ck_feedback_external")),
        sa.CheckConstraint("score BETWEEN 0 AND 100", name=op.f("ck_feedback_score_range")),
        sa.ForeignKeyConstraint(
            ["acknowledged_interaction_id"], ["interactions.id"], name=op.f("fk_feedback_acknowledged_interaction_id")
        ),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaints.id"], name=op.f("fk_feedback_complaint_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_feedback_customer_id")),
        sa.ForeignKeyConstraint(["idea_id"], ["ideas.id"], name=op.f("fk_feedback_idea_id")),
        sa.ForeignKeyConstraint(["interaction_id"], ["interactions.id"], name=op.f("fk_feedback_interaction_id")),
        sa.ForeignKeyConstraint(["invitation_id"], ["invitations.id"], name=op.f("fk_feedback_invitation_id")),
        sa.ForeignKeyConstraint(
            ["sale_id", "sale_line_no"], ["sale_lines.sale_id", "sale_lines.line_no"], name="fk_feedback_sale_line"
        ),
        sa.ForeignKeyConstraint(["sale_id"], ["sales.id"], name=op.f("fk_feedback_sale_id")),
        sa.ForeignKeyConstraint(["site"], ["sites.code"], name=op.f("fk_feedback_site")),
        sa.ForeignKeyConstraint(["sku"], ["products.sku"], name=op.f("fk_feedback_sku")),
        sa.ForeignKeyConstraint(
            ["survey_id", "survey_version"],
            ["survey_versions.survey_id", "survey_versions.version"],
            name="fk_feedback_survey_version",
        ),
        sa.ForeignKeyConstraint(["survey_id"], ["surveys.id"], name=op.f("fk_feedback_survey_id")),
        sa.ForeignKeyConstraint(
            ["told_interaction_id"], ["interactions.id"], name=op.f("fk_feedback_told_interaction_id")
        ),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f("fk_feedback_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
    )
    op.create_index(
        op.f("ix_feedback_channel_collected_at_id"),
        "feedback",
        ["channel", "collected_at", "id"],
        unique=False,
        postgresql_where=sa.text("channel IS NOT NULL"),
    )
    op.create_index(op.f("ix_feedback_collected_at_id"), "feedback", ["collected_at", "id"], unique=False)
    op.create_index(
        op.f("ix_feedback_competitor_collected_at_id"),
        "feedback",
        ["competitor", "collected_at", "id"],
        unique=False,
        postgresql_where=sa.text("competitor IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_feedback_complaint_id"),
        "feedback",
        ["complaint_id"],
        unique=False,
        postgresql_where=sa.text("complaint_id IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_feedback_customer_id_collected_at_id"),
        "feedback",
        ["customer_id", "collected_at", "id"],
        unique=False,
        postgresql_where=sa.text("customer_id IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_feedback_idea_id_collected_at_id"),
        "feedback",
        ["idea_id", "collected_at", "id"],
        unique=False,
        postgresql_where=sa.text("idea_id IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_feedback_interaction_id"),
        "feedback",
        ["interaction_id"],
        unique=False,
        postgresql_where=sa.text("interaction_id IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_feedback_method_collected_at_id"), "feedback", ["method", "collected_at", "id"], unique=False
    )
    op.create_index(
        op.f("ix_feedback_nps_class_collected_at_id"),
        "feedback",
        ["nps_class", "collected_at", "id"],
        unique=False,
        postgresql_where=sa.text("nps_class IS NOT NULL"),
    )
    op.create_index(
        "ix_feedback_open",
        "feedback",
        ["collected_at", "id"],
        unique=False,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        op.f("ix_feedback_sale_id"),
        "feedback",
        ["sale_id"],
        unique=False,
        postgresql_where=sa.text("sale_id IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_feedback_sentiment_collected_at_id"),
        "feedback",
        ["sentiment", "collected_at", "id"],
        unique=False,
        postgresql_where=sa.text("sentiment IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_feedback_site_collected_at_id"),
        "feedback",
        ["site", "collected_at", "id"],
        unique=False,
        postgresql_where=sa.text("site IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_feedback_sku_collected_at_id"),
        "feedback",
        ["sku", "collected_at", "id"],
        unique=False,
        postgresql_where=sa.text("sku IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_feedback_staff_collected_at_id"),
        "feedback",
        ["staff", "collected_at", "id"],
        unique=False,
        postgresql_where=sa.text("staff IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_feedback_survey_id_collected_at_id"),
        "feedback",
        ["survey_id", "collected_at", "id"],
        unique=False,
        postgresql_where=sa.text("survey_id IS NOT NULL"),
    )
    op.create_index(op.f("ix_feedback_themes"), "feedback", ["themes"], unique=False, postgresql_using="gin")
    op.create_index(
        "ix_feedback_unacknowledged",
        "feedback",
        ["collected_at", "id"],
        unique=False,
        postgresql_where=sa.text("acknowledged_at IS NULL"),
    )
    op.create_index(
        "ix_feedback_unclaimed",
        "feedback",
        ["collected_at", "id"],
        unique=False,
        postgresql_where=sa.text("customer_id IS NULL"),
    )
    op.create_index(
        "ix_feedback_waiting",
        "feedback",
        ["receipt_source", "receipt_no"],
        unique=False,
        postgresql_where=sa.text("receipt_no IS NOT NULL AND sale_id IS NULL"),
    )
    op.create_index(
        "uq_feedback_external",
        "feedback",
        ["source", "external_id"],
        unique=True,
        postgresql_where=sa.text("external_id IS NOT NULL"),
    )
    op.create_index(
        "uq_feedback_invitation",
        "feedback",
        ["invitation_id"],
        unique=True,
        postgresql_where=sa.text("invitation_id IS NOT NULL"),
    )
    op.create_index(
        "uq_feedback_receipt",
        "feedback",
        ["receipt_source", "receipt_no", "survey_id"],
        unique=True,
        postgresql_where=sa.text("receipt_no IS NOT NULL"),
    )
    op.create_index(
        "uq_feedback_visit", "feedback", ["visit_id"], unique=True, postgresql_where=sa.text("visit_id IS NOT NULL")
    )
    op.create_table(
        "ratings",
        sa.Column("feedback_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("metric", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), server_default=sa.text("'experience'"), nullable=False),
        sa.Column("main", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("question", sa.Text(), nullable=True),
        sa.Column("aspect", sa.Text(), nullable=True),
        sa.Column("value", sa.Numeric(), nullable=False),
        sa.Column("worst", sa.Numeric(), nullable=False),
        sa.Column("best", sa.Numeric(), nullable=False),
        sa.Column("score", sa.Numeric(), nullable=False),
        sa.Column("nps_class", sa.Text(), nullable=True),
        sa.Column("collected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("site", sa.Text(), nullable=True),
        sa.Column("staff", sa.Text(), nullable=True),
        sa.Column("sku", sa.Text(), nullable=True),
        sa.Column("survey_id", sa.Uuid(), nullable=True),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("competitor", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "method IN ('survey', 'review', 'form', 'mystery_shopper', 'observation', 'complaint', 'social', 'suggestion', 'competitor')",
            name=op.f("ck_ratings_method"),
        ),
        sa.CheckConstraint("metric IN ('nps', 'csat', 'ces', 'rating', 'score')", name=op.f("ck_ratings_metric")),
        sa.CheckConstraint("nps_class IN ('detractor', 'passive', 'promoter')", name=op.f("ck_ratings_nps_class")),
        sa.CheckConstraint("side IN ('experience', 'expectation')", name=op.f("ck_ratings_side")),
        sa.ForeignKeyConstraint(
            ["feedback_id"], ["feedback.id"], name=op.f("fk_ratings_feedback_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("feedback_id", "position", name=op.f("pk_ratings")),
    )
    op.create_index(
        "ix_ratings_aspect",
        "ratings",
        ["collected_at"],
        unique=False,
        postgresql_include=["aspect", "side", "score", "site", "survey_id", "feedback_id"],
        postgresql_where=sa.text("aspect IS NOT NULL AND competitor IS NULL"),
    )
    op.create_index(
        "ix_ratings_main",
        "ratings",
        ["collected_at"],
        unique=False,
        postgresql_include=[
            "score",
            "nps_class",
            "method",
            "channel",
            "site",
            "staff",
            "sku",
            "survey_id",
            "customer_id",
        ],
        postgresql_where=sa.text("main AND competitor IS NULL"),
    )
    op.create_index(
        "ix_ratings_metric",
        "ratings",
        ["metric", "collected_at"],
        unique=False,
        postgresql_include=[
            "score",
            "nps_class",
            "method",
            "channel",
            "site",
            "staff",
            "sku",
            "survey_id",
            "customer_id",
        ],
        postgresql_where=sa.text("side = 'experience' AND aspect IS NULL AND competitor IS NULL"),
    )
    op.create_table(
        "idea_votes",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("idea_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("feedback_id", sa.Uuid(), nullable=True),
        sa.Column("voted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("customer_id IS NOT NULL OR feedback_id IS NOT NULL", name=op.f("ck_idea_votes_whose")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_idea_votes_customer_id")),
        sa.ForeignKeyConstraint(["feedback_id"], ["feedback.id"], name=op.f("fk_idea_votes_feedback_id")),
        sa.ForeignKeyConstraint(["idea_id"], ["ideas.id"], name=op.f("fk_idea_votes_idea_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idea_votes")),
    )
    op.create_index(
        op.f("ix_idea_votes_customer_id"),
        "idea_votes",
        ["customer_id"],
        unique=False,
        postgresql_where=sa.text("customer_id IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_idea_votes_idea_id_voted_at_id"), "idea_votes", ["idea_id", "voted_at", "id"], unique=False
    )
    op.create_index(
        "uq_idea_votes_customer",
        "idea_votes",
        ["idea_id", "customer_id"],
        unique=True,
        postgresql_where=sa.text("customer_id IS NOT NULL"),
    )
    op.create_index(
        "uq_idea_votes_feedback",
        "idea_votes",
        ["idea_id", "feedback_id"],
        unique=True,
        postgresql_where=sa.text("feedback_id IS NOT NULL"),
    )
    op.create_table(
        "feedback_rules",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("definition", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback_rules")),
        sa.UniqueConstraint("code", name=op.f("uq_feedback_rules_code")),
    )
    op.create_index(op.f("ix_feedback_rules_created_at_id"), "feedback_rules", ["created_at", "id"], unique=False)
    op.create_table(
        "feedback_rule_versions",
        sa.Column("feedback_rule_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("definition", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["feedback_rule_id"], ["feedback_rules.id"], name=op.f("fk_feedback_rule_versions_feedback_rule_id")
        ),
        sa.PrimaryKeyConstraint("feedback_rule_id", "version", name=op.f("pk_feedback_rule_versions")),
    )
    op.create_table(
        "feedback_follow_ups",
        sa.Column("feedback_id", sa.Uuid(), nullable=False),
        sa.Column("rule_id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=True),
        sa.Column("complaint_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(task_id IS NULL) <> (complaint_id IS NULL)", name=op.f("ck_feedback_follow_ups_one")),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaints.id"], name=op.f("fk_feedback_follow_ups_complaint_id")),
        sa.ForeignKeyConstraint(["feedback_id"], ["feedback.id"], name=op.f("fk_feedback_follow_ups_feedback_id")),
        sa.ForeignKeyConstraint(["rule_id"], ["feedback_rules.id"], name=op.f("fk_feedback_follow_ups_rule_id")),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_feedback_follow_ups_task_id")),
        sa.PrimaryKeyConstraint("feedback_id", "rule_id", name=op.f("pk_feedback_follow_ups")),
    )
    op.create_index(
        op.f("ix_feedback_follow_ups_complaint_id"),
        "feedback_follow_ups",
        ["complaint_id"],
        unique=False,
        postgresql_where=sa.text("complaint_id IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_feedback_follow_ups_task_id"),
        "feedback_follow_ups",
        ["task_id"],
        unique=False,
        postgresql_where=sa.text("task_id IS NOT NULL"),
    )
    op.create_table(
        "themes",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("definition", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_themes")),
        sa.UniqueConstraint("code", name=op.f("uq_themes_code")),
    )
    op.create_index(op.f("ix_themes_created_at_id"), "themes", ["created_at", "id"], unique=False)
    op.create_table(
        "theme_versions",
        sa.Column("theme_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("definition", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["theme_id"], ["themes.id"], name=op.f("fk_theme_versions_theme_id")),
        sa.PrimaryKeyConstraint("theme_id", "version", name=op.f("pk_theme_versions")),
    )
