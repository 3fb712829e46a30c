"""What each kind of job does, and what the worker does beside them. A new kind is a new row.

Only the ways in import these tables.
"""

from collections.abc import Awaitable, Callable, Sequence

from app.core.context import Context
from app.services import complaints, customers, feedback, sales, surveys
from app.services.kit.job_runner import Handler, in_turn

# A handler has to bear being called twice: its effects are made once by what it finds in the store.
HANDLERS: dict[str, Handler] = {
    sales.RECHECK_RETURN_JOB: in_turn(sales.recheck_return, surveys.recheck_return),
    complaints.CHECK_JOB: complaints.check_clocks,
    complaints.POLICY_JOB: complaints.remeasure_policy,
    complaints.CALENDAR_JOB: complaints.remeasure_calendar,
    surveys.INVITE_JOB: surveys.invite,
    feedback.REANALYSE_JOB: feedback.reanalyse,
}

# Done again and again, each in a transaction of its own: whether there is more to do at once.
UPKEEP: Sequence[Callable[[Context], Awaitable[bool]]] = (customers.refresh_word_sets,)
