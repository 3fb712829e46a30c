"""HTTP/1.1 with the limits that uvicorn lacks: on the size of headers, and on the time they take to arrive.

This subclasses a private class of uvicorn, so pyproject.toml pins its minor version, and
`tests/core/test_protocol.py` names every attribute that is used here.
"""

import asyncio
import json
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from app.core.errors import HeadersTooLarge, MalformedRequest, Problem, RequestTimeout
from app.core.settings import settings
from app.web import problems
from app.web.request_state import notify_of_stop

_LINGER = 2.0
"""Seconds between the last byte of a refusal and the closing of the connection."""


class BoundedProtocol(HttpToolsProtocol):
    """Refuses headers that are too large or too slow with a problem document, and closes the connection."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        configured = settings()
        self._header_limit, self._header_timeout = configured.header_limit, configured.header_timeout
        self._header_bytes = 0
        self._in_headers = True
        self._refused = False
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._lingering_transport = _LingeringTransport(self)
        self._start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        if self._in_headers:
            self._header_bytes += len(data)
        super().data_received(data)
        if self._in_headers and self._header_bytes > self._header_limit:
            self._refuse(HeadersTooLarge())

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if self._timer is None:
            self._start_timer()

    def on_headers_complete(self) -> None:
        self._stop_timer()
        if self._refused:
            return
        self._in_headers = False
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > self._header_limit:
            self._refuse(HeadersTooLarge())
            return
        super().on_headers_complete()
        self.cycle.transport = self._lingering_transport  # type: ignore[assignment]

    def on_body(self, body: bytes) -> None:
        if not self._refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        self._in_headers, self._header_bytes = True, 0
        if not self._refused:
            super().on_message_complete()

    def shutdown(self) -> None:
        if self.cycle is not None and not self.cycle.response_complete:
            notify_of_stop(self.cycle.scope)
        super().shutdown()

    def send_400_response(self, msg: str) -> None:
        self._refuse(MalformedRequest(msg))

    def close_after_linger(self) -> None:
        """Close the connection once the client has had time to read the response.

        Closing a socket with unread input resets the connection, and the response may be lost.
        """
        if self._refused or self.transport.is_closing():
            return
        self._refused = True
        self._stop_timer()
        self.pipeline.clear()
        self.transport.write_eof()
        self.loop.call_later(_LINGER, self.transport.close)

    def _start_timer(self) -> None:
        self._timer = self.loop.call_later(self._header_timeout, self._on_timeout)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _on_timeout(self) -> None:
        self._refuse(RequestTimeout(f"The headers must arrive within {self._header_timeout:g} s"))

    def _refuse(self, problem: Problem) -> None:
        if self._refused or self.transport.is_closing():
            return
        cycle = self.cycle
        if cycle is not None and not cycle.response_complete:
            if not cycle.more_body:  # an earlier request is being answered: nothing may be written in between
                self._refused, cycle.keep_alive = True, False
                return
            cycle.disconnected = True  # the body of the current request cannot be read
            cycle.message_event.set()
            if cycle.response_started:
                self.transport.close()
                return
        body = json.dumps(problems.document(problem)).encode()
        self.transport.write(
            b"%scontent-type: %s\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%s"
            % (STATUS_LINE[problem.status], problems.MEDIA_TYPE.encode(), len(body), body)
        )
        self.close_after_linger()


class _LingeringTransport:
    """What responses are written to. Closing it waits where the request's body has not been read to its end."""

    def __init__(self, protocol: BoundedProtocol) -> None:
        self._protocol = protocol
        self.write = protocol.transport.write
        self.is_closing = protocol.transport.is_closing

    def close(self) -> None:
        cycle = self._protocol.cycle
        if cycle.response_complete and cycle.more_body:
            self._protocol.close_after_linger()
        else:
            self._protocol.transport.close()
