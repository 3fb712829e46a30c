"""What each kind of job does. A new kind is a new row.

Only the ways in import this table.
"""

from app.services import complaints, feedback, sales, surveys
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
