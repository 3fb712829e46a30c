"""The relationship of Zoë with the restaurant that she works for."""

from typing import Any

from app.web.examples.customers.customers import RESTAURANT, ZOE

RELATIONSHIP = "019cea12-33a0-7c47-a908-64e0d7b5f18f"
NEW_RELATIONSHIP: dict[str, Any] = {"kind": "works_for", "customer_id": RESTAURANT, "title": "Head chef"}
SENT_RELATIONSHIP: dict[str, Any] = {
    "subject": {"identity": {"system": "loyalty", "external_id": "2001-4477"}},
    "kind": "works_for",
    "customer": {"id": RESTAURANT},
    "title": "Head chef",
}
WORKS_FOR: dict[str, Any] = {
    "id": RELATIONSHIP,
    "subject": {"id": ZOE, "display_name": "Zoë Okafor", "kind": "person"},
    "kind": "works_for",
    "direction": "outgoing",
    "customer": {"id": RESTAURANT, "display_name": "The Oyster Shed", "kind": "organization"},
    "title": "Head chef",
    "since": None,
    "until": None,
    "version": 1,
    "created_at": "2026-03-14T09:14:01.337002Z",
    "updated_at": "2026-03-14T09:14:01.337002Z",
}
PATHS = {
    "relationship_id": RELATIONSHIP,
}
BODIES: dict[str, Any] = {
    "record_relationship": {"An employer": SENT_RELATIONSHIP},
    "record_relationships": {"An employer": SENT_RELATIONSHIP},
    "create_relationship": {"An employer": NEW_RELATIONSHIP},
    "update_relationship": {"A new position": {"title": "Owner"}},
}
ANSWERS: dict[str, Any] = {
    "update_relationship": WORKS_FOR | {"title": "Owner", "version": 2},
}
SCHEMAS: dict[str, Any] = {
    "Relationship": WORKS_FOR,
}
