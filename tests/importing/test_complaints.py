"""Complaints out of a spreadsheet: how its columns become a complaint with the way it has come."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from app.importing import ImportFailed, ImportOptions
from app.importing.importer import preview
from app.importing.rows import Document, Refusal
from app.rules.complaints.states import Move, State, next_state
from app.schemas.complaints.intake import ComplaintNew
from tests.support.fake_service import FakeService, Write

CONSTANTS = {"channel": "phone", "description": "It was off"}
COLUMNS = ("received_at", "acknowledged_at", "responded_at", "closed_at", "withdrawn_at", "decision")
_, MON, TUE, WED, THU = "", "2026-03-02 10:30", "2026-03-03 09:00", "2026-03-04 16:00", "2026-03-05 12:15"
CLOSED = ["acknowledge", "assess", "investigate", "respond", "accept", "close"]


def records(path: Path, **more: Any) -> list[Document | Refusal]:
    constants = {**CONSTANTS, **more.pop("constants", {})}
    options = {"time_zone": "UTC", **more}
    return list(preview(ImportOptions("complaints", path, constants=constants, **options)))


def sent_documents(path: Path, **more: Any) -> list[dict[str, Any]]:
    found = records(path, **more)
    assert all(isinstance(record, Document) for record in found), found
    documents = [json.loads(record.body) for record in found if isinstance(record, Document)]
    for document in documents:
        ComplaintNew.model_validate_json(json.dumps(document))
    return documents


def rows(*cells: tuple[str, ...]) -> str:
    return "\n".join(",".join(row) for row in (COLUMNS, *cells)) + "\n"


def moves_of(document: dict[str, Any]) -> list[tuple[str, str]]:
    """Its moves, and the day of March of each."""
    return [(past["move"], past["at"][8:16].replace("T", " ")) for past in document.get("history", ())]


class TestHistory:
    @pytest.mark.parametrize(
        ("cells", "moves"),
        [
            ((MON, _, _, _, _, _), []),
            ((MON, TUE, _, _, _, _), [("acknowledge", "03 09:00")]),
            (
                (MON, TUE, WED, THU, _, _),
                [
                    ("acknowledge", "03 09:00"),
                    ("assess", "04 16:00"),
                    ("investigate", "04 16:00"),
                    ("respond", "04 16:00"),
                    ("accept", "05 12:15"),
                    ("close", "05 12:15"),
                ],
            ),
            ((MON, _, WED, _, _, _), [(move, "04 16:00") for move in CLOSED[:4]]),
            ((MON, _, _, THU, _, _), [(move, "05 12:15") for move in CLOSED]),
            ((_, TUE, _, THU, _, _), [("acknowledge", "03 09:00"), *((move, "05 12:15") for move in CLOSED[1:])]),
            ((MON, _, _, _, THU, _), [("withdraw", "05 12:15")]),
            ((MON, TUE, _, _, THU, _), [("acknowledge", "03 09:00"), ("withdraw", "05 12:15")]),
            ((MON, _, TUE, _, THU, _), [*((move, "03 09:00") for move in CLOSED[:4]), ("withdraw", "05 12:15")]),
        ],
    )
    def test_moves_without_a_moment_were_made_with_the_next_known_one(
        self, write: Write, cells: tuple[str, ...], moves: list[tuple[str, str]]
    ) -> None:
        [document] = sent_documents(write(rows(cells)))
        assert moves_of(document) == moves
        state = State.RECEIVED
        for past in document.get("history", ()):
            following = next_state(state, Move(past["move"]))
            assert following is not None, (state, past)
            state = following
        assert not set(COLUMNS[1:]) & set(document)

    def test_the_decision_is_that_of_the_answer_and_the_customer_was_told(self, write: Write) -> None:
        [document] = sent_documents(write(rows((MON, TUE, WED, THU, _, "Partly upheld"))))
        told = {past["move"]: past for past in document["history"]}
        assert [move for move, past in told.items() if past.get("customer_notified")] == ["acknowledge", "respond"]
        assert [(move, past["decision"]) for move, past in told.items() if "decision" in past] == [
            ("respond", "partly_upheld")
        ]

    def test_nobody_is_said_to_have_been_told_at_a_moment_nobody_knows(self, write: Write) -> None:
        [document] = sent_documents(write(rows((MON, _, _, THU, _, "upheld"))))
        assert [past for past in document["history"] if past.get("customer_notified")] == []
        assert document["history"][3]["decision"] == "upheld"

    def test_a_day_without_a_time_is_not_before_what_happened_on_it(self, write: Write) -> None:
        first, second = sent_documents(
            write(rows((MON, "2026-03-02", "2026-03-02", "2026-03-04", _, _), ("2026-03-02", MON, _, _, _, _))),
            time_zone="Europe/London",
        )
        assert moves_of(first) == [
            *((move, "02 10:30") for move in CLOSED[:4]),
            ("accept", "04 00:00"),
            ("close", "04 00:00"),
        ]
        assert (second["received_at"][11:16], moves_of(second)) == ("00:00", [("acknowledge", "02 10:30")])

    @pytest.mark.parametrize(
        ("cells", "pointers"),
        [
            ((TUE, MON, _, _, _, _), ["/acknowledged_at"]),
            ((MON, WED, TUE, THU, _, _), ["/responded_at"]),
            (("2026-03-03 10:00", "2026-03-03 09:59", _, _, _, _), ["/acknowledged_at"]),
            ((TUE, "2026-03-02", _, _, _, _), ["/acknowledged_at"]),
            ((MON, _, _, WED, THU, _), ["/withdrawn_at"]),
            ((MON, TUE, _, _, _, "upheld"), ["/decision"]),
            ((MON, _, _, _, TUE, "upheld"), ["/decision"]),
            ((WED, TUE, _, _, _, "upheld"), ["/acknowledged_at", "/decision"]),
        ],
    )
    def test_rows_that_contradict_themselves_are_refused(
        self, write: Write, cells: tuple[str, ...], pointers: list[str]
    ) -> None:
        bad, good = records(write(rows(cells, (MON, TUE, WED, THU, _, _))))
        assert isinstance(bad, Refusal)
        assert isinstance(good, Document)
        assert bad.problem["code"] == "contradicting_cells"
        assert [error["pointer"] for error in bad.problem["errors"]] == pointers

    def test_moments_without_an_offset_need_a_time_zone(self, write: Write) -> None:
        [record] = records(write(rows((MON, TUE, "2026-03-04T16:00Z", _, _, _))), time_zone=None)
        assert isinstance(record, Refusal)
        assert [(error["pointer"], error["code"]) for error in record.problem["errors"]] == [
            ("/received_at", "naive_timestamp"),
            ("/acknowledged_at", "naive_timestamp"),
        ]

    def test_date_cells_of_a_workbook(self, tmp_path: Path) -> None:
        path = tmp_path / "complaints.xlsx"
        with xlsxwriter.Workbook(path) as book:
            sheet, day = book.add_worksheet(), book.add_format({"num_format": "dd/mm/yyyy"})
            moment = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
            sheet.write_row(0, 0, ["Received", "Closed"])
            sheet.write_datetime(1, 0, datetime.fromisoformat(MON), moment)
            sheet.write_datetime(1, 1, datetime.fromisoformat("2026-03-02"), day)
        [document] = sent_documents(path, mapping={"received_at": "Received", "closed_at": "Closed"})
        assert moves_of(document) == [(move, "02 10:30") for move in CLOSED]


class TestComplainants:
    def test_name_and_contact(self, write: Write) -> None:
        path = write("Name,Mail,Tel\nAnn,a@example.com,\nBob,,020 7946 0111\nCid,,\n ,c@example.com,0201\n")
        names = {"complainant.name": "Name", "complainant.email": "Mail", "complainant.phone": "Tel"}
        found = sent_documents(path, mapping=names, constants={"owner": "Amara"})
        assert [document.get("complainant") for document in found] == [
            {"name": "Ann", "contact": {"kind": "email", "value": "a@example.com"}},
            {"name": "Bob", "contact": {"kind": "phone", "value": "020 7946 0111"}},
            {"name": "Cid"},
            {"contact": {"kind": "email", "value": "c@example.com"}},
        ]
        assert found[3]["attributes"] == {"complainant_phone": "0201"}
        assert not any("attributes" in document for document in found[:3])

    def test_a_contact_of_another_kind(self, write: Write) -> None:
        path = write("Name,Handle\nAnn,@ann\nBob,\n")
        names = {"complainant.name": "Name", "complainant.contact.value": "Handle"}
        first, second = sent_documents(path, mapping=names, constants={"complainant.contact.kind": "instagram"})
        assert first["complainant"] == {"name": "Ann", "contact": {"kind": "instagram", "value": "@ann"}}
        assert second["complainant"] == {"name": "Bob"}


class TestAmounts:
    def test_a_currency_for_all_is_for_those_with_an_amount(self, write: Write) -> None:
        path = write("value,Gave,Cost,Owner\n17.00,Refund,8.50,\n,Apology,,\n,,,Amara\n")
        first, second, third = sent_documents(
            path,
            mapping={"remedies.kind": "Gave", "remedies.cost": "Cost"},
            constants={"currency": "GBP", "remedies.currency": "GBP", "remedies.state": "sought", "closed_at": THU},
        )
        assert (first["value"], first["currency"]) == ("17.00", "GBP")
        assert first["remedies"] == [{"kind": "refund", "cost": "8.50", "currency": "GBP", "state": "sought"}]
        assert not {"value", "currency"} & set(second)
        assert second["remedies"] == [{"kind": "apology", "state": "sought"}]
        assert "remedies" not in third


class TestKeys:
    def test_a_row_without_a_number_gets_one_of_what_it_says(self, write: Write) -> None:
        path = write("description,External ID\nIt was late,\nIt was late,\nIt was wet,\nIt was late,7\n")
        found = sent_documents(path, mapping={"description": "description"}, source="sheet")
        assert {document["source"] for document in found} == {"sheet"}
        first, again, wet, numbered = [document["external_id"] for document in found]
        assert len(first) == len(wet) == 32 and first != wet
        assert again == f"{first}-2"
        assert numbered == "7"

    def test_json_lines_of_the_api_bring_their_own_history(self, service: FakeService, write: Write) -> None:
        document = {
            "channel": "email",
            "description": "Late",
            "received_at": "2026-03-02T10:00:00Z",
            "history": [{"move": "withdraw", "at": "2026-03-02T11:00:00Z"}],
            "remedies": [{"kind": "apology"}],
        }
        options = ImportOptions("complaints", write(json.dumps(document) + "\n", "file.jsonl"), source="old")
        assert service.run(options).created == 1
        [request] = service.requests
        assert request.url.path == "/v1/complaints/batch"
        [sent] = service.documents
        assert {**sent, "external_id": ""} == {**document, "source": "old", "external_id": ""}
        assert service.run(options).replayed == 1


class TestWrongPlans:
    def test_what_every_complaint_needs_is_told(self, write: Write) -> None:
        path = write("Text\nLate\n")
        with pytest.raises(ImportFailed, match="No column or constant fills 'channel' and 'description'"):
            list(preview(ImportOptions("complaints", path)))

    def test_the_columns_of_the_way_are_listed(self, write: Write) -> None:
        with pytest.raises(ImportFailed, match=r"complainant\.email.*closed_at, withdrawn_at, decision"):
            list(preview(ImportOptions("complaints", write("a\n1\n"), mapping={"history": "a"})))
