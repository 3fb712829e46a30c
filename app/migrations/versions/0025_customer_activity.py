"""Customers are listed by what they bought and when they were last in contact; lines name their batch."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"

_SALES = {
    "ix_sales_operator_occurred_at_id": (["operator", "occurred_at", "id"], "operator IS NOT NULL"),
    "ix_sales_channel_occurred_at_id": (["channel", "occurred_at", "id"], None),
    "ix_sales_currency_occurred_at_id": (["currency", "occurred_at", "id"], None),
    "ix_sales_total": (["total"], None),
}
_LAST_CONTACT = """greatest(
    (SELECT max(i.happened_at) FROM interactions i
        WHERE i.customer_id = c.id AND i.state = 'held' AND i.direction <> 'internal'),
    (SELECT max(p.happened_at) FROM interaction_participants p JOIN interactions i ON i.id = p.interaction_id
        WHERE p.customer_id = c.id AND i.state = 'held' AND i.direction <> 'internal')
)"""


def upgrade() -> None:
    op.add_column("customers", sa.Column("known_since_given", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "customers",
        sa.Column("known_since", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    )
    op.execute(
        "UPDATE customers c SET known_since = least(c.created_at, "
        "(SELECT min(e.occurred_at) FROM events e WHERE e.customer_id = c.id))"
    )
    op.create_index(op.f("ix_customers_known_since_id"), "customers", ["known_since", "id"])
    op.create_table(
        "customer_activity",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("last_purchase_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_contact_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_customer_activity_customer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_customer_activity")),
    )
    op.execute(
        "INSERT INTO customer_activity (customer_id, last_purchase_at, last_contact_at) SELECT c.id, "
        f"(SELECT max(t.last_purchase_at) FROM customer_totals t WHERE t.customer_id = c.id), {_LAST_CONTACT} "
        "FROM customers c"
    )
    for name in ("last_purchase_at", "last_contact_at"):
        op.create_index(op.f(f"ix_customer_activity_{name}_customer_id"), "customer_activity", [name, "customer_id"])
    op.create_index("ix_customer_totals_net", "customer_totals", ["currency", "net", "customer_id"])
    op.add_column("sale_lines", sa.Column("batch", sa.Text(), nullable=True))
    for name in ("sku", "category", "batch"):
        op.create_index(
            op.f(f"ix_sale_lines_{name}_sale_id"),
            "sale_lines",
            [name, "sale_id"],
            postgresql_where=sa.text(f"{name} IS NOT NULL"),
        )
    for name, (columns, where) in _SALES.items():
        op.create_index(op.f(name), "sales", columns, postgresql_where=where and sa.text(where))
    # With what a purchase is, so that those of a site are counted by the index alone.
    op.drop_index(op.f("ix_sales_site_occurred_at_id"), "sales")
    op.create_index(
        op.f("ix_sales_site_occurred_at_id"),
        "sales",
        ["site", "occurred_at", "id"],
        postgresql_include=["purchase"],
        postgresql_where=sa.text("site IS NOT NULL"),
    )
