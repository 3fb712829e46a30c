"""Feedback out of a spreadsheet or a review site's export: how its columns become ratings."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.importing import ImportFailed, ImportOptions
from app.importing.importer import preview
from app.importing.rows import Document, Refusal
from app.schemas.feedback.intake import FeedbackNew
from tests.support.fake_service import FakeService, Write


def records(path: Path, **more: Any) -> list[Document | Refusal]:
    constants = {"method": "form", **more.pop("constants", {})}
    options = {"time_zone": "UTC", **more}
    return list(preview(ImportOptions("feedback", path, constants=constants, **options)))


def sent_documents(path: Path, **more: Any) -> list[dict[str, Any]]:
    found = records(path, **more)
    assert all(isinstance(record, Document) for record in found), found
    documents = [json.loads(record.body) for record in found if isinstance(record, Document)]
    for document in documents:
        FeedbackNew.model_validate_json(json.dumps(document))
    return documents


class TestRatings:
    def test_a_column_for_each_figure(self, write: Write) -> None:
        [document] = sent_documents(write("nps,csat,ces,rating,score\n9,4,6,5,87.5\n"))
        assert document["ratings"] == [
            {"metric": "nps", "value": "9"},
            {"metric": "csat", "value": "4"},
            {"metric": "ces", "value": "6"},
            {"metric": "rating", "value": "5"},
            {"metric": "score", "value": "87.5"},
        ]

    def test_what_was_not_answered_is_no_rating(self, write: Write) -> None:
        answered, silent = sent_documents(write("nps,text\n0,Never again\n,Nice\n"))
        assert answered["ratings"] == [{"metric": "nps", "value": "0"}]
        assert "ratings" not in silent

    def test_a_scale_for_all_is_for_those_with_a_rating(self, write: Write) -> None:
        scale = {"rating_worst": "1", "rating_best": "10"}
        rated, silent = sent_documents(write("rating,text\n7,Good\n,Hm\n"), constants=scale)
        assert rated["ratings"] == [{"metric": "rating", "value": "7", "worst": "1", "best": "10"}]
        assert silent.keys() & {"ratings", *scale} == set()

    def test_how_something_was_and_how_it_should_have_been(self, write: Write) -> None:
        [document] = sent_documents(write("aspects.waiting,expectations.waiting\n2,5\n"))
        assert document["ratings"] == [
            {"metric": "rating", "value": "2", "aspect": "waiting", "side": "experience"},
            {"metric": "rating", "value": "5", "aspect": "waiting", "side": "expectation"},
        ]

    def test_a_mark_that_is_no_number_is_refused_by_its_column(self, write: Write) -> None:
        [refusal] = records(write("nps\nnine\n"))
        assert isinstance(refusal, Refusal)
        assert refusal.problem["errors"][0]["pointer"] == "/nps"


class TestReviews:
    def test_the_columns_of_a_review_site(self, write: Write) -> None:
        path = write("Review ID,Stars,Review,Date,Name\nr-1,2,Cold soup,2026-03-02 10:30,A. Guest\n")
        mapping = {
            "external_id": "Review ID",
            "rating": "Stars",
            "text": "Review",
            "collected_at": "Date",
            "author.name": "Name",
        }
        constants = {"method": "review", "source": "a review site"}
        [document] = sent_documents(path, mapping=mapping, constants=constants)
        assert document == {
            "method": "review",
            "source": "a review site",
            "external_id": "r-1",
            "collected_at": "2026-03-02T10:30:00+00:00",
            "text": "Cold soup",
            "author": {"name": "A. Guest"},
            "ratings": [{"metric": "rating", "value": "2"}],
        }

    def test_the_author_by_address_or_number(self, write: Write) -> None:
        both, number = sent_documents(write("author.email,author.phone\na@b.example,020 7946 0958\n,020 7946 0958\n"))
        assert both["author"] == {"contact": {"kind": "email", "value": "a@b.example"}}
        assert both["attributes"] == {"author_phone": "020 7946 0958"}
        assert number["author"] == {"contact": {"kind": "phone", "value": "020 7946 0958"}}

    def test_the_receipt_by_its_number(self, write: Write) -> None:
        named, unnamed = sent_documents(
            write("receipt.receipt_no,nps\n000117,9\n,8\n"), constants={"receipt.source": "till"}
        )
        assert named["receipt"] == {"source": "till", "receipt_no": "000117"}
        assert "receipt" not in unnamed


class TestKeysAndFields:
    def test_a_row_without_a_number_gets_one_of_what_it_says(self, write: Write) -> None:
        path = write("nps,text\n9,Lovely\n9,Lovely\n3,Cold\n")
        first, same, other = sent_documents(path)
        assert first["source"] == "import"
        assert same["external_id"] == f"{first['external_id']}-2"
        assert first["external_id"] != other["external_id"]

    def test_what_became_of_it_comes_with_it(self, write: Write) -> None:
        [document] = sent_documents(write("nps,loop.acknowledged_at,loop.action\n3,2026-03-03 09:00,A second cook\n"))
        assert document["loop"] == {"acknowledged_at": "2026-03-03T09:00:00+00:00", "action": "A second cook"}

    def test_what_all_feedback_needs_is_told(self, write: Write) -> None:
        with pytest.raises(ImportFailed, match="method"):
            list(preview(ImportOptions("feedback", write("nps\n9\n"), time_zone="UTC")))

    def test_columns_that_there_are_not_are_told_with_those_that_there_are(self, write: Write) -> None:
        with pytest.raises(ImportFailed, match=r"aspects\.<name>"):
            records(write("nps\n9\n"), mapping={"stars": "nps"})

    def test_json_lines_of_the_api_are_sent_as_they_are(self, service: FakeService, write: Write) -> None:
        document = {"method": "review", "ratings": [{"metric": "rating", "value": "4"}]}
        options = ImportOptions("feedback", write(json.dumps(document) + "\n", "file.jsonl"), source="old")
        assert service.run(options).created == 1
        [request] = service.requests
        assert request.url.path == "/v1/feedback/batch"
        [sent] = service.documents
        assert {**sent, "external_id": ""} == {**document, "source": "old", "external_id": ""}
        assert service.run(options).replayed == 1
