"""docs/complaints.md: one complaint from an angry call to a customer who came back."""

import json
import re
import shutil
from datetime import timedelta

import httpx
import pytest

from app.rules.complaints.states import MOVES, OPEN
from tests.support import pages
from tests.support.application import ADMIN_KEY, MakeApp, TestClock

PAGE = pages.DOCS / "complaints.md"
LATER = {
    "an hour later": timedelta(hours=1),
    "a day later": timedelta(days=1),
    "three days later, and the worker runs": timedelta(days=3),
    "two weeks later": timedelta(days=14),
    "half a year later": timedelta(days=190),
}


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
async def test_every_line_works(make_app: MakeApp, clock: TestClock) -> None:
    app = await make_app()
    async with pages.served(app) as port:
        printed = await pages.walked(PAGE, app, port, clock, LATER)
        complaint_id = json.loads(re.findall(r"\{.*\}", printed[5])[0])["id"]
        headers = {"Authorization": f"Bearer {ADMIN_KEY}"}
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}/v1", headers=headers) as client:
            complaint = (await client.get(f"/complaints/{complaint_id}")).json()
            recovery = (await client.get(f"/complaints/{complaint_id}/recovery")).json()
    told = "".join(printed)
    assert "STEP_OPEN" in told
    assert (complaint["state"], complaint["owner"], complaint["priority"]) == ("closed", "Tom", "high")
    assert complaint["breached"]
    assert all(what in told for what in ("complaint.warned", "complaint.breached", "complaint.escalated"))
    assert {spell["days"]: spell["bought_again"] for spell in recovery["windows"]} == dict.fromkeys(
        (30, 90, 180), "yes"
    )


def test_its_table_is_the_table_of_moves() -> None:
    rows = re.findall(r"^\| (\w+) \| ([\w, ]+) \| (\w+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    told = {move: (states, to) for move, states, to in rows if move != "move"}
    every_open = "every open state"
    expected = {
        move.value: (every_open if start == OPEN else ", ".join(s.value for s in type(to) if s in start), to.value)
        for move, (start, to) in MOVES.items()
    }
    assert told == expected


def test_every_pause_of_the_page_is_known() -> None:
    assert pages.pauses(PAGE) == set(LATER)
