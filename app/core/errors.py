"""Every error that a client can see. Each class knows its HTTP status, its stable code and its title."""

from typing import Any, ClassVar, Self

from app.rules.kit import moments


class Problem(Exception):
    """Rendered as an RFC 9457 problem document by `web/problems.py`.

    `detail` is for people, `errors` points at fields of the request, `extensions` are additional members.
    """

    status: ClassVar[int] = 500
    code: ClassVar[str] = "INTERNAL_ERROR"
    title: ClassVar[str] = "Internal server error"

    def __init__(
        self,
        detail: str | None = None,
        *,
        errors: list[dict[str, Any]] | None = None,
        headers: dict[str, str] | None = None,
        **extensions: Any,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.errors = errors
        self.headers = headers or {}
        self.extensions = extensions

    def under(self, prefix: str) -> Self:
        """The same problem of a part of the request: `prefix` is the pointer to it."""
        if self.errors is not None:
            self.errors = [{**error, "pointer": f"{prefix}{error['pointer']}"} for error in self.errors]
        return self


class MalformedBody(Problem):
    status, code, title = 400, "MALFORMED_BODY", "The request body could not be parsed"


class MalformedRequest(Problem):
    status, code, title = 400, "MALFORMED_REQUEST", "The request is malformed"


class UnknownParameter(Problem):
    status, code, title = 400, "UNKNOWN_PARAMETER", "Unknown query parameter"


class InvalidCursor(Problem):
    status, code, title = 400, "INVALID_CURSOR", "The cursor is not valid for this list"


class Unauthenticated(Problem):
    status, code, title = 401, "UNAUTHENTICATED", "A valid API key is required"


class InsufficientScope(Problem):
    status, code, title = 403, "INSUFFICIENT_SCOPE", "The API key lacks the required scope"


class NotFound(Problem):
    status, code, title = 404, "NOT_FOUND", "Resource not found"


class MethodNotAllowed(Problem):
    status, code, title = 405, "METHOD_NOT_ALLOWED", "The path does not support this method"


class NotAcceptable(Problem):
    status, code, title = 406, "NOT_ACCEPTABLE", "None of the accepted media types is available"


class RequestTimeout(Problem):
    status, code, title = 408, "REQUEST_TIMEOUT", "The request took too long to arrive"


class Conflict(Problem):
    status, code, title = 409, "CONFLICT", "The request conflicts with the current state of the resource"


class AlreadyHeld(Conflict):
    code, title = "ALREADY_HELD", "Another customer already has this identity or contact point"


class CustomerArchived(Conflict):
    code, title = "CUSTOMER_ARCHIVED", "The customer is archived"


class MoveNotAllowed(Conflict):
    code, title = "MOVE_NOT_ALLOWED", "The current status does not allow this transition"


class ReceiptDiffers(Conflict):
    code, title = "RECEIPT_DIFFERS", "The receipt is already stored with different content"


class InteractionDiffers(Conflict):
    code, title = "INTERACTION_DIFFERS", "The interaction is already stored with different content"


class ComplaintDiffers(Conflict):
    code, title = "COMPLAINT_DIFFERS", "The complaint is already stored with different content"


class TaskDiffers(Conflict):
    code, title = "TASK_DIFFERS", "The task is already stored with different content"


class RelationshipDiffers(Conflict):
    code, title = "RELATIONSHIP_DIFFERS", "The relationship is already stored with different content"


class FeedbackDiffers(Conflict):
    code, title = "FEEDBACK_DIFFERS", "The feedback is already stored with different content"


class VisitDiffers(Conflict):
    code, title = "VISIT_DIFFERS", "The visit is already stored with different content"


class StepOpen(Conflict):
    code, title = "STEP_OPEN", "A mandatory step of the procedure is not done"


class RefundExceedsSale(Conflict):
    code, title = "REFUND_EXCEEDS_SALE", "The return exceeds what remains of the sale line that it refers to"


class SaleReturned(Conflict):
    code, title = "SALE_RETURNED", "Something of the receipt was returned"


class AlreadyClaimed(Conflict):
    code, title = "ALREADY_CLAIMED", "The record already belongs to another customer"


class UnwelcomeChannel(Conflict):
    code, title = "UNWELCOME_CHANNEL", "The customer does not want to be contacted on this channel"


class SurveyNotOpen(Conflict):
    code, title = "SURVEY_NOT_OPEN", "The survey is not open"


class AnswerClosed(Conflict):
    code, title = "ANSWER_CLOSED", "The answers can no longer be changed"


class AskedRecently(Conflict):
    code, title = "ASKED_RECENTLY", "The customer was asked for feedback too recently"


class QuietHours(Conflict):
    code, title = "QUIET_HOURS", "The customer must not be contacted yet"


class IdempotencyKeyInFlight(Conflict):
    code, title = "IDEMPOTENCY_KEY_IN_FLIGHT", "The first request with this idempotency key is still in progress"


class AnswerExpired(Problem):
    status, code, title = 410, "ANSWER_EXPIRED", "The invitation can no longer be answered"


class PreconditionFailed(Problem):
    status, code, title = 412, "PRECONDITION_FAILED", "A precondition of the request is not met"


class BodyTooLarge(Problem):
    status, code, title = 413, "BODY_TOO_LARGE", "The request body is too large"


class UnsupportedMediaType(Problem):
    status, code, title = 415, "UNSUPPORTED_MEDIA_TYPE", "The media type or encoding of the body is not supported"


class ValidationFailed(Problem):
    status, code, title = 422, "VALIDATION_FAILED", "The request failed validation"


class IdempotencyKeyReused(Problem):
    status, code, title = 422, "IDEMPOTENCY_KEY_REUSED", "The idempotency key was already used for a different request"


class TooManyRequests(Problem):
    status, code, title = 429, "TOO_MANY_REQUESTS", "Too many requests"


class HeadersTooLarge(Problem):
    status, code, title = 431, "HEADERS_TOO_LARGE", "The request headers are too large"


class TransferCodingNotImplemented(Problem):
    status, code, title = 501, "TRANSFER_CODING_NOT_IMPLEMENTED", "The transfer coding of the body is not supported"


class VersionNotSupported(Problem):
    status, code, title = 505, "VERSION_NOT_SUPPORTED", "The version of HTTP is not supported"


class Unavailable(Problem):
    status, code, title = 503, "UNAVAILABLE", "The service is temporarily unavailable"

    def __init__(self, detail: str | None = None, **options: Any) -> None:
        options.setdefault("headers", {"Retry-After": "1"})
        super().__init__(detail, **options)


def invalid(pointer: str, code: str, detail: str) -> ValidationFailed:
    """A single field that failed validation."""
    return ValidationFailed(errors=[{"pointer": pointer, "code": code, "detail": detail}])


def reference_not_found(pointer: str, resource: str) -> ValidationFailed:
    """A field refers to a record that does not exist."""
    return invalid(pointer, "not_found", f"{resource} not found")


def must_be_sent_together(*names: str, missing: str) -> ValidationFailed:
    """Fields that only mean something together; points at the missing one."""
    return invalid(f"/{missing}", "missing", f"{' and '.join(f'`{name}`' for name in names)} must be sent together")


def in_the_future(pointer: str, detail: str = moments.FUTURE_DETAIL) -> ValidationFailed:
    return invalid(pointer, moments.IN_THE_FUTURE, detail)


def out_of_order(pointer: str, other: str) -> ValidationFailed:
    """A moment lies before the one that it follows, which the detail names."""
    return invalid(pointer, moments.OUT_OF_ORDER, moments.not_before(other))


def problem_classes() -> list[type[Problem]]:
    """The published list: every class with a code of its own, parents before children."""
    classes: list[type[Problem]] = []
    queue = [Problem]
    while queue:
        problem = queue.pop(0)
        classes.append(problem)
        queue.extend(problem.__subclasses__())
    return classes
