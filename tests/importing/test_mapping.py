"""Columns to fields to documents."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.importing import ImportFailed, ImportOptions
from app.importing.fields import FAMILIES, NOT_MAPPED, SCHEMAS, describe_fields, fields_of, find
from app.importing.importer import preview
from app.importing.rows import Document, Refusal
from app.schemas.customers import CustomerNew, RelationshipRecord
from app.schemas.interactions import InteractionNew, TaskNew
from tests.support.fake_service import Write


def records(path: Path, resource: str = "customers", **more: Any) -> list[Document | Refusal]:
    return list(preview(ImportOptions(resource, path, **more)))


def sent_documents(path: Path, resource: str = "customers", **more: Any) -> list[dict[str, Any]]:
    found = records(path, resource, **more)
    documents = [record for record in found if isinstance(record, Document)]
    assert documents == found
    return [json.loads(record.body) for record in documents]


class TestFields:
    @pytest.mark.parametrize("resource", SCHEMAS)
    def test_every_field_of_the_api_can_be_filled(self, resource: str) -> None:
        reachable = {path.partition(".")[0] for path in fields_of(resource)} | set(FAMILIES[resource])
        assert set(SCHEMAS[resource].model_fields) - NOT_MAPPED <= reachable

    @pytest.mark.parametrize(
        ("resource", "path"),
        [
            ("customers", "name"),
            ("customers", "contact_points.pigeon"),
            ("customers", "contact_points"),
            ("customers", "identities."),
            ("customers", "payments.card"),
            ("interactions", "identities.x"),
            ("sales", "lines.sku"),
            ("complaints", "history.move"),
        ],
    )
    def test_what_is_no_field(self, resource: str, path: str) -> None:
        assert find(resource, path) is None

    def test_lines_and_receipts_are_told_apart(self) -> None:
        fields = fields_of("sales")
        assert [
            path for path in ("sku", "line_total", "refund_of.receipt_no", "total", "site") if fields[path].line
        ] == [
            "sku",
            "line_total",
            "refund_of.receipt_no",
        ]


class TestCustomers:
    def test_a_row_with_everything(self, write: Write) -> None:
        path = write(
            "Name,E-mail,Tel,Home,CardNo,Town,Street,Lang,Tags,Primary,Quiet from,Quiet to,Colour\n"
            'Ann Őry,a@example.com,"+44 20 1; +44 20 2",0201,123.0,Köln,"1 Rd|Flat 2",de,vip;b2b,yes,22:00,07:00,red\n'
        )
        mapping = {
            "display_name": "Name",
            "contact_points.email": "E-mail",
            "contact_points.phone": "Tel",
            "contact_points.phone.home": "Home",
            "identities.loyalty": "CardNo",
            "addresses.city": "Town",
            "addresses.lines": "Street",
            "addresses.primary": "Primary",
            "preferences.language": "Lang",
            "preferences.quiet_hours.start": "Quiet from",
            "preferences.quiet_hours.end": "Quiet to",
            "attributes.colour": "Colour",
        }
        [document] = sent_documents(
            path, mapping=mapping, constants={"addresses.country": "GB", "acquisition_source": "fair"}
        )
        assert document == {
            "acquisition_source": "fair",
            "display_name": "Ann Őry",
            "contact_points": [
                {"kind": "email", "value": "a@example.com"},
                {"kind": "phone", "value": "+44 20 1"},
                {"kind": "phone", "value": "+44 20 2"},
                {"kind": "phone", "value": "0201", "label": "home"},
            ],
            "identities": [{"system": "loyalty", "external_id": "123"}],
            "addresses": [{"country": "GB", "city": "Köln", "lines": ["1 Rd", "Flat 2"], "primary": True}],
            "tags": ["vip", "b2b"],
            "preferences": {"language": "de", "quiet_hours": {"start": "22:00", "end": "07:00"}},
            "attributes": {"colour": "red"},
        }
        CustomerNew.model_validate_json(json.dumps(document))

    def test_headers_that_are_fields_map_themselves(self, write: Write) -> None:
        path = write("Given Name,FAMILY_NAME,contact_points.email,Customer,Referred By\nAnn,Lee,a@example.com,x,Bob\n")
        assert sent_documents(path) == [
            {"given_name": "Ann", "family_name": "Lee", "contact_points": [{"kind": "email", "value": "a@example.com"}]}
        ]

    def test_a_cell_goes_before_a_constant(self, write: Write) -> None:
        path = write("Owner,identities.a\nAnn,1\n,2\n")
        assert [
            document["owner"]
            for document in sent_documents(path, constants={"owner": "Bob"}, mapping={"owner": "Owner"})
        ] == [
            "Ann",
            "Bob",
        ]

    def test_constants_alone_make_no_address(self, write: Write) -> None:
        path = write("Town,identities.a,Lang\nBath,1,\n,2,en\n")
        first, second = sent_documents(
            path,
            mapping={"addresses.city": "Town", "preferences.language": "Lang"},
            constants={"addresses.country": "GB", "preferences.delivery": "van"},
        )
        assert first["addresses"] == [{"country": "GB", "city": "Bath"}]
        assert "addresses" not in second
        assert [first["preferences"], second["preferences"]] == [
            {"delivery": "van"},
            {"delivery": "van", "language": "en"},
        ]

    def test_who_has_no_key_gets_one_of_what_is_said(self, write: Write) -> None:
        path = write("Display Name,identities.card\nAnn,\nBob,7\nAnn,\nCid,\n")
        ann, bob, again, cid = sent_documents(path, source="till")
        key = ann["identities"][0]["external_id"]
        assert again == {**ann, "identities": [{"system": "till", "external_id": f"{key}-2"}]}
        assert ann["identities"][0]["system"] == "till"
        assert len(key) == 32
        assert ann["identities"] != cid["identities"]
        assert bob["identities"] == [{"system": "card", "external_id": "7"}]


class TestInteractions:
    def test_a_row(self, write: Write) -> None:
        path = write("When,Mail,Body,Minutes\n2020-07-01 09:00,a@example.com,Hello,60\n2020-07-02 09:00,,Hi,\n")
        first, second = sent_documents(
            path,
            "interactions",
            mapping={"happened_at": "When", "contact.value": "Mail", "duration_seconds": "Minutes"},
            constants={"contact.kind": "email", "kind": "call", "channel": "Phone", "direction": "inbound"},
            time_zone="Europe/London",
        )
        assert first | {"external_id": ""} == {
            "contact": {"kind": "email", "value": "a@example.com"},
            "kind": "call",
            "channel": "phone",
            "direction": "inbound",
            "happened_at": "2020-07-01T09:00:00+01:00",
            "body": "Hello",
            "duration_seconds": 60,
            "source": "import",
            "external_id": "",
        }
        assert "contact" not in second
        assert first["external_id"] != second["external_id"]
        for document in (first, second):
            InteractionNew.model_validate_json(json.dumps(document))

    def test_a_key_of_its_own_is_kept(self, write: Write) -> None:
        path = write("External ID,kind,channel,direction\nm-1,note,other,internal\n")
        [document] = sent_documents(path, "interactions", source="mail")
        assert (document["source"], document["external_id"]) == ("mail", "m-1")


class TestTasksAndRelationships:
    def test_a_task(self, write: Write) -> None:
        path = write("To do,Loyalty no,Due\nRing back,17850.0,05/03/2026 10:00\nSweep,,\n")
        ring, sweep = sent_documents(
            path,
            "tasks",
            mapping={"what": "To do", "customer.identity.external_id": "Loyalty no", "due_at": "Due"},
            constants={"customer.identity.system": "loyalty"},
            time_zone="Europe/London",
            date_format="%d/%m/%Y %H:%M",
        )
        assert TaskNew.model_validate_json(json.dumps(ring)).source == "import" and len(ring["external_id"]) == 32
        assert ring["customer"] == {"identity": {"system": "loyalty", "external_id": "17850"}}
        assert (ring["what"], ring["due_at"]) == ("Ring back", "2026-03-05T10:00:00+00:00")
        assert sweep.keys() == {"what", "source", "external_id"}

    def test_a_relationship(self, write: Write) -> None:
        path = write("subject.email,kind,Firm,title\nzoe@example.com,Works for,HRB 7,Chef\n")
        [document] = sent_documents(
            path,
            "relationships",
            mapping={"customer.identity.external_id": "Firm"},
            constants={"customer.identity.system": "register", "subject.identity.system": "loyalty"},
        )
        RelationshipRecord.model_validate_json(json.dumps(document))
        assert document == {
            "subject": {"email": "zoe@example.com"},
            "kind": "works_for",
            "customer": {"identity": {"system": "register", "external_id": "HRB 7"}},
            "title": "Chef",
        }


class TestRefusedRows:
    def test_every_wrong_cell_is_named(self, write: Write) -> None:
        path = write("kind,channel,direction,happened_at\ncall,pigeon,inbound,2020-01-01 10:00\n")
        [record] = records(path, "interactions")
        assert isinstance(record, Refusal)
        assert record.rows == 2
        assert record.original() == {
            "kind": "call",
            "channel": "pigeon",
            "direction": "inbound",
            "happened_at": "2020-01-01 10:00",
        }
        assert [(error["pointer"], error["code"]) for error in record.problem["errors"]] == [
            ("/channel", "choice"),
            ("/happened_at", "naive_timestamp"),
        ]


class TestWrongPlans:
    @pytest.mark.parametrize(
        ("more", "message"),
        [
            ({"mapping": {"nickname": "Name"}}, "--map names 'nickname', which customers do not have.*display_name"),
            ({"constants": {"nickname": "x"}}, "--set names 'nickname'.*contact_points.<email"),
            ({"mapping": {"display_name": "Nom"}}, "the column 'Nom'; the columns are: Name, Kind"),
            ({"mapping": {"display_name": "Twice"}}, "two columns called Twice"),
            ({"constants": {"kind": "ghost"}}, "--set kind: 'ghost' is not one of person, organization"),
            ({"time_zone": "Mars/Olympus"}, "'Mars/Olympus' is not a time zone"),
            ({"resource": "pigeons"}, "pigeons cannot be imported"),
            ({"path": Path("nowhere.csv")}, "nowhere.csv is not a file"),
            (
                {"resource": "interactions"},
                "No column or constant fills 'channel' and 'direction'.*--map channel=COLUMN",
            ),
        ],
    )
    def test_is_said_before_anything_is_sent(self, write: Write, more: dict[str, Any], message: str) -> None:
        path = write("Name,Kind,Twice,Twice\nx,person,,\n")
        with pytest.raises(ImportFailed, match=message):
            list(preview(ImportOptions(**{"resource": "customers", "path": path, **more})))

    def test_lines_need_quantity_and_price_only_when_there_are_lines(self, write: Write) -> None:
        path = write("receipt_no,occurred_at,total,sku\n1,2020-01-01T00:00Z,5,a\n")
        constants = {"source": "till", "currency": "EUR"}
        with pytest.raises(ImportFailed, match="'quantity' and 'unit_price'"):
            list(preview(ImportOptions("sales", path, constants=constants)))
        path = write("receipt_no,occurred_at,total\n1,2020-01-01T00:00Z,5\n")
        assert [record.rows for record in preview(ImportOptions("sales", path, constants=constants))] == [[2]]

    def test_json_lines_take_no_mapping(self, write: Write) -> None:
        path = write("{}\n", "file.jsonl")
        with pytest.raises(ImportFailed, match="JSON Lines are sent unchanged"):
            list(preview(ImportOptions("customers", path, mapping={"display_name": "Name"})))

    def test_the_message_lists_what_there_is(self) -> None:
        assert "contact_points.<email|phone|" in describe_fields("customers")
        assert "payments.<method>" in describe_fields("sales")
