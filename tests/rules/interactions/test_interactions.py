from typing import Any

import pytest

from app.rules.interactions import interactions as rules
from app.rules.interactions.interactions import Direction as D
from app.rules.interactions.interactions import InteractionKind as K
from app.rules.kit.channels import Channel as C


class TestTitle:
    @pytest.mark.parametrize(
        ("kind", "channel", "direction", "subject", "expected"),
        [
            (K.CALL, C.PHONE, D.INBOUND, "the order", "Phone call from the customer: the order"),
            (K.CALL, C.PHONE, D.OUTBOUND, None, "Phone call to the customer"),
            (K.CALL, C.WHATSAPP, D.OUTBOUND, None, "WhatsApp call to the customer"),
            (K.CALL, C.TELEGRAM, D.INBOUND, None, "Call from the customer on Telegram"),
            (K.MESSAGE, C.EMAIL, D.OUTBOUND, "Ihre Bestellung", "E-mail to the customer: Ihre Bestellung"),
            (K.MESSAGE, C.WEB_CHAT, D.INBOUND, None, "Message from the customer in web chat"),
            (K.MESSAGE, C.OTHER, D.INBOUND, None, "Message from the customer"),
            (K.MEETING, C.VIDEO, D.OUTBOUND, None, "Video meeting with the customer"),
            (K.MEETING, C.VISIT, D.INBOUND, None, "Visit with the customer"),
            (K.PRESENTATION, C.EVENT, D.OUTBOUND, "New range", "Presentation with the customer at an event: New range"),
            (K.ENQUIRY, C.WEB_FORM, D.INBOUND, "A cake", "Enquiry from the customer by web form: A cake"),
            (K.THANK_YOU, C.LETTER, D.OUTBOUND, None, "Thank-you to the customer by letter"),
            (K.SOCIAL, C.SOCIAL, D.INBOUND, None, "Social contact from the customer on social media"),
            (K.NOTE, C.PHONE, D.INTERNAL, "Likes dogs", "Internal note: Likes dogs"),
            (K.MEETING, C.IN_PERSON, D.INTERNAL, None, "Internal: Meeting in person"),
        ],
    )
    def test_reads_well_alone(self, kind: K, channel: C, direction: D, subject: str | None, expected: str) -> None:
        assert rules.title(kind, channel, direction, subject) == expected

    def test_every_combination_has_one(self) -> None:
        for kind in K:
            for channel in C:
                for direction in D:
                    title = rules.title(kind, channel, direction, None)
                    assert title and title[0].isupper() and title == title.strip() and "  " not in title
                    assert rules.updated_title(kind, channel, direction, "x").startswith("Updated: ")
                    assert rules.claimed_title(kind, channel, direction, "x").startswith("Claimed: ")

    def test_long_subjects_are_cut(self) -> None:
        for title in (
            rules.title(K.CALL, C.PHONE, D.INBOUND, "é" * 1_000),
            rules.updated_title(K.CALL, C.PHONE, D.INBOUND, "é" * 1_000),
            rules.answered_title(C.PHONE, "é" * 1_000),
        ):
            assert len(title) == rules.LONGEST_TITLE
            assert title.endswith("é…")

    def test_answers(self) -> None:
        assert rules.answered_title(C.PHONE, "A cake") == "Enquiry answered by phone: A cake"
        assert rules.answered_title(C.OTHER, None) == "Enquiry answered"


class TestAwaitsAnswer:
    def test_enquiries_that_came_in(self) -> None:
        waiting = [(kind, direction) for kind in K for direction in D if rules.awaits_answer(kind, direction)]
        assert waiting == [(K.ENQUIRY, D.INBOUND)]


class TestAnswerKind:
    @pytest.mark.parametrize(
        ("channel", "kind"),
        [(C.PHONE, K.CALL), (C.VIDEO, K.CALL), (C.VISIT, K.MEETING), (C.EMAIL, K.MESSAGE), (C.OTHER, K.MESSAGE)],
    )
    def test_by_the_way_it_was_given(self, channel: C, kind: K) -> None:
        assert rules.answer_kind(channel) == kind


MARK: dict[str, Any] = {"channel": "phone", "reason": "Works at night", "since": "2026-01-31"}
MARKED: list[dict[str, Any]] = [{"channel": "sms", "reason": None, "since": None}, MARK]


class TestUnwelcome:
    @pytest.mark.parametrize(
        ("channel", "direction", "reason", "found"),
        [
            (C.PHONE, D.OUTBOUND, None, MARK),
            (C.PHONE, D.OUTBOUND, "The shop was on fire", None),
            (C.PHONE, D.INBOUND, None, None),
            (C.PHONE, D.INTERNAL, None, None),
            (C.EMAIL, D.OUTBOUND, None, None),
            (C.SMS, D.OUTBOUND, None, MARKED[0]),
        ],
    )
    def test_what_goes_out_needs_a_reason(self, channel: C, direction: D, reason: str | None, found: Any) -> None:
        assert rules.matching_unwelcome_channel(MARKED, channel, direction, reason) == found

    def test_says_why_and_since_when(self) -> None:
        assert rules.unwelcome_detail(MARK).startswith(
            "The customer does not want to be contacted by phone: Works at night (since 2026-01-31);"
        )
        assert rules.unwelcome_detail(MARKED[0]).startswith("The customer does not want to be contacted by sms;")
