"""HTTP/1.1 with the limits that the server itself does not have: how large headers may be, and how slow."""

import asyncio
import json
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from app.core.errors import HeadersTooLarge, MalformedRequest, Problem, RequestTimeout
from app.core.settings import settings
from app.web import problems

_LINGERING = 2.0


class BoundedProtocol(HttpToolsProtocol):
    """A client that sends its headers too slowly or without end is answered, and hung up on."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        configured = settings()
        self._most, self._patience = configured.header_limit, configured.header_timeout
        self._header_bytes = 0
        self._in_headers = True
        self._done = False
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._answering = _Answering(self)
        self._arm()

    def connection_lost(self, exc: Exception | None) -> None:
        self._disarm()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._done:
            return
        if self._in_headers:
            self._header_bytes += len(data)
        super().data_received(data)
        if self._in_headers and self._header_bytes > self._most:
            self._refuse(HeadersTooLarge())

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if self._deadline is None:
            self._arm()

    def on_headers_complete(self) -> None:
        self._disarm()
        if self._done:
            return
        self._in_headers = False
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > self._most:
            self._refuse(HeadersTooLarge())
            return
        super().on_headers_complete()
        self.cycle.transport = self._answering  # type: ignore[assignment]

    def on_body(self, body: bytes) -> None:
        if not self._done:
            super().on_body(body)

    def on_message_complete(self) -> None:
        self._in_headers, self._header_bytes = True, 0
        if not self._done:
            super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        self._refuse(MalformedRequest(msg))

    def hang_up(self) -> None:
        """Close, once the client has had the time to read what was written.

        A socket that is closed while something on it is unread is reset, and what was written may be lost.
        """
        if self._done or self.transport.is_closing():
            return
        self._done = True
        self._disarm()
        self.pipeline.clear()
        self.transport.write_eof()
        self.loop.call_later(_LINGERING, self.transport.close)

    def _arm(self) -> None:
        self._deadline = self.loop.call_later(self._patience, self._expired)

    def _disarm(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _expired(self) -> None:
        self._refuse(RequestTimeout(f"The headers must arrive within {self._patience:g} s"))

    def _refuse(self, problem: Problem) -> None:
        if self._done or self.transport.is_closing():
            return
        cycle = self.cycle
        if cycle is not None and not cycle.response_complete:
            if not cycle.more_body:  # earlier requests are being answered: nothing may be written into that
                self._done, cycle.keep_alive = True, False
                return
            cycle.disconnected = True  # it is this one's own body that cannot be read
            cycle.message_event.set()
            if cycle.response_started:
                self.transport.close()
                return
        body = json.dumps(problems.document(problem)).encode()
        self.transport.write(
            b"%scontent-type: %s\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%s"
            % (STATUS_LINE[problem.status], problems.MEDIA_TYPE.encode(), len(body), body)
        )
        self.hang_up()


class _Answering:
    """The connection as those who answer see it: it closes when the client has had the time to read."""

    def __init__(self, protocol: BoundedProtocol) -> None:
        self._protocol = protocol
        self.write = protocol.transport.write
        self.is_closing = protocol.transport.is_closing

    def close(self) -> None:
        cycle = self._protocol.cycle
        if cycle.response_complete and cycle.more_body:
            self._protocol.hang_up()
        else:
            self._protocol.transport.close()
