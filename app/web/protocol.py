"""HTTP/1.1 with what uvicorn lacks: limits on the size of headers and trailers and on the time requests take to arrive,
and refusals of requests that two servers in a row could read differently (RFC 9112, sections 3.2, 6.1 and 11.2).

This subclasses a private class of uvicorn, so pyproject.toml pins its minor version, and
`tests/core/test_protocol.py` names every attribute that is used here.
"""

import asyncio
import json
import logging
import re
import secrets
import sys
from collections.abc import Callable, MutableMapping
from typing import Any, cast

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from app.core.errors import (
    HeadersTooLarge,
    MalformedRequest,
    Problem,
    RequestTimeout,
    TransferCodingNotImplemented,
    VersionNotSupported,
)
from app.core.settings import settings
from app.web import problems
from app.web.request_state import notify_of_stop

_LINGER = 2.0
"""Seconds between the last byte of a refusal and the closing of the connection."""
_DRAIN = 5.0
"""Seconds that a body has to end after its request was answered. Then the connection is closed."""
_MAX_TRAILERS = 100
"""Fields after a chunked body. They are counted and dropped: nothing reads them."""
_FRAMING = (b"content-length", b"transfer-encoding")
_HOST = re.compile(rb"[A-Za-z0-9._~!$&'()*+,;=%:\[\]-]*")
log = logging.getLogger("rapport.protocol")


class BoundedProtocol(HttpToolsProtocol):
    """Refuses headers that are too large or too slow with a problem document, and closes the connection."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        configured = settings()
        self._header_limit, self._header_timeout = configured.header_limit, configured.header_timeout
        self._header_bytes = 0
        self._framing_bytes = self._trailers = self._trailer_bytes = 0
        self._in_headers = True
        self._begun = False
        """A part of a request has arrived, and its end has not."""
        self._refused = self._upgrade_offered = self._resuming = False
        self._received = self._unparsed = memoryview(b"")
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._lingering_transport = _LingeringTransport(self)
        self._start_timer(self._header_timeout, self._on_timeout)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._unparsed = memoryview(data)
        while self._unparsed and not self._refused:
            self._received, self._unparsed = self._unparsed, memoryview(b"")
            self._parse(self._received)
        if self._timer is None and self._is_idle():  # uvicorn's timer ends with any byte, such as a line end
            self._start_timer(self._header_timeout, self._on_timeout)

    def _parse(self, data: memoryview) -> None:
        if self._in_headers:
            self._header_bytes += len(data)
        self._framing_bytes += len(data)
        super().data_received(data)  # type: ignore[arg-type]  # a view: what follows an offer is not copied
        if self._in_headers:
            if self._header_bytes > self._header_limit:
                self._refuse(HeadersTooLarge())
        elif self._framing_bytes > self._header_limit:  # a field or an extension that has not ended yet
            self._refuse(HeadersTooLarge("What surrounds a chunk, or follows the last one, is too large"))

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._resuming:
            return
        if self._in_headers:
            super().on_header(name, value)
            return
        self._trailers += 1
        self._trailer_bytes += len(name) + len(value)
        if self._trailers > _MAX_TRAILERS or self._trailer_bytes > self._header_limit:
            self._refuse(HeadersTooLarge("The trailer fields are too large or too many"))

    def on_url(self, url: bytes) -> None:
        if not self._resuming:
            super().on_url(url)

    def on_message_begin(self) -> None:
        if self._resuming:
            return
        super().on_message_begin()
        self._begun = True
        if self._timer is None:
            self._start_timer(self._header_timeout, self._on_timeout)

    def on_headers_complete(self) -> None:
        if self._resuming:
            self._resuming = False
            return
        self._stop_timer()
        if self._refused:
            return
        self._in_headers, self._framing_bytes = False, 0
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > self._header_limit:
            self._refuse(HeadersTooLarge())
            return
        if (problem := self._misread()) is not None:
            self._refuse(problem)
            return
        self._upgrade_offered = self.parser.should_upgrade()
        super().on_headers_complete()
        self.cycle.transport = self._lingering_transport  # type: ignore[assignment]

    def on_body(self, body: bytes) -> None:
        self._framing_bytes = 0
        if not self._refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        if self._upgrade_offered:  # the parser has only stopped: see `_unsupported_upgrade_warning`
            return
        self._in_headers, self._header_bytes, self._begun = True, 0, False
        self._framing_bytes = self._trailers = self._trailer_bytes = 0
        if self._refused:
            return
        super().on_message_complete()
        self.cycle.more_body = False  # also of a request that is answered already, of which uvicorn does not note it
        self._stop_timer()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self._in_headers and self.cycle.response_complete and not self._refused:
            self._start_timer(_DRAIN, self.close_after_linger)

    def shutdown(self) -> None:
        if self.cycle is not None and not self.cycle.response_complete:
            notify_of_stop(cast(MutableMapping[str, Any], self.cycle.scope))
        super().shutdown()

    def _unsupported_upgrade_warning(self) -> None:
        """Go on with HTTP/1.1 where another protocol was offered, as a server may (RFC 9110, section 7.8).

        Java's client offers HTTP/2 with its first request. The parser takes whatever follows the headers for the other
        protocol; another parser, which is told how long the body is, goes on from there.
        """
        stopped = sys.exc_info()[1]
        self._upgrade_offered = False
        if self._refused or not isinstance(stopped, httptools.HttpParserUpgrade):
            return
        self._unparsed = self._received[stopped.args[0] :]
        framing = [b"%s: %s\r\n" % header for header in self.headers if header[0] in _FRAMING]
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
        self._resuming = True
        self.parser.feed_data(b"POST / HTTP/1.1\r\n%s\r\n" % b"".join(framing))

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

    def _misread(self) -> Problem | None:
        """What is wrong with a request that the parser accepts, or None."""
        version = self.parser.get_http_version()
        if version not in ("1.1", "1.0"):
            return VersionNotSupported(f"HTTP/{version} is not supported: use HTTP/1.1")
        hosts = [value for name, value in self.headers if name == b"host"]
        if len(hosts) > 1 or (not hosts and version == "1.1"):
            return MalformedRequest("There must be exactly one Host header")
        if hosts and not _HOST.fullmatch(hosts[0]):
            return MalformedRequest("The Host header is not a host and port")
        coding = next((value for name, value in self.headers if name == b"transfer-encoding"), None)
        if coding is not None and coding.strip().lower() != b"chunked":
            if coding.lower().rpartition(b",")[2].strip() == b"chunked":
                return TransferCodingNotImplemented("The only transfer coding is chunked")
            return MalformedRequest("The length of the body cannot be told: Transfer-Encoding must be chunked")
        if coding is not None and version == "1.0":
            return MalformedRequest("HTTP/1.0 has no Transfer-Encoding")
        if self.url.startswith(b"/") or (self.url == b"*" and self.parser.get_method() == b"OPTIONS"):
            return None
        return self._misread_target()

    def _misread_target(self) -> Problem | None:
        """Of a target that is neither a path nor an asterisk; an absolute one has a path, if only an empty one."""
        try:
            parsed = httptools.parse_url(self.url)
        except httptools.HttpParserInvalidURLError:
            return MalformedRequest("The request target must be a path")
        if parsed.schema is None or parsed.schema.lower() not in (b"http", b"https"):
            return MalformedRequest("The request target must be a path")
        if parsed.path is None:
            query = b"" if parsed.query is None else b"?" + parsed.query
            self.url = b"/" + query
        return None

    def _is_idle(self) -> bool:
        """Whether nothing is being answered or received."""
        is_answered = self.cycle is None or self.cycle.response_complete
        return is_answered and self._in_headers and not self._refused and not self.transport.is_closing()

    def _start_timer(self, seconds: float, end: Callable[[], None]) -> None:
        self._stop_timer()
        self._timer = self.loop.call_later(seconds, end)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _on_timeout(self) -> None:
        if self.cycle is not None and not self._begun:  # it was answered, and asks for nothing more
            self.transport.close()
            return
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
        elif cycle is not None and cycle.more_body:  # answered without reading its body, in which this was found
            self.close_after_linger()
            return
        request_id = secrets.token_hex(12)
        fields = {"request_id": request_id, "status": problem.status, "code": problem.code}
        log.debug("refused", extra={"fields": fields})
        body = json.dumps(problems.document(problem, request_id)).encode()
        self.transport.write(
            b"%scontent-type: %s\r\ncontent-length: %d\r\ncache-control: no-store\r\n"
            b"x-content-type-options: nosniff\r\nx-request-id: %s\r\nconnection: close\r\n\r\n%s"
            % (
                STATUS_LINE[problem.status],
                problems.MEDIA_TYPE.encode(),
                len(body),
                request_id.encode(),
                body,
            )
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
