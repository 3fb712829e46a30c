"""An HTTP transport that hears the answer while it still speaks.

A batch is answered line by line while it is sent. httpx sends the whole body before it reads anything: once the answer
fills the buffers between the two, the service waits for the importer to read, and the importer for the service. This
transport takes in what has arrived whenever it cannot send. It connects directly, through no proxy.
"""

import selectors
import socket
import ssl
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, cast

import httpcore
import httpx

_PIECE = 64 * 1024
_LATER = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class DuplexTransport(httpx.BaseTransport):
    def __init__(self) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(), max_connections=1, network_backend=_Backend()
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = httpcore.URL(
            scheme=request.url.raw_scheme, host=request.url.raw_host, port=request.url.port, target=request.url.raw_path
        )
        with _as_httpx():
            answer = self._pool.handle_request(
                httpcore.Request(
                    method=request.method,
                    url=url,
                    headers=request.headers.raw,
                    content=cast(Iterable[bytes], request.stream),
                    extensions=request.extensions,
                )
            )
        return httpx.Response(answer.status, headers=answer.headers, stream=_Answer(answer))

    def close(self) -> None:
        self._pool.close()


class _Answer(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        with _as_httpx():
            yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


class _Backend(httpcore.SyncBackend):
    def connect_tcp(self, *args: Any, **kwargs: Any) -> httpcore.NetworkStream:
        return _Duplex(super().connect_tcp(*args, **kwargs))


class _Duplex(httpcore.NetworkStream):
    """A connection that reads ahead while a write has to wait."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner
        self._heard: deque[bytes] = deque()
        self._ended = False

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._heard:
            piece = self._heard.popleft()
            if len(piece) > max_bytes:
                self._heard.appendleft(piece[max_bytes:])
            return piece[:max_bytes]
        return b"" if self._ended else self._inner.read(max_bytes, timeout)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        peer: socket.socket = self._inner.get_extra_info("socket")
        peer.settimeout(0)
        view = memoryview(buffer)
        try:
            while view:
                try:
                    view = view[peer.send(view) :]
                except _LATER:
                    if not self._hear(peer):
                        self._wait(peer, timeout)
        except OSError as error:
            raise httpcore.WriteError(str(error)) from error

    def close(self) -> None:
        self._inner.close()

    def start_tls(self, *args: Any, **kwargs: Any) -> httpcore.NetworkStream:
        return _Duplex(self._inner.start_tls(*args, **kwargs))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)

    def _hear(self, peer: socket.socket) -> bool:
        """Take in what has arrived; whether anything had."""
        if self._ended:
            return False
        try:
            piece = peer.recv(_PIECE)
        except _LATER:
            return False
        self._ended = not piece
        if piece:
            self._heard.append(piece)
        return bool(piece)

    def _wait(self, peer: socket.socket, timeout: float | None) -> None:
        events = selectors.EVENT_WRITE | (0 if self._ended else selectors.EVENT_READ)
        with selectors.DefaultSelector() as selector:
            selector.register(peer, events)
            if not selector.select(timeout):
                raise httpcore.WriteTimeout("the service took nothing more")


@contextmanager
def _as_httpx() -> Iterator[None]:
    """httpcore's errors as httpx's own, as far as the importer tells them apart."""
    try:
        yield
    except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
        raise httpx.ConnectError(str(error)) from error
    except httpcore.LocalProtocolError as error:
        raise httpx.LocalProtocolError(str(error)) from error
    except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as error:
        raise httpx.TransportError(str(error)) from error
    except httpcore.UnsupportedProtocol as error:
        raise httpx.UnsupportedProtocol(str(error)) from error
