"""What is sent, what is counted, what is written down, and what happens when the service stumbles."""

import json
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from app.importing import Counts, ImportFailed, ImportOptions, Progress, run, sending
from app.importing.sending import RETRY_WAITS
from tests.support.fake_service import Broken, FakeService, Write


def people(count: int, city: str = "") -> str:
    rows = (f"Customer {number},C{number},{city}\n" for number in range(count))
    return "display_name,identities.card,addresses.city\n" + "".join(rows)


def no_sleep(seconds: float) -> None:
    pytest.fail(f"waited {seconds} s")


def refused_in(options: ImportOptions) -> list[dict[str, Any]]:
    return [json.loads(line) for line in options.refused_path.read_bytes().splitlines()]


class TestBatches:
    def test_a_small_one_first_and_bounded_ones_after_it(
        self, service: FakeService, write: Write, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sending, "MAX_BATCH_DOCUMENTS", 30)
        service.run(ImportOptions("customers", write(people(100)), key="secret"))
        assert service.batches == [20, 30, 30, 20]
        [first, *_] = service.requests
        assert (first.method, str(first.url)) == ("POST", "http://127.0.0.1:8000/v1/customers/batch")
        assert first.headers["authorization"] == "Bearer secret"
        assert first.headers["content-type"] == "application/x-ndjson"

    def test_bounded_in_bytes_too(self, service: FakeService, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sending, "MAX_BATCH_BYTES", 1000)
        counts = service.run(ImportOptions("customers", write(people(60))))
        assert counts.created == 60
        assert max(len(request.content) for request in service.requests) < 1100

    @pytest.mark.parametrize(
        ("resource", "line", "query"),
        [
            ("sales", '{"source": "a", "receipt_no": "1"}', "on_unknown_customer=keep"),
            ("customers", '{"identities": [1]}', "on_match=match"),
            ("interactions", '{"source": "a", "external_id": "1"}', ""),
        ],
    )
    def test_each_resource_has_its_address(
        self, service: FakeService, write: Write, resource: str, line: str, query: str
    ) -> None:
        options = ImportOptions(
            resource,
            write(line, "f.jsonl"),
            url="http://host:9/base/",
            on_unknown_customer="keep",
            on_match="match",
        )
        service.run(options)
        assert service.requests[0].url.path == f"/base/v1/{resource}/batch"
        assert service.requests[0].url.query.decode() == query

    def test_nothing_to_send_is_nothing_sent(self, service: FakeService, write: Write) -> None:
        assert service.run(ImportOptions("customers", write(people(0)))) == Counts()
        assert service.requests == []


class TestCounts:
    def test_again_doubles_nothing(self, service: FakeService, write: Write) -> None:
        options = ImportOptions("customers", write("display_name\n" + "".join(f"C{i}\n" for i in range(50))))
        assert service.run(options) == Counts(created=50)
        assert service.run(options) == Counts(replayed=50)
        assert not options.refused_path.exists()

    def test_what_differs_conflicts(self, service: FakeService, write: Write) -> None:
        service.run(ImportOptions("customers", write(people(3))))
        options = ImportOptions("customers", write(people(4, "Bath")))
        counts = service.run(options)
        assert (counts, counts.total) == (Counts(created=1, conflicting=3), 4)
        assert refused_in(options)[0] == {
            "row": 2,
            "original": {"display_name": "Customer 0", "identities.card": "C0", "addresses.city": "Bath"},
            "problem": {"title": "Conflict", "code": "conflict"},
        }

    def test_what_is_older_is_stale(self, service: FakeService, write: Write) -> None:
        service.script.append(lambda _: httpx.Response(200, content=b'{"line": 1, "status": 200, "stale": true}\n'))
        options = ImportOptions("sales", write('{"source": "a", "receipt_no": "1"}', "f.jsonl"))
        assert service.run(options) == Counts(stale=1)

    def test_refused_here_and_there_are_written_down_together(self, service: FakeService, write: Write) -> None:
        service.refuses = lambda document: 422 if document.get("display_name") == "Bad" else None
        options = ImportOptions(
            "customers", write("display_name,kind\nAnn,person\nBad,person\nBob,ghost\nCid,\nragged\n")
        )
        assert service.run(options) == Counts(created=2, refused=3)
        found = {record["row"]: record for record in refused_in(options)}
        assert {row: record["problem"]["code"] for row, record in found.items()} == {
            3: "no",
            4: "unreadable_cell",
            6: "ragged_row",
        }
        assert found[3]["original"] == {"display_name": "Bad", "kind": "person"}
        assert found[3]["problem"]["detail"] == "Not this one\u2028ever"

    def test_the_file_of_refusals_is_that_of_the_last_run(
        self, service: FakeService, write: Write, tmp_path: Path
    ) -> None:
        place = tmp_path / "elsewhere.jsonl"
        for name in ("Ann", "Bob"):
            path = write(f"display_name,kind\n{name},ghost\n")
            service.run(ImportOptions("customers", path, refused=place))
        assert [json.loads(line)["original"]["display_name"] for line in place.read_text().splitlines()] == ["Bob"]

    def test_a_refused_receipt_is_written_with_all_its_rows(self, service: FakeService, write: Write) -> None:
        service.refuses = lambda document: 422
        head = "receipt_no,occurred_at,quantity,unit_price\n"
        path = write(head + "".join(f"{n},2020-01-01T10:00Z,{q},1\n" for n, q in [(1, 1), (2, 1), (1, 3)]))
        options = ImportOptions("sales", path, constants={"source": "a", "currency": "EUR"})
        assert service.run(options) == Counts(refused=2)
        first = refused_in(options)[0]
        assert first["row"] == [2, 4]
        assert [original["quantity"] for original in first["original"]] == ["1", "3"]

    def test_the_file_is_not_written_over(self, service: FakeService, write: Write) -> None:
        path = write(people(1))
        with pytest.raises(ImportFailed, match="over the file that is imported"):
            service.run(ImportOptions("customers", path, refused=path))

    def test_refusals_that_cannot_be_kept_stop_the_import(
        self, service: FakeService, write: Write, tmp_path: Path
    ) -> None:
        options = ImportOptions("customers", write("display_name,kind\nAnn,ghost\n"), refused=tmp_path / "no" / "where")
        with pytest.raises(ImportFailed, match="cannot be written to"):
            service.run(options)


class TestStumbles:
    def test_lines_that_were_put_off_are_sent_again(self, service: FakeService, write: Write) -> None:
        def busy(documents: list[dict[str, Any]]) -> httpx.Response:
            lines = [*service.lines(documents[:3]), b'{"line": 4, "status": 503}\n', b'{"line": 5, "status": 429}\n']
            return httpx.Response(200, content=b"".join(lines))

        service.script.append(busy)
        assert service.run(ImportOptions("customers", write(people(5)))) == Counts(created=5)
        assert service.batches == [5, 2]
        assert service.slept == [RETRY_WAITS[0]]

    def test_what_a_broken_connection_left_open_is_sent_again(self, service: FakeService, write: Write) -> None:
        def stored_all_told_two(documents: list[dict[str, Any]]) -> httpx.Response:
            return httpx.Response(200, stream=Broken(service.lines(documents)[:2]))

        service.script.append(stored_all_told_two)
        assert service.run(ImportOptions("customers", write(people(5)))) == Counts(created=2, replayed=3)
        assert (service.batches, len(service.stored)) == ([5, 3], 5)

    @pytest.mark.parametrize(
        "cut",
        [
            b"",
            b'{"line": 1, "sta',
            b'{"line": 9, "status": 201}\n',
            b'{"line": 0, "status": 201}\n',
            b'{"line": "1", "status": 201}\n',
            b"[1]\n",
            b"<html>",
        ],
    )
    def test_an_answer_that_makes_no_sense_acknowledges_nothing(
        self, service: FakeService, write: Write, cut: bytes
    ) -> None:
        service.script.append(lambda _: httpx.Response(200, content=cut))
        assert service.run(ImportOptions("customers", write(people(3)))) == Counts(created=3)
        assert service.batches == [3, 3]

    @pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
    def test_a_service_in_trouble_is_asked_again(self, service: FakeService, write: Write, status: int) -> None:
        service.script += [lambda _: httpx.Response(status)] * 3
        assert service.run(ImportOptions("customers", write(people(3)))) == Counts(created=3)
        assert service.slept == list(RETRY_WAITS[:3])

    def test_it_is_asked_so_often_and_no_more(self, service: FakeService, write: Write) -> None:
        service.script.append(lambda documents: httpx.Response(200, content=b"".join(service.lines(documents))))
        service.script += [lambda _: httpx.Response(503)] * 100
        with pytest.raises(ImportFailed, match=r"stopped answering \(it answered 503\) in 8 attempts") as caught:
            service.run(ImportOptions("customers", write(people(50))))
        assert caught.value.counts == Counts(created=20)
        assert service.slept == list(RETRY_WAITS)
        assert 30 <= sum(RETRY_WAITS) <= 120

    def test_every_step_forward_begins_the_waits_anew(self, service: FakeService, write: Write) -> None:
        def one(documents: list[dict[str, Any]]) -> httpx.Response:
            return httpx.Response(200, content=service.lines(documents)[0])

        service.script += [one] * 15
        assert service.run(ImportOptions("customers", write(people(16)))).total == 16
        assert service.slept == [RETRY_WAITS[0]] * 15

    def test_a_service_that_restarts_is_waited_for(self, service: FakeService, write: Write) -> None:
        def gone(documents: list[dict[str, Any]]) -> httpx.Response:
            raise httpx.ConnectError("refused")

        service.script += [
            lambda documents: httpx.Response(200, content=b"".join(service.lines(documents))),
            gone,
            gone,
        ]
        assert service.run(ImportOptions("customers", write(people(30)))) == Counts(created=30)

    @pytest.mark.parametrize(
        ("status", "message"),
        [
            (401, "does not accept this key"),
            (403, "may not write customers: Forbidden: scope customers:write is missing"),
            (404, "has no /v1/customers/batch"),
            (413, "refused the batch with 413: Forbidden"),
            (307, "refused the batch with 307"),
        ],
    )
    def test_what_will_not_pass_is_said_at_once(
        self, service: FakeService, write: Write, status: int, message: str
    ) -> None:
        said = {"title": "Forbidden", "detail": "scope customers:write is missing"}
        service.script.append(lambda _: httpx.Response(status, json=said))
        with pytest.raises(ImportFailed, match=message):
            service.run(ImportOptions("customers", write(people(3))))
        assert (service.slept, len(service.requests)) == ([], 1)

    @pytest.mark.parametrize("content", [b"", b"<html>", b"[]", b"\xff"])
    def test_a_refusal_without_a_problem_document_is_still_a_sentence(
        self, service: FakeService, write: Write, content: bytes
    ) -> None:
        service.script.append(lambda _: httpx.Response(415, content=content))
        with pytest.raises(ImportFailed, match="refused the batch with 415: Unsupported Media Type"):
            service.run(ImportOptions("customers", write(people(1))))

    @pytest.mark.parametrize(
        "url", ["nonsense", "ftp://host", "http://127.0.0.1:{port}", "http://[::1", "http://host:x"]
    )
    def test_nobody_there(self, write: Write, url: str) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            place = url.format(port=taken.getsockname()[1])
            options = ImportOptions("customers", write(people(1)), url=place, key="k")
            with pytest.raises(ImportFailed, match=r"No service answers|cannot be called"):
                run(options, sleep=no_sleep)

    @pytest.mark.parametrize("key", ["", "ключ", "a\nb"])
    def test_a_key_that_no_header_can_carry(self, write: Write, key: str) -> None:
        with serving(wordy) as url, pytest.raises(ImportFailed, match="cannot be called"):
            run(ImportOptions("customers", write(people(1)), url=url, key=key), sleep=no_sleep)


class TestProgress:
    def test_a_table_is_told_in_bytes(self, service: FakeService, write: Write) -> None:
        seen: list[Progress] = []
        path = write(people(10_000))
        service.run(ImportOptions("customers", path), seen)
        assert {(state.phase, state.unit, state.total) for state in seen} == {("sending", "bytes", path.stat().st_size)}
        done = [state.done for state in seen]
        assert done == sorted(done)
        assert (done[0], done[-1]) == (0, path.stat().st_size)
        assert len(set(done)) > 10

    def test_sales_are_read_then_sent(self, service: FakeService, write: Write) -> None:
        seen: list[Progress] = []
        path = write("receipt_no,occurred_at,total\n" + "".join(f"{n},2020-01-01T10:00Z,1\n" for n in range(2500)))
        service.run(ImportOptions("sales", path, constants={"source": "a", "currency": "EUR"}), seen)
        reading = [state.done for state in seen if state.phase == "reading"]
        assert (reading[0], reading[-1], len(reading)) == (0, path.stat().st_size, 4)
        sent = [(state.done, state.total, state.unit) for state in seen if state.phase == "sending"]
        assert sent == [(number, 2500, "receipts") for number in range(2501)]


@contextmanager
def serving(application: Callable[..., Awaitable[None]]) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        # Small buffers: what the client does not read soon stops the service.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 32 * 1024)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32 * 1024)
        server = uvicorn.Server(uvicorn.Config(application, log_level="critical", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


async def wordy(scope: Any, receive: Callable[..., Awaitable[Any]], send: Callable[..., Awaitable[None]]) -> None:
    """Answers each line as soon as it has come, at length, and reads on only when the answer is taken."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/x-ndjson")]})
    number, rest, more = 0, b"", True
    while more:
        event = await receive()
        more = event.get("more_body", False)
        *lines, rest = (rest + event["body"]).split(b"\n")
        for _ in lines:
            number += 1
            result = {"line": number, "status": 422, "problem": {"title": "No", "detail": "x" * 8_000}}
            await send({"type": "http.response.body", "body": json.dumps(result).encode() + b"\n", "more_body": True})
    await send({"type": "http.response.body", "body": b""})


class TestOverTheWire:
    def test_an_answer_longer_than_every_buffer_stops_nothing(self, write: Write) -> None:
        line = json.dumps({"identities": [{"system": "a", "external_id": "1"}], "owner": "x" * 3_000})
        path = write(f"{line}\n" * 2_020, "file.jsonl")
        with serving(wordy) as url:
            assert run(ImportOptions("customers", path, url=url, key="k"), sleep=no_sleep) == Counts(refused=2_020)

    def test_a_service_that_hangs_up_is_told_of(self, write: Write) -> None:
        slept: list[float] = []
        with socket.create_server(("127.0.0.1", 0)) as listener:

            def hang_up() -> None:
                for _ in range(len(RETRY_WAITS) + 1):
                    listener.accept()[0].close()

            thread = threading.Thread(target=hang_up)
            thread.start()
            url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            options = ImportOptions("customers", write(people(3)), url=url, key="k")
            with pytest.raises(ImportFailed, match="stopped answering"):
                run(options, sleep=slept.append)
            thread.join()
        assert slept == list(RETRY_WAITS)
