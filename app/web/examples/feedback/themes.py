from typing import Any

THEME = "019cf2a4-7c31-7a05-9e62-d40b1f8c5a73"
_AT = "2026-03-02T08:40:19.220000Z"
NEW: dict[str, Any] = {
    "code": "waiting",
    "name": "Waiting",
    "words": ["queue", "slow", "waited"],
    "phrases": ["took ages"],
}
WAITING: dict[str, Any] = NEW | {
    "id": THEME,
    "active": True,
    "languages": [],
    "version": 1,
    "created_at": _AT,
    "updated_at": _AT,
}
MORE: dict[str, Any] = {"phrases": ["took ages", "nobody came"]}
VERSION: dict[str, Any] = {
    "version": 1,
    "definition": NEW | {"active": True, "languages": []},
    "actor": "back office",
    "created_at": _AT,
}
REANALYSIS: dict[str, Any] = {
    "analyzer": "rapport-lexicon",
    "analyzer_version": "1",
    "themes": 5,
    "planned_at": "2026-03-16T09:20:11.402000Z",
}

PATHS = {"theme_id": THEME}
QUERIES: dict[str, dict[str, Any]] = {"list_themes": {"active": True}}
BODIES: dict[str, dict[str, Any]] = {"create_theme": {"Waiting time": NEW}, "update_theme": {"Add a phrase": MORE}}
ANSWERS: dict[str, Any] = {"update_theme": WAITING | MORE | {"version": 2, "updated_at": "2026-03-20T11:02:37.615000Z"}}
SCHEMAS: dict[str, Any] = {"Theme": WAITING, "ThemeVersion": VERSION, "TextReanalysis": REANALYSIS}
