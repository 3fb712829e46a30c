"""What somebody named is told from what follows from a conversation: answers of enquiries, messages of complaints.

Of what is stored, answers in another thread were named. Messages count as named: they stay with their complaints.
"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"

_ANSWERED_OUTSIDE = """
    UPDATE interactions q SET answer_named = true FROM interactions a
    WHERE a.id = q.answered_by_id AND a.thread IS DISTINCT FROM q.thread
"""


def upgrade() -> None:
    op.add_column("interactions", sa.Column("answer_named", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute(_ANSWERED_OUTSIDE)
    op.add_column("complaint_messages", sa.Column("named", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.alter_column("complaint_messages", "named", server_default=sa.false())
