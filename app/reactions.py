"""What follows events, in the transaction that records them. A new reaction is a new row.

Only the ways in import this table.
"""

from app.core.reactions import Reactions
from app.rules.kit import event_types as types
from app.services import feedback, surveys

REACTIONS = Reactions(
    {
        types.SALE_RECORDED.name: (feedback.LINK_NEW_SALE, surveys.ASK_AFTER_SALE),
        types.SALE_REVISED.name: (feedback.LINK_SALE, surveys.ASK_AFTER_SALE),
        types.SALE_CLAIMED.name: (feedback.LINK_SALE, surveys.ASK_AFTER_SALE),
        types.INTERACTION_RECORDED.name: (surveys.ASK_AFTER_INTERACTION,),
        types.INTERACTION_HELD.name: (surveys.ASK_AFTER_INTERACTION,),
        types.INTERACTION_CLAIMED.name: (surveys.ASK_AFTER_INTERACTION,),
        types.COMPLAINT_CLOSED.name: (surveys.ASK_AFTER_COMPLAINT,),
    }
)
