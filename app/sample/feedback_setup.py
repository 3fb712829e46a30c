"""The feedback set-up of the sample shop: surveys, rules, themes and scorecards."""

from typing import Any

from app.sample.businesses import OFFICE

_HESTER, _TUNDE, *_ = OFFICE
ASPECTS = ("waiting time", "freshness", "advice")

SURVEYS: tuple[dict[str, Any], ...] = (
    {
        "code": "after-a-visit",
        "name": "How was your visit?",
        "languages": ["en", "pl"],
        "introduction": {"en": "Three questions, one minute.", "pl": "Trzy pytania, jedna minuta."},
        "thanks": {"en": "Thank you. We read every answer.", "pl": "Dziękujemy. Czytamy każdą odpowiedź."},
        "questions": [
            {
                "key": "recommend",
                "kind": "nps",
                "wording": {
                    "en": "How likely are you to recommend us to a friend?",
                    "pl": "Czy poleciliby nas Państwo znajomym?",
                },
                "required": True,
            },
            {
                "key": "satisfied",
                "kind": "csat",
                "wording": {"en": "How satisfied were you?", "pl": "Czy byli Państwo zadowoleni?"},
            },
            {
                "key": "why",
                "kind": "text",
                "wording": {"en": "What could we have done better?", "pl": "Co mogliśmy zrobić lepiej?"},
                "show_if": {"question": "recommend", "at_most": "8"},
            },
            {
                "key": "liked",
                "kind": "text",
                "wording": {"en": "What did you like best?", "pl": "Co podobało się najbardziej?"},
                "show_if": {"question": "recommend", "at_least": "9"},
            },
        ],
        "for_receipts": True,
        "min_days_between_invitations": 90,
    },
    {
        "code": "after-a-complaint",
        "name": "Did we put it right?",
        "languages": ["en"],
        "questions": [
            {
                "key": "easy",
                "kind": "ces",
                "wording": {"en": "How easy did we make it to have your problem solved?"},
                "required": True,
            },
            {"key": "words", "kind": "text", "wording": {"en": "Anything you would like to add?"}},
        ],
        "min_days_between_invitations": 30,
    },
)
SURVEY_RULES: tuple[dict[str, Any], ...] = (
    {
        "code": "visit-next-day",
        "name": "The day after a purchase",
        "survey": "after-a-visit",
        "after": "sale",
        "delay_hours": 24,
        "sample_percent": 25,
    },
    {
        "code": "complaint-a-week-later",
        "name": "A week after a complaint was closed",
        "survey": "after-a-complaint",
        "after": "complaint_closed",
        "delay_hours": 168,
        "sample_percent": 100,
    },
)
FEEDBACK_RULES: tuple[dict[str, Any], ...] = (
    {
        "code": "unhappy",
        "name": "Ring whoever would not recommend us",
        "conditions": {"methods": ["survey", "form"], "score_below": 50},
        "task": {"what": "Ring and listen", "owner": _HESTER, "due_hours": 48},
    },
    {
        "code": "stars",
        "name": "Answer bad reviews",
        "conditions": {"methods": ["review"], "score_below": 50},
        "task": {"what": "Answer the review", "owner": _TUNDE, "due_hours": 24},
    },
)
THEMES: tuple[dict[str, Any], ...] = (
    {
        "code": "waiting",
        "name": "Waiting",
        "words": ["queue", "waited", "slow", "kolejka"],
        "phrases": ["twenty minutes"],
    },
    {"code": "freshness", "name": "Freshness", "words": ["fresh", "smelled", "off", "warm"]},
    {
        "code": "price",
        "name": "Price",
        "words": ["price", "expensive", "dear", "value", "cher"],
        "phrases": ["too much"],
    },
    {"code": "delivery", "name": "Delivery", "words": ["delivery", "delivered", "driver", "late"]},
    {"code": "staff", "name": "Staff", "words": ["staff", "friendly", "rude", "advice", "obsługa"]},
)
SCORECARDS: tuple[dict[str, Any], ...] = (
    {
        "code": "counter",
        "name": "At the counter",
        "items": [
            {
                "key": "greeted",
                "title": "Greeted within a minute",
                "weight": "2",
                "kind": "yes_no",
                "section": "welcome",
            },
            {
                "key": "advice",
                "title": "Good advice",
                "weight": "3",
                "kind": "scale",
                "worst": "1",
                "best": "5",
                "section": "advice",
            },
            {
                "key": "clean",
                "title": "Clean counter and floor",
                "weight": "2",
                "kind": "yes_no",
                "section": "shop",
                "critical": True,
                "cap": "50",
                "evidence_required": True,
            },
            {"key": "thanked", "title": "Thanked at the end", "weight": "1", "kind": "yes_no", "section": "welcome"},
        ],
    },
)
