"""Documents to the service in bounded batches, each sent again until it is acknowledged."""

import json
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx

from app.importing.duplex import DuplexTransport
from app.importing.options import ImportFailed, ImportOptions
from app.importing.rows import Document

MOST_DOCUMENTS = 1_000
MOST_BYTES = 4 * 1024 * 1024
# The first batch is small: a key that is not accepted is told before much is sent.
FIRST_DOCUMENTS = 20
# Waits between tries of which none acknowledged anything: 8 tries in about a minute.
WAITS = (0.5, 1, 2, 4, 8, 16, 32)
_PIECE = 64 * 1024
_TIMEOUT = httpx.Timeout(connect=10, read=120, write=120, pool=10)

Result = dict[str, Any]


@dataclass(frozen=True)
class Outcome:
    document: Document
    result: Result


class Sender:
    def __init__(
        self,
        options: ImportOptions,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._options, self._sleep = options, sleep
        self._path = f"/v1/{options.resource}/batch"
        self._heard_from = False
        try:
            self._client = httpx.Client(
                base_url=options.url,
                headers={
                    "Authorization": f"Bearer {options.key}",
                    "Content-Type": "application/x-ndjson",
                    # A compressor would hold results back.
                    "Accept-Encoding": "identity",
                },
                params={"on_unknown_customer": options.on_unknown_customer} if options.resource == "sales" else None,
                timeout=_TIMEOUT,
                transport=transport or DuplexTransport(),
            )
        except (httpx.InvalidURL, UnicodeEncodeError) as error:
            raise ImportFailed(f"{options.url} with this key cannot be called: {error}.") from error

    def send(self, documents: Iterable[Document]) -> Iterator[Outcome]:
        """What became of each document; in order, but for those that had to be sent again."""
        for batch in _batches(documents):
            yield from self._until_acknowledged(batch)

    def close(self) -> None:
        self._client.close()

    def _until_acknowledged(self, batch: list[Document]) -> Iterator[Outcome]:
        waits = iter(WAITS)
        while batch:
            acknowledged: set[int] = set()
            trouble = "it acknowledged only a part"
            try:
                for position, result in self._post(batch):
                    if position not in acknowledged and not _later(result["status"]):
                        acknowledged.add(position)
                        yield Outcome(batch[position], result)
            except _Trouble as error:
                trouble = str(error)
            except (httpx.UnsupportedProtocol, httpx.LocalProtocolError) as error:
                raise ImportFailed(f"{self._options.url} with this key cannot be called: {error}.") from error
            except httpx.TransportError as error:
                trouble = str(error) or type(error).__name__
                if isinstance(error, httpx.ConnectError) and not self._heard_from:
                    raise ImportFailed(f"No service answers at {self._options.url}: {trouble}.") from error
            batch = [document for position, document in enumerate(batch) if position not in acknowledged]
            if acknowledged:
                waits = iter(WAITS)
            if batch:
                self._wait(waits, trouble)

    def _wait(self, waits: Iterator[float], trouble: str) -> None:
        seconds = next(waits, None)
        if seconds is None:
            raise ImportFailed(
                f"The service at {self._options.url} stopped answering ({trouble}) and was asked {len(WAITS) + 1} "
                "times; what it acknowledged is stored, and the same import can be run again."
            )
        self._sleep(seconds)

    def _post(self, batch: list[Document]) -> Iterator[tuple[int, Result]]:
        """The results of one request as they arrive, each with the position of its document."""
        with self._client.stream("POST", self._path, content=_pieces(batch)) as response:
            self._heard_from = True
            if response.status_code not in (200, 201, 207):
                self._complain(response)
            rest = b""
            for piece in response.iter_bytes():
                # Not iter_lines(): it also breaks lines at U+2028 and its like, which may stand in a problem's text.
                *lines, rest = (rest + piece).split(b"\n")
                for line in lines:
                    yield _result(line, len(batch))
            if rest:
                yield _result(rest, len(batch))

    def _complain(self, response: httpx.Response) -> None:
        status = response.status_code
        if _later(status) or status >= 500:
            raise _Trouble(f"it answered {status}")
        try:
            said = json.loads(response.read()[:_PIECE])
            detail = f"{said.get('title')}: {said.get('detail')}"
        except (ValueError, AttributeError, httpx.TransportError):
            detail = response.reason_phrase or "no reason given"
        match status:
            case 401:
                raise ImportFailed(f"The service at {self._options.url} does not accept this key.")
            case 403:
                raise ImportFailed(f"This key may not write {self._options.resource}: {detail}.")
            case 404:
                raise ImportFailed(
                    f"{self._options.url} has no {self._path}: it is no Rapport service, or an older one."
                )
        raise ImportFailed(f"The service at {self._options.url} refused the batch with {status}: {detail}.")


class _Trouble(Exception):
    """Something that may have passed by the next try."""


def _batches(documents: Iterable[Document]) -> Iterator[list[Document]]:
    batch: list[Document] = []
    size, most = 0, FIRST_DOCUMENTS
    for document in documents:
        if batch and (len(batch) == most or size + len(document.body) > MOST_BYTES):
            yield batch
            batch, size, most = [], 0, MOST_DOCUMENTS
        batch.append(document)
        size += len(document.body)
    if batch:
        yield batch


def _pieces(batch: list[Document]) -> Iterator[bytes]:
    piece = bytearray()
    for document in batch:
        piece += document.body + b"\n"
        if len(piece) >= _PIECE:
            yield bytes(piece)
            piece.clear()
    yield bytes(piece)


def _result(line: bytes, sent: int) -> tuple[int, Result]:
    try:
        result = json.loads(line)
        number, status = result["line"], result["status"]
    except (ValueError, KeyError, TypeError) as error:
        raise _Trouble("its answer was cut off") from error
    if type(number) is not int or type(status) is not int or not 1 <= number <= sent:
        raise _Trouble("its answer made no sense")
    return number - 1, result


def _later(status: int) -> bool:
    return status in (429, 503)
