"""A full-duplex HTTP transport: it receives the response while it still sends the request.

The service responds to a batch line by line while the batch is sent. httpx sends the whole body before it reads
anything: once the response fills the socket buffers, the service waits for the importer to read, and the importer for
the service. This transport receives whatever has arrived whenever it cannot send. It uses no proxy.
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

_CHUNK = 64 * 1024
_WOULD_BLOCK = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


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
            response = self._pool.handle_request(
                httpcore.Request(
                    method=request.method,
                    url=url,
                    headers=request.headers.raw,
                    content=cast(Iterable[bytes], request.stream),
                    extensions=request.extensions,
                )
            )
        return httpx.Response(response.status, headers=response.headers, stream=_ResponseStream(response))

    def close(self) -> None:
        self._pool.close()


class _ResponseStream(httpx.SyncByteStream):
    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        with _as_httpx():
            yield from self._response.iter_stream()

    def close(self) -> None:
        self._response.close()


class _Backend(httpcore.SyncBackend):
    def connect_tcp(self, *args: Any, **kwargs: Any) -> httpcore.NetworkStream:
        return _DuplexStream(super().connect_tcp(*args, **kwargs))


class _DuplexStream(httpcore.NetworkStream):
    """A connection that receives into a buffer while a write has to wait."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner
        self._received: deque[bytes] = deque()
        self._ended = False

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._received:
            chunk = self._received.popleft()
            if len(chunk) > max_bytes:
                self._received.appendleft(chunk[max_bytes:])
            return chunk[:max_bytes]
        return b"" if self._ended else self._inner.read(max_bytes, timeout)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        peer: socket.socket = self._inner.get_extra_info("socket")
        peer.settimeout(0)
        view = memoryview(buffer)
        try:
            while view:
                try:
                    view = view[peer.send(view) :]
                except _WOULD_BLOCK:
                    if not self._receive(peer):
                        self._wait(peer, timeout)
        except OSError as error:
            raise httpcore.WriteError(str(error)) from error

    def close(self) -> None:
        self._inner.close()

    def start_tls(self, *args: Any, **kwargs: Any) -> httpcore.NetworkStream:
        return _DuplexStream(self._inner.start_tls(*args, **kwargs))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)

    def _receive(self, peer: socket.socket) -> bool:
        """Buffers what has arrived; False where nothing had."""
        if self._ended:
            return False
        try:
            chunk = peer.recv(_CHUNK)
        except _WOULD_BLOCK:
            return False
        self._ended = not chunk
        if chunk:
            self._received.append(chunk)
        return bool(chunk)

    def _wait(self, peer: socket.socket, timeout: float | None) -> None:
        events = selectors.EVENT_WRITE | (0 if self._ended else selectors.EVENT_READ)
        with selectors.DefaultSelector() as selector:
            selector.register(peer, events)
            if not selector.select(timeout):
                raise httpcore.WriteTimeout("the service stopped reading the request")


@contextmanager
def _as_httpx() -> Iterator[None]:
    """Translates the errors of httpcore to those of httpx that the importer distinguishes."""
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
