"""docs/feedback.md: one customer buys, is asked, answers 3 of 10, is heard, and is asked again not too soon."""

import re
import shutil
from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.support import pages
from tests.support.application import ADMIN_KEY, MakeApp, TestClock

PAGE = pages.DOCS / "feedback.md"
LATER = {
    "ten hours later, and the worker runs": timedelta(hours=10),
    "the next morning": timedelta(hours=14),
    "a week later": timedelta(days=7),
    "a day later, and the worker runs": timedelta(days=1),
    "four weeks later": timedelta(days=28),
    "another day later, and the worker runs": timedelta(days=1),
}


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
async def test_every_line_works(make_app: MakeApp, clock: TestClock) -> None:
    app = await make_app()
    async with pages.served(app) as port:
        printed = await pages.walked(PAGE, app, port, clock, LATER)
        headers = {"Authorization": f"Bearer {ADMIN_KEY}"}
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}/v1", headers=headers) as client:
            found = {
                path: (await client.get(f"/{path}")).json()["items"]
                for path in ("customers", "feedback", "invitations", "tasks", "interactions")
            }
    told = "".join(printed)
    assert "QUIET_HOURS" in told
    (zoe,) = found["customers"]
    _check_feedback(zoe, found)
    invitations = [one for one in found["invitations"] if one["customer_id"] == zoe["id"]]
    assert [one["channel"] for one in invitations] == ["email", "email"]
    first, second = sorted(invitations, key=lambda one: one["created_at"])
    assert first["send_after"] == "2026-03-03T09:00:00.000000Z"
    assert (first["state"], second["state"]) == ("answered", "pending")
    assert second["created_at"] >= "2026-04-02"  # not within thirty days
    token = re.search(r"TOKEN=|/v1/answers/(\S+?)[\"?]", told)
    assert token is None, "the token is not to be seen again"


def _check_feedback(zoe: dict[str, Any], found: dict[str, list[dict[str, Any]]]) -> None:
    (answer,) = [one for one in found["feedback"] if one["customer_id"] == zoe["id"]]
    assert (answer["value"], answer["score"], answer["nps_class"]) == ("3", "30.00", "detractor")
    assert (answer["sentiment"], answer["themes"]) == ("negative", ["waiting"])
    assert (answer["site"], answer["staff"]) == ("whitstable", "Tom")
    assert all(answer[name] for name in ("acknowledged_at", "acted_at", "notified_at", "closed_at"))
    (task,) = [one for one in found["tasks"] if one["customer_id"] == zoe["id"]]
    assert task["id"] == answer["follow_ups"][0]["task_id"]
    assert task["what"].startswith("Ring and listen")
    kinds = [(one["kind"], one["channel"]) for one in found["interactions"] if one["customer_id"] == zoe["id"]]
    assert sorted(kinds) == [("message", "email"), ("thank_you", "email")]
    receipts = [one["receipt"] for one in found["feedback"] if one["receipt"]]
    assert receipts == [{"source": "till-1", "receipt_no": "F-1002"}]
    methods = {one["method"] for one in found["feedback"]}
    assert methods == {"survey", "review", "form", "competitor", "mystery_shopper"}


def test_every_pause_of_the_page_is_known() -> None:
    assert pages.pauses(PAGE) == set(LATER)
