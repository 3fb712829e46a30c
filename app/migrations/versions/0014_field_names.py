"""Fields of complaints, feedback, surveys and visits have the field's words, in columns and in stored JSON."""

from alembic import op

revision = "0014"
down_revision = "0013"

_COLUMNS = {
    "complaints": {
        "words": "description",
        "wanted": "desired_outcome",
        "told_at": "notified_at",
        "reopened": "reopened_count",
    },
    "feedback": {
        "judged_by": "analyzer",
        "judged_version": "analyzer_version",
        "acknowledged_how": "acknowledged_channel",
        "told_at": "notified_at",
        "told_by": "notified_by",
        "told_how": "notified_channel",
        "told_interaction_id": "notified_interaction_id",
    },
    "visits": {"reason": "cancellation_reason"},
}
_CONSTRAINTS = {
    "complaints": {
        "complaints_words_not_null": "complaints_description_not_null",
        "complaints_reopened_not_null": "complaints_reopened_count_not_null",
    },
    "feedback": {
        "ck_feedback_acknowledged_how": "ck_feedback_acknowledged_channel",
        "ck_feedback_told_how": "ck_feedback_notified_channel",
        "fk_feedback_told_interaction_id": "fk_feedback_notified_interaction_id",
    },
}
_MEMBERS = (
    ("complaints", "referral", "body", "referred_to"),
    ("events", "data", "told_by", "notified_by"),
    ("events", "data", "told_interaction_id", "notified_interaction_id"),
    ("procedures", "definition", "mood", "staff_mood"),
    ("procedure_versions", "definition", "mood", "staff_mood"),
    ("feedback_rules", "definition", "when", "conditions"),
    ("feedback_rule_versions", "definition", "when", "conditions"),
    ("surveys", "definition", "not_again_days", "min_days_between_invitations"),
    ("survey_versions", "definition", "not_again_days", "min_days_between_invitations"),
)
"""Table and column of an object, and the member that is renamed."""


def upgrade() -> None:
    for table, columns in _COLUMNS.items():
        for old, new in columns.items():
            op.alter_column(table, old, new_column_name=new)
    for table, constraints in _CONSTRAINTS.items():
        for old, new in constraints.items():
            op.execute(f"ALTER TABLE {table} RENAME CONSTRAINT {old} TO {new}")
    for table, column, old, new in _MEMBERS:
        op.execute(f"UPDATE {table} SET {column} = {_renamed(column, old, new)} WHERE {column} ? '{old}'")
    op.execute(
        f"UPDATE events SET data = {_renamed('data', 'body', 'referred_to')} "
        "WHERE type = 'complaint.referred' AND data ? 'body'"
    )
    answer = _renamed("e.value", "yes", "yes_no")
    for table, column in (("feedback", "answers"), ("visits", "results")):
        op.execute(f"UPDATE {table} SET {column} = {_each(column, answer)} WHERE {column} @? '$[*].yes'")
    item = _renamed("e.value", "may_not_apply", "allow_not_applicable")
    for table in ("scorecards", "scorecard_versions"):
        _redefine(table, "items", item)
    condition = _renamed("e.value->'show_if'", "answered_yes", "yes_no")
    show_if = f"e.value || jsonb_build_object('show_if', {condition})"
    for table in ("surveys", "survey_versions"):
        _redefine(table, "questions", _renamed("e.value", "most_choices", "max_choices"))
        _redefine(table, "questions", f"CASE WHEN e.value->'show_if' ? 'answered_yes' THEN {show_if} ELSE e.value END")
    # A complaint's hash is of what was sent, in the old words: sent again, it is compared by what is stored.
    op.execute("UPDATE complaints SET content_hash = NULL WHERE content_hash IS NOT NULL")


def _renamed(value: str, old: str, new: str) -> str:
    """An object with another name for a member that it may have."""
    return (
        f"CASE WHEN {value} ? '{old}' THEN ({value}) - '{old}' || jsonb_build_object('{new}', {value}->'{old}') "
        f"ELSE {value} END"
    )


def _each(array: str, element: str) -> str:
    """An array of what `element` makes of each `e.value` of it."""
    return (
        f"(SELECT coalesce(jsonb_agg({element} ORDER BY e.n), '[]') "
        f"FROM jsonb_array_elements({array}) WITH ORDINALITY AS e(value, n))"
    )


def _redefine(table: str, member: str, element: str) -> None:
    renamed = _each(f"definition->'{member}'", element)
    op.execute(
        f"UPDATE {table} SET definition = definition || jsonb_build_object('{member}', {renamed}) "
        f"WHERE definition ? '{member}'"
    )
