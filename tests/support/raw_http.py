"""Requests as bytes on a socket, for what no HTTP client would send."""

import json
import socket
from typing import Any

from tests.support.running import KEY, Running

Answer = tuple[int, dict[str, str], bytes]
HOST = b"host: rapport\r\n"
AUTHORIZED = HOST + f"authorization: Bearer {KEY}\r\n".encode()


def connect(service: Running) -> socket.socket:
    return socket.create_connection(("127.0.0.1", service.port), timeout=20)


def read_answer(line: socket.socket, *, head: bool = False) -> Answer:
    """One answer. With `head`, of a HEAD request, which has no body whatever its headers say."""
    with line.makefile("rb", buffering=0) as stream:
        status = int(stream.readline().split()[1])
        headers: dict[str, str] = {}
        while (row := stream.readline()) not in (b"\r\n", b""):
            name, _, value = row.decode().partition(":")
            headers[name.lower()] = value.strip()
        if head or status in (204, 304):
            return status, headers, b""
        if headers.get("transfer-encoding") == "chunked":
            return status, headers, _chunks(stream)
        body = b""
        while len(body) < int(headers["content-length"]):
            body += stream.read(int(headers["content-length"]) - len(body))
    return status, headers, body


def answer_to(service: Running, sent: bytes) -> Answer:
    """The first answer to what is sent on a connection of its own."""
    with connect(service) as line:
        line.sendall(sent)
        return read_answer(line)


def is_closed(line: socket.socket) -> bool:
    """Nothing more comes, neither now nor later."""
    try:
        return line.recv(1) == b""
    except ConnectionResetError:
        return True


def problem(answer: Answer) -> tuple[int, str]:
    """Its status and code, of an answer that is a whole problem document with the id that its header has."""
    status, headers, body = answer
    document: dict[str, Any] = json.loads(body)
    assert headers["content-type"] == "application/problem+json"
    assert document["request_id"] == headers["x-request-id"]
    assert document["status"] == status
    return status, document["code"]


def _chunks(stream: Any) -> bytes:
    whole = b""
    while size := int(stream.readline().partition(b";")[0], 16):
        piece = b""
        while len(piece) < size + 2:
            piece += stream.read(size + 2 - len(piece))
        whole += piece[:-2]
    stream.readline()
    return whole
