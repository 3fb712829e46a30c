"""Everything that can go wrong, as problems that know their status and their stable code."""

from typing import Any, ClassVar


class Problem(Exception):
    """Base of all. `detail` is for people, `errors` points at places in the request, `more` are further members."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "INTERNAL_ERROR"
    title: ClassVar[str] = "Something went wrong on our side"

    def __init__(
        self,
        detail: str | None = None,
        *,
        errors: list[dict[str, Any]] | None = None,
        headers: dict[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.errors = errors
        self.headers = headers or {}
        self.more = more


class MalformedBody(Problem):
    status, code, title = 400, "MALFORMED_BODY", "The body could not be read"


class MalformedRequest(Problem):
    status, code, title = 400, "MALFORMED_REQUEST", "The request could not be read"


class UnknownParameter(Problem):
    status, code, title = 400, "UNKNOWN_PARAMETER", "A query parameter is not known here"


class InvalidCursor(Problem):
    status, code, title = 400, "INVALID_CURSOR", "The cursor does not belong to this list"


class Unauthenticated(Problem):
    status, code, title = 401, "UNAUTHENTICATED", "A valid API key is needed"


class InsufficientScope(Problem):
    status, code, title = 403, "INSUFFICIENT_SCOPE", "The API key may not do this"


class NotFound(Problem):
    status, code, title = 404, "NOT_FOUND", "There is no such thing"


class MethodNotAllowed(Problem):
    status, code, title = 405, "METHOD_NOT_ALLOWED", "The path exists, the method does not"


class NotAcceptable(Problem):
    status, code, title = 406, "NOT_ACCEPTABLE", "None of the accepted media types can be had here"


class RequestTimeout(Problem):
    status, code, title = 408, "REQUEST_TIMEOUT", "The request took too long to arrive"


class Conflict(Problem):
    status, code, title = 409, "CONFLICT", "The request does not fit the present state"


class AlreadyHeld(Conflict):
    code, title = "ALREADY_HELD", "Another customer holds this identity or contact point"


class CustomerArchived(Conflict):
    code, title = "CUSTOMER_ARCHIVED", "The customer is archived"


class MoveNotAllowed(Conflict):
    code, title = "MOVE_NOT_ALLOWED", "The present status does not allow this"


class ReceiptDiffers(Conflict):
    code, title = "RECEIPT_DIFFERS", "The receipt is known with other content"


class InteractionDiffers(Conflict):
    code, title = "INTERACTION_DIFFERS", "The interaction is known with other content"


class ComplaintDiffers(Conflict):
    code, title = "COMPLAINT_DIFFERS", "The complaint is known with other content"


class FeedbackDiffers(Conflict):
    code, title = "FEEDBACK_DIFFERS", "The feedback is known with other content"


class VisitDiffers(Conflict):
    code, title = "VISIT_DIFFERS", "The visit is known with other content"


class StepOpen(Conflict):
    code, title = "STEP_OPEN", "A step of the procedure has to be done first"


class RefundExceedsSale(Conflict):
    code, title = "REFUND_EXCEEDS_SALE", "The return is more than what is left of the line it names"


class AlreadyClaimed(Conflict):
    code, title = "ALREADY_CLAIMED", "It belongs to another customer already"


class UnwelcomeChannel(Conflict):
    code, title = "UNWELCOME_CHANNEL", "The customer does not want to be contacted on this channel"


class SurveyNotOpen(Conflict):
    code, title = "SURVEY_NOT_OPEN", "The survey asks nobody at present"


class AnswerClosed(Conflict):
    code, title = "ANSWER_CLOSED", "The answers can no longer be changed"


class AskedRecently(Conflict):
    code, title = "ASKED_RECENTLY", "The customer was asked for feedback not long ago"


class QuietHours(Conflict):
    code, title = "QUIET_HOURS", "The customer is not to be contacted yet"


class IdempotencyKeyInFlight(Conflict):
    code, title = "IDEMPOTENCY_KEY_IN_FLIGHT", "The first request with this idempotency key is still running"


class AnswerExpired(Problem):
    status, code, title = 410, "ANSWER_EXPIRED", "The invitation can no longer be answered"


class PreconditionFailed(Problem):
    status, code, title = 412, "PRECONDITION_FAILED", "The resource has changed since"


class BodyTooLarge(Problem):
    status, code, title = 413, "BODY_TOO_LARGE", "The body is too large"


class UnsupportedMediaType(Problem):
    status, code, title = 415, "UNSUPPORTED_MEDIA_TYPE", "The body is of a type that is not read here"


class ValidationFailed(Problem):
    status, code, title = 422, "VALIDATION_FAILED", "Some values are not right"


class IdempotencyKeyReused(Problem):
    status, code, title = 422, "IDEMPOTENCY_KEY_REUSED", "The idempotency key was used for another request"


class TooManyRequests(Problem):
    status, code, title = 429, "TOO_MANY_REQUESTS", "Too many requests for now"


class HeadersTooLarge(Problem):
    status, code, title = 431, "HEADERS_TOO_LARGE", "The headers are too large"


class Unavailable(Problem):
    status, code, title = 503, "UNAVAILABLE", "The service cannot answer just now"

    def __init__(self, detail: str | None = None, **more: Any) -> None:
        more.setdefault("headers", {"Retry-After": "1"})
        super().__init__(detail, **more)


def invalid(pointer: str, code: str, detail: str) -> ValidationFailed:
    """One wrong value, and where it is."""
    return ValidationFailed(errors=[{"pointer": pointer, "code": code, "detail": detail}])


def every() -> list[type[Problem]]:
    """All problems that have a code of their own: the published list."""
    found, queue = [], [Problem]
    while queue:
        problem = queue.pop(0)
        found.append(problem)
        queue.extend(problem.__subclasses__())
    return found
