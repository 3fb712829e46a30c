"""What follows events, in the transaction that records them. A new reaction is a new row.

Only the ways in import this table.
"""

from app.core.reactions import Reactions
from app.rules.kit import event_types as types
from app.services import complaints, customers, feedback, interactions, surveys
from app.services.kit.links import Following

# Whoever belongs to the customer of another record, and what gives them their customers.
_FOLLOWING = Following(
    {
        "interaction": interactions.assign_customers,
        "complaint": complaints.assign_customers,
        "feedback": feedback.assign_customers,
        "invitation": surveys.assign_customers,
        "task": interactions.assign_customers_of_tasks,
    }
)
_FOLLOW = {noun: _FOLLOWING.reaction(noun) for noun in ("sale", "interaction", "complaint", "feedback")}

# What follows when a record has another customer, whether it had one before or not.
_INTERACTION_GIVEN = (
    _FOLLOW["interaction"],
    interactions.REOPEN,
    complaints.JOIN,
    complaints.RELINK_UNSOURCED_BESIDE,
    interactions.SETTLE_THREAD,
    interactions.ANSWER_IN_THREAD,
    complaints.REPLIED,
    surveys.ASK_AFTER_INTERACTION,
)
_COMPLAINT_GIVEN = (_FOLLOW["complaint"], complaints.REPLIED_BEFORE, surveys.ASK_AFTER_COMPLAINT)

REACTIONS = Reactions(
    {
        types.SALE_RECORDED.name: (feedback.LINK_NEW_SALE, surveys.ASK_AFTER_SALE, surveys.WITHDRAW_FOR_RETURN),
        types.SALE_REVISED.name: (
            feedback.LINK_SALE,
            _FOLLOW["sale"],
            surveys.ASK_AFTER_SALE,
            surveys.WITHDRAW_FOR_SALE,
        ),
        types.SALE_CLAIMED.name: (feedback.LINK_SALE, _FOLLOW["sale"], surveys.ASK_AFTER_SALE),
        types.SALE_MOVED.name: (_FOLLOW["sale"], surveys.ASK_AFTER_SALE),
        types.SALE_RELEASED.name: (_FOLLOW["sale"],),
        types.SALE_VOIDED.name: (surveys.WITHDRAW_FOR_SALE,),
        types.INTERACTION_RECORDED.name: (
            complaints.RELINK_UNSOURCED,
            interactions.SETTLE_THREAD,
            interactions.ANSWER_IN_THREAD,
            complaints.REPLIED,
            surveys.ASK_AFTER_INTERACTION,
        ),
        types.INTERACTION_HELD.name: (
            interactions.SETTLE_THREAD,
            interactions.ANSWER_IN_THREAD,
            complaints.REPLIED,
            surveys.ASK_AFTER_INTERACTION,
        ),
        types.INTERACTION_MISSED.name: (surveys.WITHDRAW_FOR_INTERACTION,),
        types.INTERACTION_CANCELLED.name: (surveys.WITHDRAW_FOR_INTERACTION,),
        types.INTERACTION_ANSWERED.name: (_FOLLOW["interaction"], interactions.ANSWER_OTHERS),
        types.INTERACTION_UPDATED.name: (
            complaints.JOIN,  # what it is about says whose it is, and that what it answers
            complaints.RELINK_UNSOURCED_CHANGED,
            interactions.REOPEN,
            interactions.SETTLE_CHANGED_THREADS,
            interactions.ANSWER_IN_THREAD,
            complaints.REPLIED,
        ),
        types.INTERACTION_REOPENED.name: (interactions.SETTLE_THREAD, interactions.ANSWER_IN_THREAD),
        types.INTERACTION_CLAIMED.name: _INTERACTION_GIVEN,
        types.INTERACTION_MOVED.name: _INTERACTION_GIVEN,
        types.INTERACTION_RELEASED.name: (
            _FOLLOW["interaction"],
            interactions.REOPEN,
            complaints.JOIN,
            complaints.RELINK_UNSOURCED_BESIDE,
            interactions.SETTLE_THREAD,
            interactions.ANSWER_IN_THREAD,
            complaints.REPLIED,
        ),
        types.COMPLAINT_RECEIVED.name: (_FOLLOWING.reaction_to_new("complaint"),),
        types.COMPLAINT_UPDATED.name: (_FOLLOWING.reaction_to_links("complaint"), complaints.REPLIED_BEFORE),
        types.COMPLAINT_CLAIMED.name: _COMPLAINT_GIVEN,
        types.COMPLAINT_MOVED.name: _COMPLAINT_GIVEN,
        types.COMPLAINT_RELEASED.name: (_FOLLOW["complaint"], complaints.REPLIED_BEFORE),
        types.COMPLAINT_CLOSED.name: (surveys.ASK_AFTER_COMPLAINT,),
        types.COMPLAINT_WITHDRAWN.name: (surveys.WITHDRAW_FOR_COMPLAINT,),
        types.FEEDBACK_UPDATED.name: (_FOLLOW["feedback"],),
        types.FEEDBACK_CLAIMED.name: (_FOLLOW["feedback"],),
        types.FEEDBACK_MOVED.name: (_FOLLOW["feedback"],),
        types.FEEDBACK_RELEASED.name: (_FOLLOW["feedback"],),
        types.INVITATION_CONTRADICTED.name: (surveys.WITHDRAW_CONTRADICTED,),
    },
    finish=customers.create_new_sources,
)
