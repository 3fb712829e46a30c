"""HTTP/1.1 with the limits that the server itself does not have: how large headers may be, and how slow."""

import asyncio
import json
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.core.errors import HeadersTooLarge, MalformedRequest, Problem, RequestTimeout
from app.core.settings import settings
from app.web import problems


class BoundedProtocol(HttpToolsProtocol):
    """A client that sends its headers too slowly or without end is answered, and hung up on."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        configured = settings()
        self._most, self._patience = configured.header_limit, configured.header_timeout
        self._header_bytes = 0
        self._in_headers = True
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._arm()

    def connection_lost(self, exc: Exception | None) -> None:
        self._disarm()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
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
        self._in_headers = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._in_headers, self._header_bytes = True, 0
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        self._refuse(MalformedRequest(msg))

    def _arm(self) -> None:
        self._deadline = self.loop.call_later(self._patience, self._expired)

    def _disarm(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _expired(self) -> None:
        self._refuse(RequestTimeout(f"The headers have to arrive within {self._patience:g} s"))

    def _refuse(self, problem: Problem) -> None:
        if self.transport.is_closing():
            return
        body = json.dumps(problems.document(problem)).encode()
        self.transport.write(
            b"HTTP/1.1 %d %s\r\ncontent-type: %s\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%s"
            % (problem.status, problem.code.encode(), problems.MEDIA_TYPE.encode(), len(body), body)
        )
        self.transport.close()
