from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from app.rules.complaints.states import CauseKind, Decision, Feeling, Move, RemedyState, State, next_state
from app.rules.service_levels.policies import Severity
from app.sample import SampleShop, make
from app.schemas.complaints.procedures import ProcedureNew
from app.schemas.service_levels.calendars import CalendarNew
from app.schemas.service_levels.policies import ServicePolicyNew
from app.services.service_levels.policies import calendar_of

Complaint = dict[str, Any]


def moves_of(complaint: Complaint) -> list[str]:
    """All its moves, those that come after its history included; that it waits is no move."""
    after = [step["operation"] for step in complaint.get("_actions", ()) if step["operation"] != "hold"]
    return [past["move"] for past in complaint["history"]] + after


def state(complaint: Complaint) -> State:
    """Where it stands; fails where the path does not lead on."""
    found = State.RECEIVED
    for move in moves_of(complaint):
        following = next_state(found, Move(move))
        assert following is not None, (found, move)
        found = following
    return found


class TestSize:
    @pytest.mark.parametrize(
        ("customers", "receipts", "complaints"),
        [(0, 0, 0), (0, 0, 30), (5, 0, 60), (1, 1, 60), (40, 300, 1), (40, 300, 700)],
    )
    def test_any(self, until: datetime, customers: int, receipts: int, complaints: int) -> None:
        shop = make(until, customers=customers, receipts=receipts, interactions=0, complaints=complaints)
        assert len(shop.complaints) == complaints
        for complaint in shop.complaints:
            state(complaint)
            assert datetime.fromisoformat(complaint["received_at"]) <= until

    def test_they_change_nothing_else(self, until: datetime) -> None:
        some, none = (make(until, customers=40, receipts=200, interactions=40, complaints=n) for n in (50, 0))
        assert (some.customers, some.sales, some.interactions) == (none.customers, none.sales, none.interactions)


class TestService:
    def test_contract(self, shop: SampleShop) -> None:
        calendar = CalendarNew.model_validate(shop.calendar)
        policies = [ServicePolicyNew.model_validate(policy) for policy in shop.policies]
        procedures = [ProcedureNew.model_validate(procedure) for procedure in shop.procedures]
        drafts: list[Any] = [calendar, *policies, *procedures]
        assert [fault for new in drafts for fault in new.faults()] == []
        assert {policy.calendar for policy in policies} == {calendar.code}
        assert None in {procedure.category for procedure in procedures}
        for procedure in procedures:
            assert all(procedure.guidance.model_dump().values())
            assert all(procedure.staff_mood.model_dump().values())

    def test_categories_with_a_procedure_are_complained_of(self, shop: SampleShop) -> None:
        named = {procedure["category"] for procedure in shop.procedures if "category" in procedure}
        assert named
        assert named <= {complaint.get("category") for complaint in shop.complaints}

    def test_lunch_on_saturdays_and_nobody_there_at_christmas(self, shop: SampleShop) -> None:
        calendar = calendar_of(shop.calendar)
        saturday = calendar.day(datetime(2026, 11, 21).date())  # noqa: DTZ001
        assert len(saturday.windows) == 2
        assert calendar.day(datetime(2026, 12, 25).date()).day_type == "holiday"  # noqa: DTZ001


class TestWay:
    def test_the_path_is_kept_and_time_runs_forward(self, shop: SampleShop) -> None:
        for complaint in shop.complaints:
            state(complaint)
            steps = (*complaint["history"], *complaint.get("_actions", ()))
            moments = [datetime.fromisoformat(at) for at in (complaint["received_at"], *(step["at"] for step in steps))]
            assert moments == sorted(moments)

    def test_staff_do_things_while_the_shop_is_open(self, shop: SampleShop) -> None:
        calendar = calendar_of(shop.calendar)
        for complaint in shop.complaints:
            for step in complaint["history"]:
                at = datetime.fromisoformat(step["at"])
                assert any(opened <= at <= closed for opened, closed in calendar.stretches(at.toordinal())), step

    def test_most_are_over_and_accepted_and_some_are_not(self, shop: SampleShop) -> None:
        states = Counter(map(state, shop.complaints))
        over = states[State.CLOSED] + states[State.WITHDRAWN]
        assert 12 <= len(shop.complaints) - over <= 18
        assert len(states) >= 9
        accepted = sum(Move.ACCEPT in moves_of(complaint) for complaint in shop.complaints)
        assert accepted > 0.7 * len(shop.complaints)
        moves = Counter(move for complaint in shop.complaints for move in set(moves_of(complaint)))
        for move in (Move.REJECT, Move.DEADLOCK, Move.REFER, Move.REOPEN, Move.WITHDRAW):
            assert 4 <= moves[move] <= 60

    def test_open_ones_are_young_unless_they_are_stuck(self, shop: SampleShop, until: datetime) -> None:
        for complaint in shop.complaints:
            age = until - datetime.fromisoformat(complaint["received_at"])
            if state(complaint) in (State.RECEIVED, State.ACKNOWLEDGED, State.ASSESSED):
                assert age < timedelta(days=7)

    def test_answers_have_a_decision(self, shop: SampleShop) -> None:
        answers = [
            past for complaint in shop.complaints for past in complaint["history"] if past["move"] == Move.RESPOND
        ]
        assert {past["decision"] for past in answers} == set(Decision)
        assert all(past["customer_notified"] for past in answers)


class TestContent:
    def test_about_what_was_bought_by_whoever_complains(self, shop: SampleShop) -> None:
        sales = {sale["receipt_no"]: sale for sale in shop.sales}
        linked = [complaint for complaint in shop.complaints if "_sale" in complaint]
        assert len(linked) > 150
        for complaint in linked:
            sale = sales[complaint["_sale"]]
            assert "customer" in sale
            assert complaint.get("site") == sale.get("site")
            assert datetime.fromisoformat(sale["occurred_at"]) < datetime.fromisoformat(complaint["received_at"])
            if "sale_line_no" in complaint:
                (line,) = [line for line in sale["lines"] if line["line_no"] == complaint["sale_line_no"]]
                assert (line["sku"], line["total"]) == (complaint["sku"], complaint["value"])
            if "staff" in complaint:
                assert complaint["staff"] == sale["operator"]
        assert any("staff" in complaint for complaint in linked)

    def test_some_are_of_nobody_known(self, shop: SampleShop) -> None:
        strangers = [complaint for complaint in shop.complaints if complaint["_customer"] is None]
        assert 8 <= len(strangers) <= 40
        assert all(complaint["complainant"]["name"] for complaint in strangers)
        assert any("contact" in complaint["complainant"] for complaint in strangers)

    def test_all_kinds_of_them(self, shop: SampleShop) -> None:
        told = {
            name: Counter(complaint.get(name) for complaint in shop.complaints)
            for name in ("category", "severity", "feeling", "cause_kind", "channel")
        }
        assert set(told["severity"]) - {None} == set(Severity)
        assert set(told["feeling"]) == set(Feeling)
        assert len(set(told["cause_kind"]) & set(CauseKind)) >= 6
        assert len(told["category"]) >= 8
        assert len(told["channel"]) >= 6
        counts = sorted(told["category"].values())
        assert counts[-1] > 3 * counts[0]

    def test_no_slot_is_left_open(self, shop: SampleShop) -> None:
        assert not [complaint for complaint in shop.complaints if "{" in complaint["description"]]

    def test_captured_once_in_the_order_they_came(self, shop: SampleShop) -> None:
        numbers = [complaint["external_id"] for complaint in shop.complaints]
        received = [datetime.fromisoformat(complaint["received_at"]) for complaint in shop.complaints]
        assert numbers == sorted(set(numbers))
        assert received == sorted(received)

    def test_remedies_are_decided_where_the_answer_was(self, shop: SampleShop) -> None:
        kinds: Counter[tuple[str, str]] = Counter()
        cost = Decimal(0)
        for complaint in shop.complaints:
            decided = {Move.ACCEPT, Move.REJECT} & set(moves_of(complaint))
            for remedy in complaint["remedies"]:
                kinds[remedy["kind"], remedy["state"]] += 1
                if remedy["state"] in (RemedyState.ACCEPTED, RemedyState.REFUSED):
                    assert decided
                if remedy["state"] == RemedyState.ACCEPTED:
                    cost += Decimal(remedy.get("cost", "0"))
                    assert Move.ACCEPT in moves_of(complaint)
        assert {state for _, state in kinds} == set(RemedyState)
        assert len({kind for kind, _ in kinds}) >= 7
        assert cost > 500

    def test_some_of_those_turned_down_never_come_back(self, shop: SampleShop, until: datetime) -> None:
        last: dict[str, datetime] = {}
        holders = {
            tuple(i.values()): c["identities"][0]["external_id"] for c in shop.customers for i in c["identities"]
        }
        for sale in shop.sales:
            if (buyer := sale.get("customer", {}).get("identity")) is not None:
                number, at = holders[tuple(buyer.values())], datetime.fromisoformat(sale["occurred_at"])
                last[number] = max(last.get(number, at), at)
        rejected = [
            c for c in shop.complaints if c["_customer"] in last and moves_of(c)[-2:] == [Move.REJECT, Move.CLOSE]
        ]
        gone = [c for c in rejected if last[c["_customer"]] <= datetime.fromisoformat(c["received_at"])]
        assert 4 <= len(gone) < len(rejected)
        assert max(last[complaint["_customer"]] for complaint in gone) < until - timedelta(days=50)
