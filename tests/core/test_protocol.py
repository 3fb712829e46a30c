"""The private parts of uvicorn that `app/web/protocol.py` relies on: a new minor version has to keep them."""

import asyncio
import inspect
from collections.abc import AsyncIterator
from unittest.mock import Mock

import pytest
from uvicorn import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

_REQUEST = b"POST /v1/customers?limit=1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n"


async def _app(scope: object, receive: object, send: object) -> None:
    await asyncio.sleep(60)


@pytest.fixture
async def protocol() -> AsyncIterator[HttpToolsProtocol]:
    """In the middle of a request whose headers are complete and whose body is not."""
    connection = HttpToolsProtocol(Config(_app, lifespan="off", log_config=None), ServerState(), {})
    transport = Mock(spec=asyncio.Transport)
    transport.get_extra_info.return_value = None
    transport.is_closing.return_value = False
    connection.connection_made(transport)
    connection.data_received(_REQUEST)
    yield connection
    for task in connection.tasks:
        task.cancel()


@pytest.mark.parametrize(
    "name",
    [
        "connection_made",
        "connection_lost",
        "data_received",
        "on_message_begin",
        "on_headers_complete",
        "on_body",
        "on_message_complete",
        "on_response_complete",
        "send_400_response",
        "shutdown",
    ],
)
def test_methods_that_are_overridden_exist(name: str) -> None:
    assert inspect.isfunction(getattr(HttpToolsProtocol, name))


async def test_a_connection_has_the_attributes_that_are_used(protocol: HttpToolsProtocol) -> None:
    assert protocol.url == b"/v1/customers?limit=1"
    assert protocol.headers == [(b"host", b"localhost"), (b"content-length", b"2")]
    assert isinstance(protocol.transport, asyncio.Transport)
    assert isinstance(protocol.loop, asyncio.AbstractEventLoop)
    assert len(protocol.pipeline) == 0
    assert isinstance(protocol.cycle, RequestResponseCycle)


async def test_a_request_has_the_attributes_that_are_used(protocol: HttpToolsProtocol) -> None:
    cycle = protocol.cycle
    assert (cycle.response_started, cycle.response_complete, cycle.disconnected) == (False, False, False)
    assert (cycle.more_body, cycle.keep_alive) == (True, True)
    assert isinstance(cycle.message_event, asyncio.Event)
    assert cycle.transport is protocol.transport


async def test_a_request_writes_its_response_to_its_own_transport(protocol: HttpToolsProtocol) -> None:
    protocol.cycle.transport = Mock(spec=asyncio.Transport)
    await protocol.cycle.send({"type": "http.response.start", "status": 204, "headers": []})
    await protocol.cycle.send({"type": "http.response.body", "body": b""})
    written = b"".join(call.args[0] for call in protocol.cycle.transport.write.call_args_list)
    assert written.startswith(STATUS_LINE[204])
    own = protocol.transport
    assert isinstance(own, Mock)
    own.write.assert_not_called()


def test_status_lines_are_complete() -> None:
    assert STATUS_LINE[431] == b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
