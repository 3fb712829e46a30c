"""What a service makes of requests that are no good HTTP, or hardly: over raw sockets."""

import gzip
import json
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests import make
from tests.support.raw_http import AUTHORIZED, HOST, answer_to, connect, is_closed, problem, read_answer
from tests.support.running import KEY, Running, running

JSON = b"content-type: application/json\r\n"
POST = b"POST /v1/customers HTTP/1.1\r\n" + AUTHORIZED + JSON
CHUNKED = b"transfer-encoding: chunked\r\n\r\n"
OPEN = b"POST /v1/answers/x HTTP/1.1\r\n" + HOST + JSON
NOBODY = b"0199c0de-0000-7000-8000-0000000000a1"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("protocol"), answer_rate_limit=0, body_timeout=3) as service:
        yield service


@pytest.fixture
def client(service: Running) -> Iterator[httpx.Client]:
    with service.client() as client:
        yield client


@pytest.fixture
def line(service: Running) -> Iterator[socket.socket]:
    with connect(service) as line:
        yield line


def body_of(customer: Any) -> bytes:
    return json.dumps(customer).encode()


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


class TestTrailers:
    @pytest.mark.parametrize("path", [b"POST /v1/answers/x", b"POST /v1/customers", b"GET /healthz", b"POST /nowhere"])
    @pytest.mark.parametrize("piece", [b"x: y\r\n", b"x" * 9_999 + b": y\r\n", b"x", b"x: " + b"y" * 60_000])
    def test_that_never_end_cost_no_memory(self, service: Running, path: bytes, piece: bytes) -> None:
        before, sent = service.memory(), 0
        block = piece * (65_536 // len(piece) + 1)
        with connect(service) as line:
            line.sendall(path + b" HTTP/1.1\r\n" + AUTHORIZED + JSON + CHUNKED + chunk(b"{}") + b"0\r\n")
            try:
                while sent < 60_000_000:
                    line.sendall(block)
                    sent += len(block)
            except OSError:
                pass
        assert service.memory() - before < 16_000_000

    def test_that_never_end_are_refused(self, line: socket.socket) -> None:
        line.sendall(POST + CHUNKED + chunk(b"{}") + b"0\r\n" + b"x: y\r\n" * 102)
        assert problem(read_answer(line)) == (431, "HEADERS_TOO_LARGE")
        assert is_closed(line)

    def test_an_extension_of_a_chunk_is_bounded_too(self, line: socket.socket) -> None:
        line.sendall(POST + CHUNKED)
        for _ in range(40):
            line.sendall(b"2;" + b"x" * 998)
            time.sleep(0.01)
        assert problem(read_answer(line)) == (431, "HEADERS_TOO_LARGE")

    def test_many_small_chunks_are_a_body_like_others(self, line: socket.socket) -> None:
        body = body_of(make.customer(attributes={"text": "x" * 9_000}))
        line.sendall(POST + CHUNKED)
        for byte in body:
            line.sendall(chunk(bytes([byte])))
        line.sendall(b"0\r\n\r\n")
        assert read_answer(line)[0] == 201

    def test_are_no_headers(self, service: Running) -> None:
        body = chunk(body_of(make.customer())) + b"0\r\n"
        key = f"authorization: Bearer {KEY}\r\n".encode()
        without_key = b"POST /v1/customers HTTP/1.1\r\n" + HOST + JSON + CHUNKED
        assert problem(answer_to(service, without_key + body + key + b"\r\n"))[0] == 401
        without_type = b"POST /v1/customers HTTP/1.1\r\n" + AUTHORIZED + CHUNKED
        assert problem(answer_to(service, without_type + body + JSON + b"\r\n"))[0] == 415
        named = POST + CHUNKED + body + b"x-request-id: of-a-trailer\r\nx-forwarded-for: 203.0.113.9\r\n\r\n"
        status, headers, _ = answer_to(service, named)
        assert (status, headers["x-request-id"] == "of-a-trailer") == (201, False)

    def test_leave_the_connection_good(self, line: socket.socket) -> None:
        for _ in range(3):
            line.sendall(POST + CHUNKED + chunk(body_of(make.customer())) + b"0\r\ndigest: abc\r\n\r\n")
            assert read_answer(line)[0] == 201


class TestHead:
    def test_of_every_path_is_like_get(self, service: Running, client: httpx.Client) -> None:
        made = client.post("/v1/customers", json=make.customer()).json()
        document = client.get("/openapi.json").json()
        paths = [path for path, operations in document["paths"].items() if "get" in operations]
        assert len(paths) > 40
        client.post("/v1/sites", json={})
        paths += ["/", "/docs", "/docs/docs.js", "/docs/assets/swagger-ui.css", "/problems", "/problems/not-found"]
        paths += [
            "/openapi.json",
            "/nowhere",
            "/v1/customers?limit=x",
            "/v1/customers/batch",
            f"/v1/customers/{made['id']}",
        ]
        with connect(service) as line:
            for path in paths:
                target = path.replace("{customer_id}", made["id"])
                target = "/".join(NOBODY.decode() if part.startswith("{") else part for part in target.split("/"))
                for more in (b"", b"accept-encoding: gzip\r\n"):
                    asked = b" %s HTTP/1.1\r\n%s%s\r\n" % (target.encode(), AUTHORIZED, more)
                    line.sendall(b"GET" + asked)
                    whole = read_answer(line)
                    line.sendall(b"HEAD" + asked)
                    head = read_answer(line, head=True)
                    changing = {"x-request-id", "ratelimit", "transfer-encoding", "date"}
                    left, right = ({n: v for n, v in a[1].items() if n not in changing} for a in (whole, head))
                    if whole[0] >= 400 or "content-encoding" in left:  # they name the request, or a moment
                        left.pop("content-length", None), right.pop("content-length", None)
                    assert (head[0], right) == (whole[0], left), path
        assert '"level": "ERROR"' not in service.stderr

    def test_of_an_export_reads_no_list(self, service: Running, client: httpx.Client) -> None:
        lines = b"".join(body_of(make.customer()) + b"\n" for _ in range(2_000))
        client.post("/v1/customers/batch", content=lines, headers={"content-type": "application/x-ndjson"})
        with connect(service) as line:
            for _ in range(20):
                line.sendall(b"HEAD /v1/customers/export HTTP/1.1\r\n" + AUTHORIZED + b"\r\n")
                status, headers, _ = read_answer(line, head=True)
                assert (status, headers["content-type"]) == (200, "application/x-ndjson")
            line.sendall(b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n")
            assert read_answer(line)[2] == b'{"status":"ok"}'
        assert '"level": "ERROR"' not in service.stderr

    def test_all_at_once(self, line: socket.socket) -> None:
        line.sendall(
            (b"HEAD /healthz HTTP/1.1\r\n" + HOST + b"\r\n") * 5 + b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n"
        )
        for _ in range(5):
            assert read_answer(line, head=True)[0] == 200
        assert read_answer(line)[0] == 200


GET = b"GET /healthz HTTP/1.1\r\n"


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        pytest.param(GET + b"\r\n", 400, id="no host"),
        pytest.param(GET + HOST + b"host: other\r\n\r\n", 400, id="two hosts"),
        pytest.param(GET + HOST * 2 + b"\r\n", 400, id="one host, twice"),
        pytest.param(GET + b"host: a b\r\n\r\n", 400, id="a host with a blank"),
        pytest.param(GET + b"host: user@rapport\r\n\r\n", 400, id="a host with a user"),
        pytest.param(GET + b"host: a/b\r\n\r\n", 400, id="a host with a path"),
        pytest.param(b"GET /healthz HTTP/2.0\r\n" + HOST + b"\r\n", 505, id="HTTP/2.0"),
        pytest.param(b"GET /healthz HTTP/0.9\r\n" + HOST + b"\r\n", 505, id="HTTP/0.9"),
        pytest.param(b"GET /healthz HTTP/3.0\r\n" + HOST + b"\r\n", 400, id="HTTP/3.0"),
        pytest.param(b"GET /healthz HTTP/1.2\r\n" + HOST + b"\r\n", 400, id="HTTP/1.2"),
        pytest.param(b"GET /healthz http/1.1\r\n" + HOST + b"\r\n", 400, id="a version in small letters"),
        pytest.param(b"GET /healthz\r\n\r\n", 505, id="no version"),
        pytest.param(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, id="the preface of HTTP/2"),
        pytest.param(POST + b"transfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501, id="gzip, chunked"),
        pytest.param(POST + b"transfer-encoding: chunked, chunked\r\n\r\n0\r\n\r\n", 400, id="chunked twice"),
        pytest.param(POST + b"transfer-encoding: gzip\r\n\r\n0\r\n\r\n", 400, id="gzip as a transfer coding"),
        pytest.param(POST + b"transfer-encoding: identity\r\n\r\n0\r\n\r\n", 400, id="identity"),
        pytest.param(POST + b"transfer-encoding: xchunked\r\n\r\n0\r\n\r\n", 400, id="nearly chunked"),
        pytest.param(POST + b"transfer-encoding: chunked\r\n" * 2 + b"\r\n0\r\n\r\n", 400, id="two transfer codings"),
        pytest.param(POST.replace(b"1.1", b"1.0") + CHUNKED + b"0\r\n\r\n", 400, id="chunked in HTTP/1.0"),
        pytest.param(POST + b"content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", 400, id="two lengths"),
        pytest.param(
            POST + b"transfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n0\r\n\r\n", 400, id="the other way"
        ),
        pytest.param(POST + b"content-length: 2\r\ncontent-length: 3\r\n\r\n{}", 400, id="lengths that differ"),
        pytest.param(POST + b"content-length: +2\r\n\r\n{}", 400, id="a signed length"),
        pytest.param(POST + b"content-length: 2, 2\r\n\r\n{}", 400, id="a list of lengths"),
        pytest.param(GET + HOST + b"x: a\r\n b\r\n\r\n", 400, id="a folded header"),
        pytest.param(GET + HOST + b"x: a\rb: c\r\n\r\n", 400, id="a bare carriage return"),
        pytest.param(GET + HOST + b"x: a\nb: c\r\n\r\n", 400, id="a bare line feed"),
        pytest.param(GET + HOST + b"x : a\r\n\r\n", 400, id="a blank before the colon"),
        pytest.param(GET + HOST + b"x: \0\r\n\r\n", 400, id="a NUL in a header"),
        pytest.param(GET + b" " + HOST + b"\r\n", 400, id="a blank before the first header"),
        pytest.param(b"GET /caf\xc3\xa9 HTTP/1.1\r\n" + HOST + b"\r\n", 400, id="UTF-8 in the path"),
        pytest.param(b"GET /healthz?q=caf\xc3\xa9 HTTP/1.1\r\n" + HOST + b"\r\n", 400, id="UTF-8 in the query"),
        pytest.param(b"GET /healthz?q=\xe9 HTTP/1.1\r\n" + HOST + b"\r\n", 400, id="Latin-1 in the query"),
        pytest.param(b"GET /health\x7fz HTTP/1.1\r\n" + HOST + b"\r\n", 400, id="a control character in the path"),
        pytest.param(b"GET healthz HTTP/1.1\r\n" + HOST + b"\r\n", 400, id="a path without a slash"),
        pytest.param(b"GET ftp://rapport/healthz HTTP/1.1\r\n" + HOST + b"\r\n", 400, id="another scheme"),
        pytest.param(b"GET * HTTP/1.1\r\n" + HOST + b"\r\n", 400, id="an asterisk"),
        pytest.param(b"CONNECT rapport:80 HTTP/1.1\r\n" + HOST + b"\r\n", 400, id="CONNECT"),
        pytest.param(b"BREW /pot HTTP/1.1\r\n" + HOST + b"\r\n", 400, id="a method that no standard has"),
    ],
)
def test_what_can_be_read_in_two_ways_is_refused(line: socket.socket, sent: bytes, status: int) -> None:
    line.sendall(sent + GET + HOST + b"\r\n")
    codes = {400: "MALFORMED_REQUEST", 501: "TRANSFER_CODING_NOT_IMPLEMENTED", 505: "VERSION_NOT_SUPPORTED"}
    answer = read_answer(line)
    assert problem(answer) == (status, codes[status])
    assert answer[1]["connection"] == "close"
    assert is_closed(line)


class TestTargets:
    @pytest.mark.parametrize(
        ("sent", "status"),
        [
            (b"GET http://rapport/healthz HTTP/1.1\r\n" + HOST, 200),
            (b"GET http://rapport HTTP/1.1\r\n" + HOST, 307),
            (b"GET /%68ealthz HTTP/1.1\r\n" + HOST, 200),
            (b"GET //healthz HTTP/1.1\r\n" + HOST, 404),
            (b"GET /healthz/ HTTP/1.1\r\n" + HOST, 404),
            (b"GET /healthz; HTTP/1.1\r\n" + HOST, 404),
            (b"GET /v1//customers HTTP/1.1\r\n" + AUTHORIZED, 404),
            (b"GET /v1/customers/%2e%2e/customers HTTP/1.1\r\n" + AUTHORIZED, 404),
            (b"GET /v1/customers/../customers HTTP/1.1\r\n" + AUTHORIZED, 404),
            (b"GET /docs/assets/%2e%2e/%2e%2e/METADATA HTTP/1.1\r\n" + HOST, 404),
            (b"GET /docs/assets/..%2f..%2fMETADATA HTTP/1.1\r\n" + HOST, 404),
            (b"GET /v1%2Fcustomers HTTP/1.1\r\n" + AUTHORIZED, 404),
            (b"GET /v1/customers/%ff HTTP/1.1\r\n" + AUTHORIZED, 400),
            (b"GET /v1/customers/%00 HTTP/1.1\r\n" + AUTHORIZED, 400),
            (b"GET /v1/customers/a;b=c HTTP/1.1\r\n" + AUTHORIZED, 422),
            (b"GET /v1/customers?q=%ff HTTP/1.1\r\n" + AUTHORIZED, 400),
            (b"PROPFIND /v1/customers HTTP/1.1\r\n" + AUTHORIZED, 405),
            (b"OPTIONS /nowhere HTTP/1.1\r\n" + HOST, 404),
            (b"POST /v1/customers HTTP/1.1\r\nx-http-method-override: GET\r\n" + AUTHORIZED, 415),
        ],
    )
    def test_are_taken_or_refused_for_what_they_are(self, service: Running, sent: bytes, status: int) -> None:
        answer = answer_to(service, sent + b"\r\n")
        assert answer[0] == status
        if status >= 400:
            problem(answer)

    @pytest.mark.parametrize("target", [b"*", b"/v1/customers", b"/healthz"])
    def test_options_are_told_without_a_body(self, line: socket.socket, target: bytes) -> None:
        for _ in range(2):
            line.sendall(b"OPTIONS %s HTTP/1.1\r\n%s\r\n" % (target, HOST))
            status, headers, _ = read_answer(line)
            assert status == 204
            assert ("allow" in headers) == (target != b"*")

    @pytest.mark.parametrize(
        "external_id",
        [
            "gid://shopify/Customer/7",
            "a:b",
            "100%",
            "%2F",
            "a%2Fb",
            "a b+c",
            "Zo\u00eb/\u5c71",
            "a//b/",
            "7?#[]@!$&'()*+,;=",
            '7"<>\\^`{|}',
            "7~-._",
        ],
    )
    def test_every_character_of_an_id_reaches_the_route(self, client: httpx.Client, external_id: str) -> None:
        path = f"/v1/customers/by-identity/shopify/{quote(external_id, safe='')}"
        made = client.put(path, json={"display_name": "Zo\u00eb"})
        assert made.status_code == 201, made.text
        assert made.json()["identities"] == [{"system": "shopify", "external_id": external_id}]
        again = client.put(path, json={"display_name": "Zo\u00eb"})
        assert (again.status_code, again.json()["id"]) == (200, made.json()["id"])

    @pytest.mark.parametrize("external_id", ["%2E", "%2E%2E"])
    def test_dots_are_no_steps_in_a_path(self, client: httpx.Client, external_id: str) -> None:
        """Clients resolve them, unless they are escaped. They identify nobody, and it is the operation that says so."""
        answer = client.put(f"/v1/customers/by-identity/shopify/{external_id}", json={"display_name": "Zo\u00eb"})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["code"] == "identifies_nobody"

    def test_a_problem_names_the_path_as_it_was_sent(self, client: httpx.Client) -> None:
        path = "/v1/customers/by-identity/shop%2Fify/a%252Fb"
        answer = client.put(path, json={"nothing": 1})
        assert (answer.status_code, answer.json()["instance"]) == (422, path)


class TestHeaders:
    @pytest.mark.parametrize(
        "twice",
        [
            f"authorization: Bearer {KEY}\r\n",
            "content-type: application/json\r\n",
            "content-encoding: identity\r\ncontent-encoding: gzip\r\n",
            "idempotency-key: a\r\nidempotency-key: b\r\n",
        ],
    )
    def test_that_say_one_thing_are_sent_once(self, service: Running, twice: str) -> None:
        sent = POST + twice.encode() + b"content-length: 2\r\n\r\n{}"
        assert problem(answer_to(service, sent)) == (400, "MALFORMED_REQUEST")

    def test_a_client_that_waits_for_permission_gets_it_or_an_answer(self, service: Running) -> None:
        body = body_of(make.customer())
        with connect(service) as line:
            line.sendall(POST + b"expect: 100-continue\r\ncontent-length: %d\r\n\r\n" % len(body))
            with line.makefile("rb", buffering=0) as stream:
                assert stream.readline() == b"HTTP/1.1 100 Continue\r\n"
                assert stream.readline() == b"\r\n"
            line.sendall(body)
            assert read_answer(line)[0] == 201
        refused = b"POST /v1/customers HTTP/1.1\r\n" + HOST + b"expect: 100-continue\r\ncontent-length: 9\r\n\r\n"
        assert answer_to(service, refused)[0] == 401

    @pytest.mark.parametrize("upgrade", [b"h2c", b"websocket", b"TLS/1.3, HTTP/1.1"])
    def test_an_offer_of_another_protocol_is_passed_over(self, line: socket.socket, upgrade: bytes) -> None:
        """Java's client offers HTTP/2 with its first request, and goes on with HTTP/1.1."""
        offer = (
            b"connection: Upgrade, HTTP2-Settings\r\nupgrade: "
            + upgrade
            + b"\r\nhttp2-settings: AAEAAEAAAAIAAAABAAMAAABk\r\n"
        )
        for _ in range(3):
            body = body_of(make.customer())
            line.sendall(POST + offer + b"content-length: %d\r\n\r\n%s" % (len(body), body))
            assert read_answer(line)[0] == 201
            line.sendall(GET + HOST + offer + b"\r\n")
            assert read_answer(line)[0] == 200

    def test_offers_are_passed_over_however_many_come_at_once(self, service: Running, line: socket.socket) -> None:
        offer = GET + HOST + b"connection: Upgrade\r\nupgrade: h2c\r\n\r\n"
        line.sendall(offer * 1_500 + POST + b"content-length: 2\r\nconnection: close\r\n\r\n{}")
        with line.makefile("rb") as stream:
            answers = stream.read()
        assert answers.count(b'{"status":"ok"}') == 1_500
        assert b"HTTP/1.1 422" in answers
        assert "Traceback" not in service.stderr


@pytest.fixture(scope="module")
def hurried(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("hurried"), answer_rate_limit=0, header_timeout=1) as service:
        yield service


class TestTime:
    """Every connection ends: also one on which something arrives now and then, or a body that is never whole."""

    @pytest.mark.parametrize("piece", [b"\r\n", b"\n"])
    def test_line_ends_between_requests_are_not_waited_for(self, hurried: Running, piece: bytes) -> None:
        with connect(hurried) as line:
            line.sendall(GET + HOST + b"\r\n")
            assert read_answer(line)[0] == 200
            line.sendall(piece)
            assert is_closed(line)

    @pytest.mark.parametrize("path", [b"GET /healthz", b"POST /nowhere", b"POST /v1/customers"])
    def test_a_body_that_does_not_end_after_the_answer_is_not_waited_for(self, hurried: Running, path: bytes) -> None:
        with connect(hurried) as line, pytest.raises(OSError):
            line.sendall(path + b" HTTP/1.1\r\n" + HOST + CHUNKED + chunk(b"x"))
            assert read_answer(line)[0] in (200, 401, 404)
            end = time.monotonic() + 60
            while time.monotonic() < end:
                line.sendall(chunk(b"x" * 1_000))

    def test_a_body_that_ends_after_the_answer_leaves_the_connection_good(self, hurried: Running) -> None:
        with connect(hurried) as line:
            for _ in range(3):
                line.sendall(b"POST /nowhere HTTP/1.1\r\n" + HOST + CHUNKED + chunk(b"x"))
                assert read_answer(line)[0] == 404
                line.sendall(chunk(b"y") + b"0\r\n\r\n")
            line.sendall(GET + HOST * 2 + b"\r\n")
            assert problem(read_answer(line)) == (400, "MALFORMED_REQUEST")
            assert is_closed(line)


class TestBombs:
    @pytest.mark.parametrize("piece", [b"\n", b"\r\n", b"x\n", b"{}\n", b" \n", b"\n\n\n\n1\n"])
    def test_a_few_packed_bytes_are_a_few_lines(self, client: httpx.Client, piece: bytes) -> None:
        packed = gzip.compress(piece * (19_000_000 // len(piece)))
        assert len(packed) < 120_000
        headers = {"content-type": "application/x-ndjson", "content-encoding": "gzip"}
        began = time.monotonic()
        answer = client.post("/v1/customers/batch", content=packed, headers=headers)
        assert time.monotonic() - began < 10
        assert json.loads(answer.text.splitlines()[-1])["status"] == 413

    @pytest.mark.parametrize("start", [OPEN, POST], ids=["without a key", "with a key"])
    def test_members_of_nothing_are_not_taken_for_ever(self, line: socket.socket, start: bytes) -> None:
        """They unpack to nothing: what was received is limited too."""
        members = chunk(gzip.compress(b"") * 10_000)
        line.sendall(start + b"content-encoding: gzip\r\n" + CHUNKED)
        with suppress(OSError):
            for _ in range(40):
                line.sendall(members)
        assert problem(read_answer(line)) == (413, "BODY_TOO_LARGE")

    def test_blank_lines_that_are_not_packed_cost_little(self, client: httpx.Client) -> None:
        headers = {"content-type": "application/x-ndjson"}
        content = b"\n" * 5_000_000 + body_of(make.customer())
        began = time.monotonic()
        answer = client.post("/v1/customers/batch", content=content, headers=headers)
        assert time.monotonic() - began < 5
        assert [json.loads(row)["line"] for row in answer.text.splitlines()] == [5_000_001]

    def test_ordinary_lines_pack_well_and_are_taken(self, client: httpx.Client) -> None:
        lines = [body_of(make.customer()) for _ in range(3_000)]
        headers = {"content-type": "application/x-ndjson", "content-encoding": "gzip"}
        packed = gzip.compress(b"\n".join(lines), 9)
        answer = client.post("/v1/customers/batch", content=packed, headers=headers)
        assert {json.loads(row)["status"] for row in answer.text.splitlines()} == {201}
