"""What each problem code means and how to resolve it: the texts of the pages under /problems."""

TEXTS: dict[str, tuple[str, str]] = {
    "INTERNAL_ERROR": (
        "The service failed unexpectedly. Nothing that the request asked for was stored.",
        "Try again later. If the error persists, pass the `request_id` on to the operator of the service: it finds "
        "the entry in the log.",
    ),
    "MALFORMED_BODY": (
        "The body is not JSON in UTF-8, is incomplete, or could not be decompressed. NaN and infinities are not JSON.",
        "Correct what `detail` names. Sending the same bytes again will fail again.",
    ),
    "MALFORMED_REQUEST": (
        "A header or the query string is malformed: text that is not UTF-8, a query parameter that is sent more than "
        "once, or an entity tag or idempotency key in a wrong format.",
        "Correct what `detail` names.",
    ),
    "UNKNOWN_PARAMETER": (
        "The query string has a parameter that this operation does not define. It is refused rather than ignored, "
        "since a misspelt filter would otherwise return the whole list.",
        "Compare the names in `errors` with the parameters of the operation.",
    ),
    "INVALID_CURSOR": (
        "The cursor was modified, or was issued for a list with other filters or another sort order.",
        "Start again without a cursor, and send the same filters and sort order with every page.",
    ),
    "UNAUTHENTICATED": (
        "The request has no API key, or one that is unknown or revoked.",
        "Send `Authorization: Bearer` followed by the key. `rapport keys list` shows the existing keys.",
    ),
    "INSUFFICIENT_SCOPE": (
        "The API key is valid, but does not have the scope that this operation requires.",
        "Use a key with the scope that `detail` names; `rapport keys create` creates one.",
    ),
    "NOT_FOUND": (
        "The path is not part of the API, or no resource with this id exists.",
        "Check the path and the id. Ids are those that Rapport assigned, not those of another system.",
    ),
    "METHOD_NOT_ALLOWED": (
        "The path exists, but does not support this method.",
        "Use one of the methods in the `Allow` header.",
    ),
    "NOT_ACCEPTABLE": (
        "The `Accept` header asks for a media type that this operation does not offer.",
        "Accept one of the media types that the operation documents.",
    ),
    "REQUEST_TIMEOUT": (
        "The headers or the body took too long to arrive.",
        "Send the request again. Where a body takes long to generate, generate it before sending it.",
    ),
    "CONFLICT": (
        "The request is valid, but conflicts with what is stored: it would create a duplicate, or refers to "
        "a resource that does not exist.",
        "Read the current state, then decide whether the request still applies.",
    ),
    "ALREADY_HELD": (
        "An identity or an unshared contact point already belongs to another customer. `errors` points at each, "
        "and `customer_ids` lists those customers.",
        "In most cases this is the same person: use the existing customer. Where several people really share a "
        "phone number, mark the contact point as `shared`.",
    ),
    "CUSTOMER_ARCHIVED": (
        "The customer is archived, and archived customers cannot be changed.",
        "Restore the customer first.",
    ),
    "MOVE_NOT_ALLOWED": (
        "The resource is in a status that does not allow this transition: a completed task, for example, cannot be "
        "completed again.",
        "Read the resource again: another request may have changed it. `allowed` lists the transitions that are "
        "possible now.",
    ),
    "RECEIPT_DIFFERS": (
        "A receipt with this `source` and `receipt_no` is stored with different content. `errors` lists every "
        "difference, with the stored and the sent value.",
        "If the till corrected the receipt, send it with a higher `revision`. If two receipts have the same "
        "number, send them with different values of `source`.",
    ),
    "INTERACTION_DIFFERS": (
        "An interaction with this `source` and `external_id` is stored with different content.",
        "Change the stored interaction instead, or send the new one with an `external_id` of its own.",
    ),
    "COMPLAINT_DIFFERS": (
        "A complaint with this `source` and `external_id` is stored with different content.",
        "Change the stored complaint instead, or send the new one with an `external_id` of its own.",
    ),
    "TASK_DIFFERS": (
        "A task with this `source` and `external_id` is stored with different content.",
        "Change the stored task instead, or send the new one with an `external_id` of its own.",
    ),
    "RELATIONSHIP_DIFFERS": (
        "The two customers already have a relationship of this kind, with another title or other days.",
        "Change the stored relationship instead; `relationship_id` names it.",
    ),
    "FEEDBACK_DIFFERS": (
        "Feedback with this `source` and `external_id` is stored with different content.",
        "Change the stored feedback instead, or send the new one with an `external_id` of its own.",
    ),
    "VISIT_DIFFERS": (
        "A visit with this `source` and `external_id` is stored with different content.",
        "Change the stored visit instead, complete it if it is still planned, or send the new one with an "
        "`external_id` of its own.",
    ),
    "STEP_OPEN": (
        "The procedure requires a step before this transition that is not marked as done; `steps` lists it.",
        "Carry out the step, mark it as done on the complaint's checklist, and send the request again.",
    ),
    "REFUND_EXCEEDS_SALE": (
        "The receipt returns more than remains of the sale line that it names in `refund_of`, or something that the "
        "sale does not have; or it is a newer revision of a sale, with less than was returned of it.",
        "The `code` of the error says which. Check the receipt, the line number and what was returned before. A return "
        "without `refund_of` is always accepted.",
    ),
    "SALE_RETURNED": (
        "Receipts that count return something of this receipt; `sale_ids` lists them.",
        "Void these first, if the receipt should not count.",
    ),
    "ALREADY_CLAIMED": (
        "The record already belongs to another customer; `customer_id` names them.",
        "Nothing, if that is the right customer. To move a sale to another one, name the present customer in "
        "`moved_from`.",
    ),
    "UNWELCOME_CHANNEL": (
        "The customer has asked not to be contacted on this channel.",
        "Use another channel. If the contact took place nevertheless, record it with the reason in `unwelcome_reason`.",
    ),
    "SURVEY_NOT_OPEN": (
        "The survey is a draft, paused or closed: it accepts neither invitations nor answers.",
        "Open the survey, if it should run.",
    ),
    "ANSWER_CLOSED": (
        "The period in which the answers could be changed is over. The stored answers remain.",
        "Nothing: the last answers that were accepted count.",
    ),
    "ANSWER_EXPIRED": (
        "The invitation has expired or was revoked, or its survey is closed.",
        "Nothing. The operator of the survey can send a new invitation.",
    ),
    "ASKED_RECENTLY": (
        "The customer was invited to a survey before, and the survey's minimum interval between invitations has not "
        "passed.",
        "Invite again from `allowed_at` on.",
    ),
    "QUIET_HOURS": (
        "The invitation is not due yet, or the customer must not be contacted on this channel at this hour.",
        "Try again from `allowed_at` on. `sendable=true` lists the invitations that can be sent now.",
    ),
    "IDEMPOTENCY_KEY_IN_FLIGHT": (
        "Another request with the same idempotency key is still being processed.",
        "Wait for the time in `Retry-After` and send the request again: the response will be that of the first.",
    ),
    "PRECONDITION_FAILED": (
        "The resource has another version than the one in `If-Match`, or it already exists although the request has "
        "`If-None-Match: *`.",
        "Read the resource again, apply the change to its current state, and send it with the new `ETag`.",
    ),
    "BODY_TOO_LARGE": (
        "The body, or a line of a batch, exceeds the size limit. The limit of compressed bodies applies to their "
        "decompressed size.",
        "Send many records to the `/batch` operations, which accept any number of lines.",
    ),
    "UNSUPPORTED_MEDIA_TYPE": (
        "The `Content-Type` or `Content-Encoding` of the body is not supported by this operation.",
        "Send JSON as `application/json`, a PATCH as `application/merge-patch+json` and a batch as "
        "`application/x-ndjson`, all in UTF-8, uncompressed or compressed with gzip.",
    ),
    "VALIDATION_FAILED": (
        "The request is well formed, but some of its values are invalid.",
        "Correct the fields listed in `errors`: `pointer` locates the field, `code` and `detail` name the problem.",
    ),
    "IDEMPOTENCY_KEY_REUSED": (
        "The idempotency key was used before, for a request with other content.",
        "Generate a new key for every operation, and reuse it only to retry that same request.",
    ),
    "TOO_MANY_REQUESTS": (
        "The API key, or the client address where no key is required, has exceeded its requests per minute; or too "
        "many wrong codes were sent for a receipt.",
        "Wait for the time in `Retry-After`. The `RateLimit` header of every response tells how many requests remain; "
        "a `/batch` operation counts as one request, however many lines it has.",
    ),
    "HEADERS_TOO_LARGE": (
        "The request line and headers exceed the limit on their size or number.",
        "Send long texts in the body, and fewer headers.",
    ),
    "TRANSFER_CODING_NOT_IMPLEMENTED": (
        "The body was sent with a transfer coding besides `chunked`, such as gzip.",
        "Send it with `Content-Length`, or chunked. To compress it, use `Content-Encoding: gzip`.",
    ),
    "VERSION_NOT_SUPPORTED": (
        "The request line names a version of HTTP other than 1.1 and 1.0.",
        "Use HTTP/1.1. A reverse proxy can offer other versions to its clients.",
    ),
    "UNAVAILABLE": (
        "The service is running, but its database is unreachable, overloaded or has no free connection.",
        "Wait for the time in `Retry-After` and send the request again, with the same idempotency key if it is a POST.",
    ),
}
"""Code: (what it means, how to resolve it)."""
