"""A survey after a purchase, its form, and Zoë's answers."""

from typing import Any

SURVEY = "019ceb10-3c5a-7a41-b8f2-6d0e94c7a135"
TOKEN = "Yb3n0pXW4cVQkz7mDg2hT8sLrJ5uE1aF9oKiNvRtC6w"
_AT = "2026-02-20T08:15:42.118000Z"
_OPENED = "2026-02-20T09:02:10.904000Z"
_ANSWERED = "2026-03-15T18:22:41.000000Z"

_RECOMMEND: dict[str, Any] = {
    "key": "recommend",
    "kind": "nps",
    "wording": {"en": "Would you recommend us to a friend?", "cy": "A fyddech chi'n ein hargymell i ffrind?"},
    "required": True,
}
_WHY: dict[str, Any] = {
    "key": "why",
    "kind": "text",
    "wording": {"en": "What went wrong?", "cy": "Beth aeth o'i le?"},
    "show_if": {"question": "recommend", "at_most": "6"},
}
_BOUGHT: dict[str, Any] = {
    "key": "counter",
    "kind": "multiple_choice",
    "wording": {"en": "Where did you shop?", "cy": "Ble wnaethoch chi siopa?"},
    "choices": [
        {"key": "meat", "wording": {"en": "Meat counter", "cy": "Cownter cig"}},
        {"key": "cheese", "wording": {"en": "Cheese counter", "cy": "Cownter caws"}},
    ],
}
_WAIT: dict[str, Any] = {
    "key": "wait",
    "kind": "csat",
    "wording": {"en": "How was the wait?", "cy": "Sut oedd yr aros?"},
    "aspect": "waiting time",
    "show_if": {"question": "counter", "any_of": ["meat"]},
}
NEW: dict[str, Any] = {
    "code": "after-purchase",
    "name": "Your last visit",
    "languages": ["en", "cy"],
    "introduction": {"en": "Two minutes, and we read all of it.", "cy": "Dwy funud, ac rydym yn darllen y cyfan."},
    "thanks": {"en": "Thank you!", "cy": "Diolch!"},
    "questions": [_RECOMMEND, _WHY, _BOUGHT, _WAIT],
    "for_receipts": True,
    "min_days_between_invitations": 60,
}
_UNSAID: dict[str, Any] = {
    "required": False,
    "worst": None,
    "best": None,
    "choices": [],
    "max_choices": None,
    "aspect": None,
    "side": "experience",
    "show_if": None,
}
_TEST: dict[str, Any] = {"at_least": None, "at_most": None, "any_of": [], "yes_no": None}


def _whole(question: dict[str, Any]) -> dict[str, Any]:
    found = _UNSAID | question
    return found | {"show_if": found["show_if"] and _TEST | found["show_if"]}


_WHOLE = NEW | {"questions": [_whole(each) for each in NEW["questions"]], "expires_days": 30, "edit_hours": 24}
DRAFT: dict[str, Any] = _WHOLE | {
    "id": SURVEY,
    "status": "draft",
    "published_version": None,
    "opened_at": None,
    "closed_at": None,
    "version": 1,
    "created_at": _AT,
    "updated_at": _AT,
}
OPEN = DRAFT | {
    "status": "open",
    "published_version": 1,
    "opened_at": _OPENED,
    "version": 2,
    "updated_at": _OPENED,
}
_CHANGE: dict[str, Any] = {"name": "Your visit", "edit_hours": 48}
_LATER = {"version": 3, "updated_at": "2026-04-01T07:30:00.000000Z"}

_GIVEN: list[dict[str, Any]] = [
    {"question": "recommend", "value": "3"},
    {"question": "why", "text": "The lamb was off, and nobody rang back."},
    {"question": "counter", "choices": ["meat"]},
    {"question": "wait", "value": "4"},
]
_BY_RECEIPT: dict[str, Any] = {"source": "till", "receipt_no": "2026-000117"}
_SCALES = {"nps": ("0", "10"), "csat": ("1", "5")}


def _asked(question: dict[str, Any]) -> dict[str, Any]:
    worst, best = _SCALES.get(question["kind"], (None, None))
    kept = {name: question[name] for name in ("key", "kind", "required", "max_choices", "show_if")}
    choices = [{"key": each["key"], "wording": each["wording"]["en"]} for each in question["choices"]]
    return kept | {"wording": question["wording"]["en"], "worst": worst, "best": best, "choices": choices}


FORM: dict[str, Any] = {
    "name": NEW["name"],
    "language": "en",
    "languages": NEW["languages"],
    "introduction": NEW["introduction"]["en"],
    "thanks": NEW["thanks"]["en"],
    "questions": [_asked(each) for each in _WHOLE["questions"]],
    "answers": [],
    "answered_at": None,
    "editable_until": None,
    "expires_at": "2026-04-14T09:00:00.000000Z",
}
_FILLED = FORM | {
    "answers": _GIVEN,
    "answered_at": _ANSWERED,
    "editable_until": "2026-03-16T18:22:41.000000Z",
}

PATHS = {"survey_id": SURVEY, "token": TOKEN}
QUERIES: dict[str, dict[str, Any]] = {
    "list_surveys": {"status": "open"},
    "get_answer_code": dict(_BY_RECEIPT),
    "get_receipt_survey_form": {**_BY_RECEIPT, "code": "7Q3K-M0XD"},
}
BODIES: dict[str, dict[str, Any]] = {
    "create_survey": {"After a purchase": NEW},
    "update_survey": {"Rename and extend editing": _CHANGE},
    "submit_survey_answers": {"Dissatisfied customer": {"answers": _GIVEN, "language": "en"}},
    "submit_receipt_answers": {"Dissatisfied customer": {**_BY_RECEIPT, "code": "7Q3K-M0XD", "answers": _GIVEN}},
}
ANSWERS: dict[str, Any] = {
    "create_survey": DRAFT,
    "update_survey": OPEN | _CHANGE | _LATER,
    "pause_survey": OPEN | _LATER | {"status": "paused"},
    "close_survey": OPEN | _LATER | {"status": "closed", "closed_at": _LATER["updated_at"]},
    "submit_survey_answers": _FILLED,
    "submit_receipt_answers": _FILLED | {"expires_at": None},
    "get_receipt_survey_form": FORM | {"expires_at": None},
}
SCHEMAS: dict[str, Any] = {
    "Survey": OPEN,
    "SurveyVersion": {"version": 1, "definition": NEW, "actor": "back office", "created_at": _AT},
    "AnswerCode": {**_BY_RECEIPT, "code": "7Q3K-M0XD"},
    "SurveyForm": FORM,
}
