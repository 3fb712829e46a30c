"""Types of events have the field's words."""

from alembic import op

revision = "0013"
down_revision = "0012"

_RENAMED = {
    "complaint.told": "complaint.update_sent",
    "complaint.waits": "complaint.held",
    "complaint.remedy_changed": "complaint.remedy_updated",
    "complaint.action_changed": "complaint.action_updated",
    "feedback.told": "feedback.notified",
    "relationship.added": "relationship.created",
    "relationship.removed": "relationship.deleted",
}


def upgrade() -> None:
    listed = ", ".join(f"('{old}', '{new}')" for old, new in _RENAMED.items())
    op.execute(f"UPDATE events e SET type = r.new FROM (VALUES {listed}) r(old, new) WHERE e.type = r.old")
    op.execute("UPDATE events SET type = subject_type || '.updated' WHERE type = subject_type || '.changed'")
