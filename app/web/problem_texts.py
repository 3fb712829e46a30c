"""What each problem code means and what to do about it: the words of its page."""

TEXTS: dict[str, tuple[str, str]] = {
    "INTERNAL_ERROR": (
        "The service met something that it was not written for. Nothing of the request was stored.",
        "Try again later. If it stays, pass the `request_id` on to whoever runs the service: their log has the rest.",
    ),
    "MALFORMED_BODY": (
        "The body is not JSON in UTF-8, ended early, or could not be decompressed. NaN and infinities are not JSON.",
        "Send what `detail` asks for. Sending the same bytes again will not help.",
    ),
    "MALFORMED_REQUEST": (
        "A header or the query string could not be read: text that is not UTF-8, a parameter that stands twice, "
        "an entity tag or an idempotency key of another form.",
        "Correct what `detail` names.",
    ),
    "UNKNOWN_PARAMETER": (
        "The query has a parameter that this operation does not know. It is refused rather than passed over, "
        "since a misspelt filter would otherwise answer with everything.",
        "Look for the name in `errors` and compare it with the operation's parameters.",
    ),
    "INVALID_CURSOR": (
        "The cursor was changed, or belongs to a list with other filters or another sort.",
        "Begin again without a cursor, and from page to page send the same filters and sort as for the first.",
    ),
    "UNAUTHENTICATED": (
        "There is no key in the request, or one that is unknown or revoked.",
        "Send `Authorization: Bearer` and the key. `rapport keys list` shows which keys there are.",
    ),
    "INSUFFICIENT_SCOPE": (
        "The key is valid, but may not do this.",
        "Use a key with the scope that `detail` names; `rapport keys create` makes one.",
    ),
    "NOT_FOUND": (
        "There is nothing at this path: the path is not one of the API's, or nothing with this id exists.",
        "Check the id. It is one that Rapport gave, not one of another system.",
    ),
    "METHOD_NOT_ALLOWED": (
        "The path exists, but not for this method.",
        "The header `Allow` lists the methods that it has.",
    ),
    "NOT_ACCEPTABLE": (
        "The `Accept` header asks for a media type that this operation cannot answer with.",
        "Accept one of those that the operation documents.",
    ),
    "REQUEST_TIMEOUT": (
        "The body paused for too long while it was being sent.",
        "Send it again. A body that takes long to make is better made first and sent then.",
    ),
    "CONFLICT": (
        "The request is well formed, but does not fit what is stored: it would make a duplicate, or refers to "
        "something that does not exist.",
        "Read the present state, then decide anew.",
    ),
    "ALREADY_HELD": (
        "An identity or an unshared contact point belongs to another customer already. `errors` points at each, "
        "and `customer_ids` names the holders.",
        "Most often this is the same person: use the customer who is there. Where a household really shares a "
        "phone number, mark the contact point as `shared`.",
    ),
    "CUSTOMER_ARCHIVED": (
        "The customer is archived, and archived customers do not change.",
        "Restore the customer first.",
    ),
    "MOVE_NOT_ALLOWED": (
        "The status that it has does not allow this step: what is completed cannot be completed again.",
        "Read it again: somebody may have been quicker. `allowed` lists what may be done now.",
    ),
    "RECEIPT_DIFFERS": (
        "A receipt with this source and number is stored with other content. `errors` lists every difference, "
        "with what is stored and what was sent.",
        "If the till corrected the receipt, send it with a higher `revision`. If two receipts have the same "
        "number, their `source` should tell them apart.",
    ),
    "INTERACTION_DIFFERS": (
        "An interaction with this `source` and `external_id` is stored with other content.",
        "Change the stored one instead, or give the new one an id of its own.",
    ),
    "COMPLAINT_DIFFERS": (
        "A complaint with this `source` and `external_id` is stored with other content.",
        "Change the stored one instead, or give the new one an id of its own.",
    ),
    "FEEDBACK_DIFFERS": (
        "Feedback with this `source` and `external_id` is stored with other content.",
        "Change the stored one instead, or give the new one an id of its own.",
    ),
    "VISIT_DIFFERS": (
        "A visit with this `source` and `external_id` is stored with other content.",
        "Change the stored one instead, complete it if it was only planned, or give the new one an id of its own.",
    ),
    "STEP_OPEN": (
        "The procedure asks for a step before this move that nobody has marked as done; `steps` names it.",
        "Do it, mark it on the complaint's checklist, and make the move again.",
    ),
    "REFUND_EXCEEDS_SALE": (
        "The receipt takes back more than is left of the line that it names in `refund_of`.",
        "Check the line's number and what was returned before. A return that names no line is always taken.",
    ),
    "ALREADY_CLAIMED": (
        "It belongs to a customer already.",
        "Nothing to do if that is the right one.",
    ),
    "UNWELCOME_CHANNEL": (
        "The customer has asked not to be contacted on this channel.",
        "Use another channel. If the contact was made all the same, record it with the reason in `unwelcome_reason`.",
    ),
    "SURVEY_NOT_OPEN": (
        "The survey is a draft, paused or closed: nobody is asked, and nothing is sent or answered.",
        "Open the survey, if it should ask.",
    ),
    "ANSWER_CLOSED": (
        "The answers were given some time ago, and the time in which they could be changed is over. They are kept.",
        "Nothing to do: what was answered first, or changed last, counts.",
    ),
    "ANSWER_EXPIRED": (
        "The invitation has expired or was revoked, or its survey is over.",
        "Nothing to do. Whoever runs the survey can invite again.",
    ),
    "ASKED_RECENTLY": (
        "The customer was asked before, and the survey leaves them in peace for some days.",
        "Ask again from `allowed_at` on.",
    ),
    "QUIET_HOURS": (
        "It is not time yet to send the invitation, or the customer is not to be written to or called at this hour.",
        "Try again from `allowed_at` on. `sendable=true` lists the invitations whose time has come.",
    ),
    "IDEMPOTENCY_KEY_IN_FLIGHT": (
        "A request with the same idempotency key has come in and is not finished yet.",
        "Wait as long as `Retry-After` says and send it again: the answer will be that of the first.",
    ),
    "PRECONDITION_FAILED": (
        "The resource has another version than the one in `If-Match`, or exists although `If-None-Match: *` "
        "wanted to make it.",
        "Read it again, apply the change to what it is now, and send that with the new `ETag`.",
    ),
    "BODY_TOO_LARGE": (
        "The body, or a line of a batch, is larger than the service takes. For compressed bodies the size after "
        "decompression counts.",
        "Send many records to the `/batch` operations, which take any number of lines.",
    ),
    "UNSUPPORTED_MEDIA_TYPE": (
        "The body's `Content-Type` or `Content-Encoding` is not one that is read here.",
        "Send JSON as `application/json`, a PATCH as `application/merge-patch+json`, a batch as "
        "`application/x-ndjson`, all in UTF-8 and compressed with gzip or not at all.",
    ),
    "VALIDATION_FAILED": (
        "The request can be read, but some of its values are not right.",
        "`errors` has an entry for each: `pointer` says where, `code` and `detail` what.",
    ),
    "IDEMPOTENCY_KEY_REUSED": (
        "The idempotency key was used before, for a request that is not the same as this one.",
        "Make a new key for each thing that is to be done, and keep it only for sending that one again.",
    ),
    "TOO_MANY_REQUESTS": (
        "The key has made more requests than it may in a minute, or the address where no key is needed; or there were "
        "too many wrong codes for a receipt.",
        "Wait as long as `Retry-After` says. `RateLimit` tells on every answer how many are left; the `/batch` "
        "operations count as one request, however many lines they have.",
    ),
    "HEADERS_TOO_LARGE": (
        "The request line and headers are larger, or more in number, than the service takes.",
        "Send long texts in bodies, and fewer headers.",
    ),
    "UNAVAILABLE": (
        "The service runs, but cannot answer just now: its database is away, busy, or has no connection free.",
        "Wait as long as `Retry-After` says and send the request again, with the same idempotency key if it is a POST.",
    ),
}
"""code: what it means, what to do."""
