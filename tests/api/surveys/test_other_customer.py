"""Invitations about what turns out to be another customer's: sent ones stay, others move or are withdrawn."""

import json
from typing import Any

import httpx
import pytest

from app.core.sessions import Sessions
from tests import make
from tests.make.surveys import INVITATIONS, answers, create_customer, create_open, create_rule, invite, record_sale
from tests.support import api
from tests.support.application import TestClock, Worker
from tests.support.links import PATHS, claim, customer_of, move_sale, release, timeline
from tests.support.surveys import invitation_events, listed_invitations

Customer = dict[str, Any]
SUBJECTS = ["sale", "complaint", "interaction"]
NOT_THEIRS = "does not belong to the customer any more"


async def record(client: httpx.AsyncClient, noun: str, customer: Customer | None) -> dict[str, Any]:
    if noun == "sale":
        return await record_sale(client, customer)
    theirs = {"customer_id": customer["id"]} if customer is not None else {}
    return await (make.record_complaint if noun == "complaint" else make.record_interaction)(client, **theirs)


async def move(client: httpx.AsyncClient, noun: str, subject: dict[str, Any], old: Customer, new: Customer) -> None:
    await claim(client, noun, subject, new, moved_from=old["id"])


async def get(client: httpx.AsyncClient, invitation: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = await api.get(client, f"{INVITATIONS}/{invitation['id']}")
    return found


async def send(client: httpx.AsyncClient, invitation: dict[str, Any]) -> dict[str, Any]:
    sent: dict[str, Any] = await api.post(client, f"{INVITATIONS}/{invitation['id']}/send", status=200)
    return sent


async def withdrawn(client: httpx.AsyncClient, db: Any, invitation: dict[str, Any]) -> tuple[str | None, str | None]:
    """Whose it is, and why it was withdrawn."""
    found = await get(client, invitation)
    assert (found["state"], found["withdrawn_at"]) == ("withdrawn", "2026-03-02T09:00:00.000000Z")
    assert (await invitation_events(db, invitation))[-1][0] == "withdrawn"
    refused = await client.post(f"{INVITATIONS}/{invitation['id']}/send")
    assert (refused.status_code, refused.json()["code"]) == (409, "MOVE_NOT_ALLOWED")
    return found["customer_id"], found["withdrawal_reason"]


@pytest.mark.parametrize("noun", SUBJECTS)
class TestSent:
    async def test_stays_with_whom_it_was_sent_to(self, client: httpx.AsyncClient, noun: str) -> None:
        ada, bo, asked = await create_customer(client), await create_customer(client), await create_open(client)
        subject = await record(client, noun, ada)
        about = {f"{noun}_id": subject["id"]}
        invitation = await invite(client, asked, **about)
        await send(client, invitation)
        await move(client, noun, subject, ada, bo)
        found = await get(client, invitation)
        assert (found["customer_id"], found["state"]) == (ada["id"], "sent")
        assert "invitation.sent" in await timeline(client, ada, invitation)
        assert await timeline(client, bo, invitation) == []
        again = await client.post(INVITATIONS, json={"survey_id": asked["id"], "customer_id": ada["id"]})
        assert again.json()["code"] == "ASKED_RECENTLY"
        assert (await invite(client, asked, **about))["customer_id"] == bo["id"], "who was never asked"

    async def test_says_that_it_is_about_somebody_elses(self, client: httpx.AsyncClient, db: Any, noun: str) -> None:
        ada, bo = await create_customer(client), await create_customer(client)
        subject = await record(client, noun, ada)
        invitation = await invite(client, await create_open(client), **{f"{noun}_id": subject["id"]})
        await send(client, invitation)
        await move(client, noun, subject, ada, bo)
        (told,) = [e for e in await api.events(db, invitation["id"]) if e.type == "invitation.contradicted"]
        assert (str(told.customer_id), told.data["linked_customer_id"]) == (ada["id"], bo["id"])

    async def test_so_does_its_answer(self, client: httpx.AsyncClient, anonymous: httpx.AsyncClient, noun: str) -> None:
        """Given before it moves, or afterwards."""
        ada, bo = await create_customer(client), await create_customer(client)
        asked = await create_open(client, min_days_between_invitations=0)
        subject = await record(client, noun, ada)
        first, second = [await invite(client, asked, **{f"{noun}_id": subject["id"]}) for _ in range(2)]
        tokens = [(await send(client, each))["token"] for each in (first, second)]
        await api.post(anonymous, f"/v1/answers/{tokens[0]}", answers())
        await move(client, noun, subject, ada, bo)
        await api.post(anonymous, f"/v1/answers/{tokens[1]}", answers())
        await release(client, noun, subject)
        given = (await api.get(client, "/v1/feedback", method="survey"))["items"]
        assert [each["customer_id"] for each in given] == [ada["id"]] * 2
        assert [(await get(client, each))["state"] for each in (first, second)] == ["answered"] * 2
        assert [(await get(client, each))["customer_id"] for each in (first, second)] == [ada["id"]] * 2

    async def test_stays_where_nobody_is_known_any_more(self, client: httpx.AsyncClient, noun: str) -> None:
        ada = await create_customer(client)
        subject = await record(client, noun, ada)
        invitation = await invite(client, await create_open(client), **{f"{noun}_id": subject["id"]})
        await send(client, invitation)
        await release(client, noun, subject)
        found = await get(client, invitation)
        assert (found["customer_id"], found["state"]) == (ada["id"], "sent")

    async def test_to_nobody_known_is_nobodys(
        self, client: httpx.AsyncClient, anonymous: httpx.AsyncClient, noun: str
    ) -> None:
        """A card that was handed over: nobody knows whether they were asked. What was said is theirs."""
        ada, asked = await create_customer(client), await create_open(client)
        subject = await record(client, noun, None)
        invitation = await invite(client, asked, **{f"{noun}_id": subject["id"]})
        token = (await send(client, invitation))["token"]
        await api.post(anonymous, f"/v1/answers/{token}", answers())
        await claim(client, noun, subject, ada)
        assert await customer_of(client, "invitation", invitation) is None
        (given,) = (await api.get(client, "/v1/feedback", method="survey"))["items"]
        assert given["customer_id"] == ada["id"]
        assert (await invite(client, asked, customer_id=ada["id"]))["state"] == "pending"


@pytest.mark.parametrize("noun", SUBJECTS)
class TestPending:
    async def test_goes_to_who_may_be_asked(self, client: httpx.AsyncClient, db: Any, noun: str) -> None:
        ada, bo = await create_customer(client), await create_customer(client)
        subject = await record(client, noun, ada)
        invitation = await invite(client, await create_open(client), **{f"{noun}_id": subject["id"]})
        await move(client, noun, subject, ada, bo)
        found = await get(client, invitation)
        assert (found["customer_id"], found["state"]) == (bo["id"], "pending")
        assert (await invitation_events(db, invitation))[-1][0] == "moved"
        assert await timeline(client, ada, invitation) == []
        assert (await send(client, invitation))["address"] == bo["contact_points"][0]["value"]

    @pytest.mark.parametrize(
        "new",
        [
            {"preferences": {"unwelcome_channels": [{"channel": "email"}]}},
            {
                "contact_points": [make.phone("020 7946 0555")],
                "preferences": {
                    "unwelcome_channels": [{"channel": channel} for channel in ("phone", "sms", "whatsapp")]
                },
            },
        ],
        ids=["no e-mail", "no calls and no messages"],
    )
    async def test_is_withdrawn_where_the_other_must_not_be_asked(
        self, client: httpx.AsyncClient, db: Any, noun: str, new: dict[str, Any]
    ) -> None:
        ada, bo = await create_customer(client), await create_customer(client, **new)
        subject = await record(client, noun, ada)
        invitation = await invite(client, await create_open(client), **{f"{noun}_id": subject["id"]})
        await move(client, noun, subject, ada, bo)
        reason = f"The {noun} belongs to another customer, who cannot be invited"
        assert await withdrawn(client, db, invitation) == (ada["id"], reason)
        assert await timeline(client, bo, invitation) == []

    async def test_is_withdrawn_where_the_other_was_asked_recently(
        self, client: httpx.AsyncClient, db: Any, noun: str
    ) -> None:
        ada, bo, asked = await create_customer(client), await create_customer(client), await create_open(client)
        await invite(client, asked, customer_id=bo["id"])
        subject = await record(client, noun, ada)
        invitation = await invite(client, asked, **{f"{noun}_id": subject["id"]})
        await move(client, noun, subject, ada, bo)
        assert (await withdrawn(client, db, invitation))[0] == ada["id"]
        assert (await invite(client, asked, customer_id=ada["id"]))["state"] == "pending", "who was not asked after all"

    async def test_is_withdrawn_where_the_survey_is_paused(self, client: httpx.AsyncClient, db: Any, noun: str) -> None:
        ada, bo, asked = await create_customer(client), await create_customer(client), await create_open(client)
        subject = await record(client, noun, ada)
        invitation = await invite(client, asked, **{f"{noun}_id": subject["id"]})
        await api.post(client, f"/v1/surveys/{asked['id']}/pause", status=200)
        await move(client, noun, subject, ada, bo)
        assert (await withdrawn(client, db, invitation))[0] == ada["id"]

    async def test_is_withdrawn_where_nobody_is_known_any_more(
        self, client: httpx.AsyncClient, db: Any, noun: str
    ) -> None:
        ada = await create_customer(client)
        subject = await record(client, noun, ada)
        asked = await create_open(client, min_days_between_invitations=0)
        about = {f"{noun}_id": subject["id"]}
        taken = await invite(client, asked, **about)
        named = await invite(client, asked, **about, customer_id=ada["id"])
        other = await invite(client, asked, customer_id=ada["id"])
        await release(client, noun, subject)
        for invitation in (taken, named):
            assert await withdrawn(client, db, invitation) == (ada["id"], f"The {noun} {NOT_THEIRS}")
        assert (await get(client, other))["state"] == "pending"
        await claim(client, noun, subject, await create_customer(client))
        assert await withdrawn(client, db, taken) == (ada["id"], f"The {noun} {NOT_THEIRS}")

    async def test_of_nobody_goes_to_the_first_who_claims_it(
        self, client: httpx.AsyncClient, db: Any, noun: str
    ) -> None:
        ada = await create_customer(client)
        subject = await record(client, noun, None)
        invitation = await invite(client, await create_open(client), **{f"{noun}_id": subject["id"]})
        await claim(client, noun, subject, ada)
        found = await get(client, invitation)
        assert (found["customer_id"], found["channel"], found["state"]) == (ada["id"], "email", "pending")
        assert [kind for kind, _ in await invitation_events(db, invitation)] == ["created", "claimed"]

    async def test_of_nobody_on_a_channel_that_does_not_reach_them(
        self, client: httpx.AsyncClient, db: Any, noun: str
    ) -> None:
        ada = await create_customer(client)
        subject = await record(client, noun, None)
        invitation = await invite(client, await create_open(client), **{f"{noun}_id": subject["id"]}, channel="sms")
        await claim(client, noun, subject, ada)
        assert await withdrawn(client, db, invitation) == (
            None,
            f"The {noun} belongs to a customer who cannot be invited",
        )

    async def test_of_a_named_customer_when_it_turns_out_to_be_anothers(
        self, client: httpx.AsyncClient, db: Any, noun: str
    ) -> None:
        """As it could not be made any more then."""
        ada, bo, asked = await create_customer(client), await create_customer(client), await create_open(client)
        subject = await record(client, noun, None)
        invitation = await invite(client, asked, **{f"{noun}_id": subject["id"]}, customer_id=ada["id"])
        await claim(client, noun, subject, bo)
        assert await withdrawn(client, db, invitation) == (ada["id"], f"The {noun} belongs to another customer")

    async def test_that_has_expired_is_left_alone(self, client: httpx.AsyncClient, clock: TestClock, noun: str) -> None:
        ada, bo = await create_customer(client), await create_customer(client)
        subject = await record(client, noun, ada)
        invitation = await invite(client, await create_open(client, expires_days=1), **{f"{noun}_id": subject["id"]})
        clock.tick(2 * 86_400)
        await move(client, noun, subject, ada, bo)
        assert await get(client, invitation) == invitation


class TestDelivery:
    async def test_as_the_other_wants_it(self, client: httpx.AsyncClient) -> None:
        """Channel, language, and not in their quiet hours; it can be answered as long as it could."""
        ada = await create_customer(client)
        bo = await create_customer(
            client,
            contact_points=[make.email(), make.phone("020 7946 0555")],
            preferences={
                "channels": ["sms"],
                "language": "de",
                "quiet_hours": {"start": "09:00", "end": "11:00", "time_zone": "UTC"},
            },
        )
        both = {"en": "Recommend us?", "de": "Empfehlen?"}
        question = {"key": "recommend", "kind": "nps", "wording": both}
        asked = await create_open(client, languages=["en", "de"], questions=[question], expires_days=3)
        subject = await record(client, "sale", ada)
        invitation = await invite(client, asked, sale_id=subject["id"])
        assert (invitation["channel"], invitation["language"]) == ("email", "en")
        await move(client, "sale", subject, ada, bo)
        found = await get(client, invitation)
        assert (found["channel"], found["language"]) == ("sms", "de")
        assert found["send_after"] == "2026-03-02T11:00:00.000000Z"
        assert found["expires_at"] == "2026-03-05T11:00:00.000000Z"

    async def test_a_letter_stays_a_letter(self, client: httpx.AsyncClient) -> None:
        ada, bo = await create_customer(client), await create_customer(client)
        subject = await record(client, "sale", ada)
        invitation = await invite(client, await create_open(client), sale_id=subject["id"], channel="letter")
        await move(client, "sale", subject, ada, bo)
        found = await get(client, invitation)
        assert (found["customer_id"], found["channel"]) == (bo["id"], "letter")


class TestChains:
    async def test_of_a_complaint_whose_sale_moves(self, client: httpx.AsyncClient, sessions: Sessions) -> None:
        ada, bo, asked = await create_customer(client), await create_customer(client), await create_open(client)
        sale = await record_sale(client, ada)
        complaint = await make.record_complaint(client, sale_id=sale["id"])
        sent = await invite(client, asked, complaint_id=complaint["id"])
        await send(client, sent)
        await move_sale(sessions, sale, bo)
        assert await customer_of(client, "complaint", complaint) == bo["id"]
        assert await customer_of(client, "invitation", sent) == ada["id"]

    async def test_another_subject_that_knows_takes_its_place(self, client: httpx.AsyncClient) -> None:
        ada, bo = await create_customer(client), await create_customer(client)
        sale, call = await record_sale(client, None), await make.record_interaction(client)
        invitation = await invite(client, await create_open(client), sale_id=sale["id"], interaction_id=call["id"])
        await claim(client, "interaction", call, ada)
        await claim(client, "sale", sale, bo)
        assert (await get(client, invitation))["customer_id"] == ada["id"]


class TestRules:
    async def test_the_rule_decides_on_channels_and_tags(
        self, client: httpx.AsyncClient, work: Worker, db: Any
    ) -> None:
        await create_rule(client, channels=["email"], conditions={"customer_tags": ["regular"]})
        people = [
            await create_customer(client, tags=["regular"]),
            await create_customer(client, tags=["regular"]),
            await create_customer(client, tags=["regular"], contact_points=[make.phone("020 7946 0555")]),
        ]
        sale = await record_sale(client, people[0])
        await work()
        (invitation,) = await listed_invitations(client)
        await move(client, "sale", sale, people[0], people[1])
        assert (await get(client, invitation))["customer_id"] == people[1]["id"]
        await move(client, "sale", sale, people[1], people[2])
        assert (await withdrawn(client, db, invitation))[0] == people[1]["id"]

    async def test_asks_whoever_it_belongs_to_after_it_was_released(
        self, client: httpx.AsyncClient, work: Worker
    ) -> None:
        await create_rule(client)
        ada, bo = await create_customer(client), await create_customer(client)
        sale = await record_sale(client, ada)
        await work()
        await release(client, "sale", sale)
        await work()
        await claim(client, "sale", sale, bo)
        await work()
        found = await listed_invitations(client)
        assert {(each["customer_id"], each["state"]) for each in found} == {
            (ada["id"], "withdrawn"),
            (bo["id"], "pending"),
        }

    async def test_asks_the_other_after_the_wrong_one(self, client: httpx.AsyncClient, work: Worker) -> None:
        await create_rule(client)
        ada, bo = await create_customer(client), await create_customer(client)
        sale = await record_sale(client, ada)
        await work()
        (invitation,) = await listed_invitations(client)
        await send(client, invitation)
        await move(client, "sale", sale, ada, bo)
        await work()
        found = await listed_invitations(client)
        assert {(each["customer_id"], each["state"]) for each in found} == {(ada["id"], "sent"), (bo["id"], "pending")}
        await move(client, "sale", sale, bo, ada)
        await work()
        states = {each["customer_id"]: each["state"] for each in await listed_invitations(client)}
        assert states == {ada["id"]: "sent", bo["id"]: "withdrawn"}


class TestBatches:
    async def test_one_of_two_of_the_same_customer_is_left(self, client: httpx.AsyncClient) -> None:
        """Both sales are claimed by one revision each, in one batch; whoever gets them is invited once."""
        ada, asked = await create_customer(client), await create_open(client)
        bodies = [make.sale(occurred_at="2026-03-02T07:45:00Z") for _ in range(2)]
        sales = [await make.record_sale(client, body) for body in bodies]
        made = [await invite(client, asked, sale_id=sale["id"]) for sale in sales]
        lines = [json.dumps({**body, "revision": 1, "customer": {"id": ada["id"]}}) for body in bodies]
        answer = await client.post(f"{PATHS['sale']}/batch", content="\n".join(lines), headers=api.JSON_LINES)
        assert answer.status_code == 200, answer.text
        found = [await get(client, each) for each in made]
        assert sorted((each["state"], each["customer_id"]) for each in found) == [
            ("pending", ada["id"]),
            ("withdrawn", None),
        ]
