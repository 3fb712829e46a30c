"""Records remember whom they have their customer from, and follow; what was linked before follows now."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

_FOLLOWERS = ("interactions", "complaints", "feedback", "tasks", "invitations")
_STATES = "'pending', 'sent', 'answered', 'revoked', 'withdrawn'"
# In the order in which customers are carried: the follower; where the link is written, with the columns of the
# follower and of what it follows; and that.
_LINKS = (
    ("complaints", "complaints", "id", "sale_id", "sales"),
    ("complaints", "complaints", "id", "interaction_id", "interactions"),
    ("invitations", "invitations", "id", "sale_id", "sales"),
    ("invitations", "invitations", "id", "complaint_id", "complaints"),
    ("invitations", "invitations", "id", "interaction_id", "interactions"),
    ("feedback", "feedback", "id", "sale_id", "sales"),
    ("feedback", "feedback", "id", "complaint_id", "complaints"),
    ("feedback", "feedback", "id", "interaction_id", "interactions"),
    ("feedback", "feedback", "id", "invitation_id", "invitations"),
    ("complaints", "feedback_follow_ups", "complaint_id", "feedback_id", "feedback"),
    ("interactions", "complaint_messages", "interaction_id", "complaint_id", "complaints"),
    ("interactions", "interactions", "answered_by_id", "id", "interactions"),
    ("interactions", "feedback", "acknowledged_interaction_id", "id", "feedback"),
    ("interactions", "feedback", "notified_interaction_id", "id", "feedback"),
    ("tasks", "tasks", "id", "interaction_id", "interactions"),
    ("tasks", "tasks", "id", "feedback_id", "feedback"),
    ("tasks", "tasks", "id", "complaint_id", "complaints"),
)
_NOUNS = {"complaints": "complaint", "invitations": "invitation", "feedback": "feedback", "tasks": "task"}


def upgrade() -> None:
    for table in _FOLLOWERS:
        op.add_column(table, sa.Column("customer_from_id", sa.Uuid(), nullable=True))
    _add_reference("tasks", "feedback_id", "feedback")
    _add_reference("tasks", "complaint_id", "complaints")
    _index_reference("complaints", "interaction_id")
    _index_reference("interactions", "answered_by_id")
    op.add_column("complaints", sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("complaints", sa.Column("customer_replied_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE complaints c SET waiting_since = coalesce((SELECT e.occurred_at FROM events e "
        "WHERE e.subject_id = c.id AND e.type = 'complaint.held' ORDER BY e.seq DESC LIMIT 1), c.state_since) "
        "WHERE c.waiting_for IS NOT NULL"
    )
    op.create_check_constraint("waiting", "complaints", "(waiting_for IS NULL) = (waiting_since IS NULL)")
    op.create_index(
        "ix_complaints_replied",
        "complaints",
        ["received_at", "id"],
        postgresql_where=sa.text("customer_replied_at IS NOT NULL"),
    )
    op.add_column("invitations", sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("invitations", sa.Column("withdrawal_reason", sa.Text(), nullable=True))
    op.drop_index("ix_invitations_sent", "invitations")
    op.create_index(
        "ix_invitations_sent",
        "invitations",
        ["sent_at"],
        postgresql_include=["answered_at", "survey_id", "channel", "site", "staff", "customer_id", "withdrawn_at"],
        postgresql_where=sa.text("sent_at IS NOT NULL"),
    )
    op.drop_constraint(op.f("ck_invitations_state"), "invitations", type_="check")
    op.create_check_constraint("state", "invitations", f"state IN ({_STATES})")
    for table in ("service_policies", "service_policy_versions"):
        op.execute(f'UPDATE {table} SET definition = definition || \'{{"on_customer_reply": "resume"}}\'')
    op.execute(
        "UPDATE tasks t SET feedback_id = u.feedback_id FROM feedback_follow_ups u "
        "WHERE u.task_id = t.id AND t.feedback_id IS NULL"
    )
    _carry_customers()
    _add_participants()


def _add_reference(table: str, column: str, target: str) -> None:
    op.add_column(table, sa.Column(column, sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f(f"fk_{table}_{column}"), table, target, [column], ["id"])
    _index_reference(table, column)


def _index_reference(table: str, column: str) -> None:
    op.create_index(op.f(f"ix_{table}_{column}"), table, [column], postgresql_where=sa.text(f"{column} IS NOT NULL"))


def _add_participants() -> None:
    op.create_table(
        "interaction_participants",
        sa.Column("interaction_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["interaction_id"], ["interactions.id"], name=op.f("fk_interaction_participants_interaction_id")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_interaction_participants_customer_id")
        ),
        sa.PrimaryKeyConstraint("interaction_id", "customer_id", name=op.f("pk_interaction_participants")),
    )
    op.create_index(
        op.f("ix_interaction_participants_customer_id_happened_at_interaction_id"),
        "interaction_participants",
        ["customer_id", "happened_at", "interaction_id"],
    )
    # Ids of participants were not checked until now: those of nobody stay where they were entered, and mean nobody.
    op.execute(
        "INSERT INTO interaction_participants (interaction_id, customer_id, happened_at) "
        "SELECT DISTINCT i.id, c.id, i.happened_at FROM interactions i "
        "CROSS JOIN LATERAL jsonb_array_elements(i.participants) p(value) "
        "JOIN customers c ON c.id::text = p.value->>'customer_id' "
        "WHERE i.participants @? '$[*].customer_id' AND c.id IS DISTINCT FROM i.customer_id "
        "AND i.state = 'held'"
    )
    op.execute(
        "INSERT INTO events (type, subject_type, subject_id, customer_id, channel, occurred_at, actor, title, data) "
        "SELECT 'interaction.attended', 'interaction', i.id, p.customer_id, i.channel, i.happened_at, 'migration', "
        "'Took part: ' || coalesce(left(i.subject, 280), replace(i.kind, '_', ' ')), "
        "jsonb_build_object('kind', i.kind, 'direction', i.direction) "
        "FROM interaction_participants p JOIN interactions i ON i.id = p.interaction_id"
    )


def _carry_customers() -> None:
    """Whoever has no customer takes that of what it is linked to; whoever has the same is taken to have it from there.

    Nobody has written down until now what said whose a record is: a record with a contact of its own keeps its
    customer when what it is linked to moves.
    """
    for table, via, own, other, target in _LINKS:
        linked = f"FROM {via} v JOIN {target} l ON l.id = v.{other} WHERE v.{own} = f.id"
        op.execute(
            f"UPDATE {table} f SET customer_id = l.customer_id, customer_from_id = l.id {linked} "
            f"AND f.customer_id IS NULL AND l.customer_id IS NOT NULL{_unseen(table)}"
        )
        op.execute(
            f"UPDATE {table} f SET customer_from_id = l.id {linked} AND f.customer_id = l.customer_id "
            f"AND f.customer_from_id IS NULL{_not_from_it(target)}{_without_contact(table)}"
        )
    op.execute(
        "UPDATE ratings r SET customer_id = f.customer_id FROM feedback f "
        "WHERE f.id = r.feedback_id AND f.customer_from_id IS NOT NULL AND r.customer_id IS DISTINCT FROM f.customer_id"
    )
    for table, noun in (*_NOUNS.items(), ("interactions", "interaction")):
        op.execute(
            f"UPDATE events e SET customer_id = f.customer_id FROM {table} f WHERE f.id = e.subject_id "
            f"AND e.subject_type = '{noun}' AND e.customer_id IS NULL AND f.customer_id IS NOT NULL"
        )


def _unseen(table: str) -> str:
    """Whoever observes in a shop has no customer, whatever the receipt says."""
    return " AND f.method NOT IN ('mystery_shopper', 'observation')" if table == "feedback" else ""


def _not_from_it(target: str) -> str:
    """Two records do not have their customer from each other. Sales have theirs from themselves."""
    return "" if target == "sales" else " AND l.customer_from_id IS DISTINCT FROM f.id"


def _without_contact(table: str) -> str:
    contact = {"interactions": "f.contact", "complaints": "f.complainant->'contact'", "feedback": "f.author->'contact'"}
    return f" AND {contact[table]} IS NULL" if table in contact else ""
