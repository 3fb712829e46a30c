"""An idea of a customer's, its vote and its status."""

from typing import Any

from app.web.examples.customers import ZOE

IDEA = "019cf2a0-4e10-7c62-b1d8-5a7f3e90c246"
NEW: dict[str, Any] = {
    "title": "Open on Monday mornings",
    "description": "For those who work at the weekend.",
    "owner": "Tom",
    "customer_id": ZOE,
}
SUGGESTED: dict[str, Any] = {
    "id": IDEA,
    "title": NEW["title"],
    "description": NEW["description"],
    "owner": "Tom",
    "status": "new",
    "status_note": None,
    "status_at": "2026-03-16T09:20:11.402000Z",
    "votes": 1,
    "attributes": {},
    "version": 2,
    "created_at": "2026-03-16T09:20:11.402000Z",
    "updated_at": "2026-03-16T09:20:11.402000Z",
}
DECISION: dict[str, Any] = {"status": "planned", "status_note": "From May, eight to noon."}
DECIDED = (
    SUGGESTED
    | DECISION
    | {
        "status_at": "2026-04-01T15:02:54.880000Z",
        "updated_at": "2026-04-01T15:02:54.880000Z",
        "version": 3,
    }
)
VOTE: dict[str, Any] = {"customer_id": ZOE, "feedback_id": None, "voted_at": "2026-03-16T09:20:11.402000Z"}

PATHS = {"idea_id": IDEA}
QUERIES: dict[str, dict[str, Any]] = {"list_ideas": {"status": "planned"}}
BODIES: dict[str, dict[str, Any]] = {
    "create_idea": {
        "Idea": {"title": "Smaller packs for one", "description": "Half a pound is too much for one person."},
        "Suggested by Zoë": NEW,
    },
    "update_idea": {"Plan an idea": DECISION},
    "vote_for_idea": {"Vote of a customer": {"customer_id": ZOE}},
    "withdraw_idea_vote": {"Vote of a customer": {"customer_id": ZOE}},
}
ANSWERS: dict[str, Any] = {
    "update_idea": DECIDED,
    "withdraw_idea_vote": SUGGESTED | {"votes": 0, "version": 3},
}
SCHEMAS: dict[str, Any] = {"Idea": SUGGESTED, "IdeaVote": VOTE}
