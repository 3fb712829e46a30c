"""The command `rapport` as people type it, against a running service."""

import asyncio
import csv
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import xlsxwriter
from typer.testing import Result

from app import contract
from app.cli import runtime, serve
from app.core.settings import Settings
from app.services.access import keys
from tests import make
from tests.support import ledger
from tests.support.running import KEY, Running, free_port, running


@pytest.fixture(scope="module")
def dsn(new_database: Callable[..., str]) -> str:
    return new_database()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, dsn: str) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("cli"), "--sample", database_url=dsn, sample="0") as service:
        with service.client() as client:
            assert client.get("/v1/customers").json()["items"] == []  # told to leave the sample shop out
        yield service


@pytest.fixture
def client(service: Running) -> Iterator[httpx.Client]:
    with service.client() as client:
        yield client


def imports(service: Running, resource: str, path: Path, *options: str, **settings: Any) -> Result:
    return service.run("import", resource, str(path), *options, **{"api_key": KEY, **settings})


def as_csv(path: Path, rows: list[list[Any]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(rows)
    return path


def as_xlsx(path: Path, rows: list[list[Any]]) -> Path:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return path


def as_jsonl(path: Path, documents: list[Any]) -> Path:
    path.write_text("".join(json.dumps(document) + "\n" for document in documents))
    return path


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_customers_of_a_table(service: Running, client: httpx.Client, tmp_path: Path, kind: str) -> None:
    rows = [["Name", "E-mail", "Card"]] + [
        [f"Ada {kind} {n}", f"ada{n}@{kind}.example.com", f"{kind}-{n}"] for n in range(30)
    ]
    rows.append([f"Nobody {kind}", "not an address", ""])
    path = (as_csv if kind == "csv" else as_xlsx)(tmp_path / f"customers.{kind}", rows)
    options = ["--map", "display_name=Name", "--map", "contact_points.email=E-mail", "--map", "identities.loyalty=Card"]
    first = imports(service, "customers", path, *options)
    assert (first.exit_code, first.exception) == (0, None), first.stderr
    counts, where = first.stdout.splitlines()
    assert counts == "30 created, 0 replayed, 0 conflicting, 1 refused."
    (refused,) = [json.loads(row) for row in Path(where.partition(": ")[2]).read_text().splitlines()]
    assert refused["row"] == 32
    assert "not an address" in json.dumps(refused["original"])
    assert refused["problem"]["status"] == 422

    found = client.get("/v1/customers/lookup", params={"identity": f"loyalty:{kind}-7"}).json()["items"]
    assert [item["display_name"] for item in found] == [f"Ada {kind} 7"]

    second = imports(service, "customers", path, *options)
    assert second.exit_code == 0
    assert second.stdout.startswith("0 created, 30 replayed, 0 conflicting, 1 refused.")


def test_interactions_of_a_table(service: Running, client: httpx.Client, tmp_path: Path) -> None:
    rows: list[list[Any]] = [["id", "when", "how", "way", "kind", "text"]]
    rows += [[f"I-{n}", f"2026-02-0{n} 10:00", "phone", "inbound", "call", f"Asked about {n}"] for n in range(1, 6)]
    rows.append(["I-9", "2026-02-09 10:00", "telepathy", "inbound", "call", "Asked in thought"])
    path = as_csv(tmp_path / "interactions.csv", rows)
    names = {
        "external_id": "id",
        "happened_at": "when",
        "channel": "how",
        "direction": "way",
        "kind": "kind",
        "subject": "text",
    }
    options = [part for field, column in names.items() for part in ("--map", f"{field}={column}")]
    options += ["--source", "log", "--timezone", "Europe/London"]
    first = imports(service, "interactions", path, *options)
    assert first.stdout.splitlines()[0] == "5 created, 0 replayed, 0 conflicting, 1 refused.", first.stderr
    second = imports(service, "interactions", path, *options)
    assert second.stdout.splitlines()[0] == "0 created, 5 replayed, 0 conflicting, 1 refused."
    listed = client.get("/v1/interactions").json()["items"]
    assert sorted(item["subject"] for item in listed) == [f"Asked about {n}" for n in range(1, 6)]


async def test_sales_of_a_table_have_a_row_for_each_line(service: Running, dsn: str, tmp_path: Path) -> None:
    rows: list[list[Any]] = [["receipt", "item", "pieces", "price", "at", "card"]]
    for n in range(40):
        card = str(n % 7 + 1) if n % 5 else ""
        rows += [[f"T{n}", f"SKU{k}", k, "2.50", f"2026-01-{n % 28 + 1:02} 12:30", card] for k in (1, 2)]
    rows.append(["T-bad", "SKU1", "many", "2.50", "2026-01-01 12:30", ""])
    names = {"receipt_no": "receipt", "sku": "item", "quantity": "pieces", "unit_price": "price", "occurred_at": "at"}
    options = [part for field, column in names.items() for part in ("--map", f"{field}={column}")]
    options += ["--map", "customer.identity.external_id=card", "--set", "customer.identity.system=card"]
    options += ["--set", "source=table", "--set", "currency=GBP", "--timezone", "Europe/London"]
    for kind in ("csv", "xlsx"):
        path = (as_csv if kind == "csv" else as_xlsx)(tmp_path / f"sales.{kind}", rows)
        told = imports(service, "sales", path, *options).stdout.splitlines()[0]
        expected = (40, 0) if kind == "csv" else (0, 40)  # the same receipts, whatever they are written in
        assert told == f"{expected[0]} created, {expected[1]} replayed, 0 conflicting, 1 refused."
    rows_ = await ledger.fetch(
        dsn, "SELECT count(*) AS n, sum(total) AS total, count(customer_id) AS of FROM sales WHERE source = 'table'"
    )
    assert (rows_[0]["n"], rows_[0]["total"], rows_[0]["of"]) == (40, 300, 32)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_complaints_of_a_table(service: Running, client: httpx.Client, tmp_path: Path, kind: str) -> None:
    holder = client.post("/v1/customers", json=make.customer(contact_points=[make.email(f"lamb@{kind}.example.com")]))
    rows: list[list[Any]] = [["No", "What", "Mail", "Received", "Answered", "Closed", "Found", "Paid back"]]
    rows.append(
        ["1", "Off", f"lamb@{kind}.example.com", "2026-02-02 09:00", "2026-02-03", "2026-02-04", "Upheld", "9.00"]
    )
    rows.append(["2", "Late", f"cod@{kind}.example.com", "2026-02-02 09:00", "", "", "", ""])
    rows.append(["3", "Wet", "", "2026-02-02 09:00", "2026-02-01 09:00", "", "", ""])
    path = (as_csv if kind == "csv" else as_xlsx)(tmp_path / f"complaints.{kind}", rows)
    names = {
        "external_id": "No",
        "description": "What",
        "complainant.email": "Mail",
        "received_at": "Received",
        "responded_at": "Answered",
        "closed_at": "Closed",
        "decision": "Found",
        "remedies.cost": "Paid back",
    }
    constants = {
        "channel": "email",
        "remedies.kind": "refund",
        "remedies.currency": "GBP",
        "remedies.state": "accepted",
    }
    options = [part for field, column in names.items() for part in ("--map", f"{field}={column}")]
    options += [part for field, value in constants.items() for part in ("--set", f"{field}={value}")]
    options += ["--source", kind, "--timezone", "Europe/London"]
    first = imports(service, "complaints", path, *options)
    assert first.stdout.splitlines()[0] == "2 created, 0 replayed, 0 conflicting, 1 refused.", first.stderr
    second = imports(service, "complaints", path, *options)
    assert second.stdout.splitlines()[0] == "0 created, 2 replayed, 0 conflicting, 1 refused."
    listed = client.get("/v1/complaints", params={"source": kind}).json()["items"]
    closed, received = sorted(listed, key=lambda complaint: complaint["external_id"])
    assert (closed["state"], closed["decision"], closed["customer_id"]) == ("closed", "upheld", holder.json()["id"])
    assert (closed["responded_at"], closed["ended_at"]) == (
        "2026-02-03T00:00:00.000000Z",
        "2026-02-04T00:00:00.000000Z",
    )
    (remedy,) = closed["remedies"]
    assert (remedy["state"], remedy["cost"], remedy["decided_at"]) == ("accepted", "9.00", closed["ended_at"])
    assert (received["state"], received["customer_id"], received["remedies"]) == ("received", None, [])


async def test_json_lines_are_sent_as_they_are(service: Running, dsn: str, tmp_path: Path) -> None:
    sent = ledger.receipts(120, "jsonl")
    changed = {**sent[3], "currency": "EUR"}
    path = as_jsonl(tmp_path / "sales.jsonl", [*sent, {"source": "jsonl"}, changed])
    first = imports(service, "sales", path)
    assert first.stdout.splitlines()[0] == "120 created, 0 replayed, 1 conflicting, 1 refused."
    refused = [json.loads(row) for row in (tmp_path / "sales.jsonl.refused.jsonl").read_text().splitlines()]
    assert [(entry["row"], entry["problem"]["status"]) for entry in refused] == [(121, 422), (122, 409)]
    assert await ledger.stored(dsn, "jsonl") == ledger.per_buyer(sent)
    second = imports(service, "sales", path, "--refused", str(tmp_path / "elsewhere.jsonl"))
    assert second.stdout.splitlines() == [
        "0 created, 120 replayed, 1 conflicting, 1 refused.",
        f"Refused and conflicting records, with reasons: {tmp_path / 'elsewhere.jsonl'}",
    ]
    assert await ledger.stored(dsn, "jsonl") == ledger.per_buyer(sent)


def test_unknown_buyers_can_be_left_to_be_claimed(service: Running, client: httpx.Client, tmp_path: Path) -> None:
    receipt = make.sale(source="kept", customer={"identity": {"system": "kept", "external_id": "1"}})
    path = as_jsonl(tmp_path / "sales.jsonl", [receipt])
    told = imports(service, "sales", path, "--on-unknown-customer", "keep")
    assert told.stdout == "1 created, 0 replayed, 0 conflicting, 0 refused.\n"
    (kept,) = client.get("/v1/sales", params={"source": "kept"}).json()["items"]
    assert (kept["customer_id"], kept["match"]) == (None, "unmatched")


@pytest.mark.parametrize(
    ("options", "settings", "sentence"),
    [
        ([], {"api_key": "another_key_that_is_long_enough_to_be_one"}, "does not accept this key"),
        (["--key", "another_key_that_is_long_enough_to_be_one"], {}, "does not accept this key"),
        (["--url", "http://127.0.0.1:{free}"], {}, "No service answers at http://127.0.0.1:"),
        (["--url", "nowhere"], {}, "cannot be called"),
        (["--map", "total"], {}, "--map takes name=value, not 'total'"),
        (["--map", "totl=x"], {}, "totl"),
        (
            ["--timezone", "Mars/Olympus"],
            {},
            "'Mars/Olympus' is not a time zone; use an IANA name such as Europe/London.",
        ),
    ],
)
def test_what_cannot_be_done_is_told_in_one_sentence(
    service: Running, tmp_path: Path, options: list[str], settings: dict[str, str], sentence: str
) -> None:
    path = as_jsonl(tmp_path / "sales.jsonl", [make.sale()])
    if "--map" in options:
        path = as_csv(tmp_path / "sales.csv", [["x"], ["1"]])
    told = imports(service, "sales", path, *[o.format(free=free_port()) for o in options], **settings)
    assert told.exit_code == 1
    assert isinstance(told.exception, SystemExit)
    sentences = [row for row in told.stderr.splitlines() if sentence in row]
    assert len(sentences) == 1, told.stderr
    assert "Traceback" not in told.stderr


def test_a_key_without_the_scope_is_told(service: Running, tmp_path: Path) -> None:
    key = service.run("keys", "create", "reader", "--scope", "sales:read").stdout.strip()
    told = imports(service, "sales", as_jsonl(tmp_path / "sales.jsonl", [make.sale()]), api_key=key)
    assert told.exit_code == 1
    assert "This key may not write sales" in told.stderr


def test_a_file_that_is_not_there_or_not_known_is_told(service: Running, tmp_path: Path) -> None:
    missing = imports(service, "sales", tmp_path / "missing.csv")
    assert missing.exit_code == 2
    assert "does not exist" in " ".join(missing.stderr.split())
    (tmp_path / "sales.pdf").write_bytes(b"%PDF")
    strange = imports(service, "sales", tmp_path / "sales.pdf")
    assert strange.exit_code == 1
    assert "sales.pdf has none of the supported formats: .csv" in strange.stderr
    unknown = imports(service, "visits", tmp_path / "sales.pdf")
    assert unknown.exit_code == 1
    assert "visits cannot be imported, only customers, interactions, sales, complaints, feedback," in unknown.stderr


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"port": "99999"}, "RAPPORT_PORT: Input should be less than or equal to 65535"),
        ({"workers": "many"}, "RAPPORT_WORKERS: Input should be a valid integer"),
        ({"bootstrap_key": "short"}, "RAPPORT_BOOTSTRAP_KEY: "),
        ({"log_level": "LOUD"}, "RAPPORT_LOG_LEVEL: "),
        (
            {"cors_origins": "http://nobrackets"},
            'The settings cannot be read: error parsing value for field "cors_origins"',
        ),
        ({"database_url": "postgresql://rapport@/x?host=/nowhere"}, "The database does not answer: "),
        ({"database_url": "mysql://nobody@nowhere"}, "RAPPORT_DATABASE_URL cannot be used: invalid DSN: scheme"),
        ({"database_url": "postgresql://somebody:secret@127.0.0.1:1/x"}, "The database does not answer: "),
    ],
)
def test_settings_that_do_not_hold_are_told_in_one_sentence(
    tmp_path: Path, settings: dict[str, str], sentence: str
) -> None:
    told = Running(tmp_path).run("keys", "list", **settings)
    assert told.exit_code == 1
    assert isinstance(told.exception, SystemExit), told.exception
    assert told.stdout == ""
    assert told.stderr.count("\n") == 1
    assert sentence in told.stderr
    assert not any(secret in told.stderr for secret in ("'short'", ":secret@"))  # it does not belong on a screen
    assert not (tmp_path / "data").exists()


def test_the_contract_is_written_to_a_file(tmp_path: Path) -> None:
    told = Running(tmp_path).run("contract", str(tmp_path / "openapi.json"))
    assert told.stdout == f"Written to {tmp_path / 'openapi.json'}.\n"
    assert (tmp_path / "openapi.json").read_text() == contract.render()


LIST_KEYS = """
import sys
from app.cli import main
main(["keys", "list"], standalone_mode=False)
print(*sorted(sys.modules))
"""


def test_a_command_imports_only_what_it_needs(tmp_path: Path, dsn: str) -> None:
    environment = {**Running(tmp_path, database_url=dsn).environment, "PYTHONPATH": os.pathsep.join(sys.path)}
    listed = subprocess.run(
        [sys.executable, "-c", LIST_KEYS], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    modules = set(listed.stdout.splitlines()[-1].split())
    assert "app.services.access.keys" in modules
    needless = {"app.main", "app.sample", "app.importing", "app.routers", "fastapi", "httpx", "rich.progress"}
    assert not modules & needless


def test_the_first_key_is_printed_once_however_often_its_transaction_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stored: list[str | None] = []

    async def create(_: Any, key: str | None) -> str | None:
        stored.append(key)
        return key

    def run_twice(_settings: Settings, _dsn: str, work: Any) -> Any:
        asyncio.run(work(None))
        return asyncio.run(work(None))

    monkeypatch.setattr(keys, "bootstrap", create)
    monkeypatch.setattr(runtime, "run_in_transaction", run_twice)
    shown = serve._bootstrap(Settings(_env_file=None), "")
    assert stored == [shown, shown]
    assert capsys.readouterr().out.count(f"The admin key, shown this once: {shown}") == 1
