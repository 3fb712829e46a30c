from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

from app.rules.interactions.interactions import InteractionKind
from app.rules.kit.channels import Channel
from app.sample import SampleShop

Normalize = Callable[[str, str], str]


def by_number(shop: SampleShop) -> dict[str, dict[str, Any]]:
    return {customer["identities"][0]["external_id"]: customer for customer in shop.customers}


def outbound(shop: SampleShop) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Every contact that we made, with the preferences of whom we made it with."""
    known = by_number(shop)
    return [
        (entry, known[entry["_customer"]].get("preferences", {}))
        for entry in shop.interactions
        if entry["direction"] == "outbound"
    ]


class TestRespect:
    def test_unwelcome_channels_need_a_reason(self, shop: SampleShop) -> None:
        reasons = 0
        for entry, wished in outbound(shop):
            unwelcome = {item["channel"] for item in wished.get("unwelcome_channels", ())}
            assert ("unwelcome_reason" in entry) == (entry["channel"] in unwelcome)
            reasons += "unwelcome_reason" in entry
        assert 1 <= reasons <= 100

    def test_quiet_hours(self, shop: SampleShop) -> None:
        met = 0
        for entry, wished in outbound(shop):
            if quiet := wished.get("quiet_hours"):
                met += 1
                clock = entry["happened_at"][11:16]
                start, end = quiet["start"], quiet["end"]
                assert not (start <= clock < end if start <= end else clock >= start or clock < end)
        assert met > 50


class TestContacts:
    def test_addresses_are_those_of_the_customer(self, shop: SampleShop, normalize: Normalize) -> None:
        known = by_number(shop)
        everybody: set[tuple[str, str]] = set()
        mine: dict[str, set[tuple[str, str]]] = {}
        for number, customer in known.items():
            found = {
                (point["kind"], normalize(point["kind"], point["value"]))
                for point in customer["contact_points"]
                if not point.get("invalid") and not point.get("shared")
            }
            mine[number] = found
            everybody |= found
        unknown = 0
        for entry in shop.interactions:
            if "contact" not in entry:
                continue
            kind = entry["contact"]["kind"].replace("whatsapp", "phone")
            contact = (kind, normalize(kind, entry["contact"]["value"]))
            if entry["_customer"] is None:
                unknown += 1
                assert contact not in everybody
            else:
                assert contact in mine[entry["_customer"]]
        assert 50 <= unknown <= 200

    def test_calls_are_on_the_telephone(self, shop: SampleShop) -> None:
        assert {entry["channel"] for entry in shop.interactions if entry["kind"] == "call"} == {"phone"}


class TestBelievable:
    def test_all_channels_and_kinds(self, shop: SampleShop) -> None:
        assert {entry["channel"] for entry in shop.interactions} == set(Channel)
        assert {entry["kind"] for entry in shop.interactions} == set(InteractionKind)

    def test_captured_once(self, shop: SampleShop) -> None:
        assert {entry["source"] for entry in shop.interactions} == {"sample"}
        assert len({entry["external_id"] for entry in shop.interactions}) == len(shop.interactions)

    def test_no_slot_is_left_open(self, shop: SampleShop) -> None:
        for entry in shop.interactions:
            spoken = [entry["body"], entry.get("subject", ""), entry.get("outcome", "")]
            assert not [text for text in spoken if "{" in text or "}" in text]

    def test_most_enquiries_are_answered(self, shop: SampleShop) -> None:
        answered = {
            entry["thread"] for entry in shop.interactions if "thread" in entry and entry["direction"] == "outbound"
        }
        enquiries = [entry for entry in shop.interactions if entry["kind"] == "enquiry"]
        open_ones = [entry for entry in enquiries if entry.get("thread") not in answered]
        assert len(enquiries) > 500
        assert 0.04 < len(open_ones) / len(enquiries) < 0.25

    def test_promises_some_overdue(self, shop: SampleShop, until: datetime) -> None:
        promised = [entry["next_step"] for entry in shop.interactions if "next_step" in entry]
        due = [datetime.fromisoformat(step["due_at"]) for step in promised]
        due += [datetime.fromisoformat(task["due_at"]) for task in shop.tasks if "due_at" in task]
        assert len(promised) > 60
        assert len(due) * 0.1 < sum(moment < until for moment in due) < len(due) * 0.7

    def test_threads_run_forward(self, shop: SampleShop) -> None:
        threads: dict[str, list[dict[str, Any]]] = {}
        for entry in shop.interactions:
            if "thread" in entry:
                threads.setdefault(entry["thread"], []).append(entry)
        assert len(threads) > 1_000
        for entries in threads.values():
            assert len({entry["_customer"] for entry in entries}) == 1

    def test_documents_outcomes_staff(self, shop: SampleShop) -> None:
        told = Counter(field for entry in shop.interactions for field in entry)
        for field in ("documents", "outcome", "staff", "subject", "duration_seconds", "participants", "provider"):
            assert told[field] > (10 if field == "provider" else 100)
