"""Sends documents to the service in bounded batches, and repeats a document until it is acknowledged."""

import json
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

import httpx

from app.importing.duplex import DuplexTransport
from app.importing.options import ImportFailed, ImportOptions
from app.importing.rows import Document

MAX_BATCH_DOCUMENTS = 1_000
MAX_BATCH_BYTES = 4 * 1024 * 1024
FIRST_BATCH_DOCUMENTS = 20
"""The first batch is small, so that a wrong key is reported before much is sent."""
RETRY_WAITS = (0.5, 1, 2, 4, 8, 16, 32)
"""Seconds between attempts that acknowledge nothing: eight attempts in about a minute."""
_CHUNK = 64 * 1024
_TIMEOUT = httpx.Timeout(connect=10, read=120, write=120, pool=10)

Result = dict[str, Any]


@dataclass(frozen=True)
class SentDocument:
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
        self._has_answered = False
        try:
            self._client = httpx.Client(
                base_url=options.url,
                headers={
                    "Authorization": f"Bearer {options.key}",
                    "Content-Type": "application/x-ndjson",
                    # Compression would delay the results.
                    "Accept-Encoding": "identity",
                },
                params=_params(options),
                timeout=_TIMEOUT,
                transport=transport or DuplexTransport(),
            )
        except (httpx.InvalidURL, UnicodeEncodeError) as error:
            raise ImportFailed(f"{options.url} with this key cannot be called: {error}.") from error

    def send(self, documents: Iterable[Document]) -> Iterator[SentDocument]:
        """The result of each document, in order except for those that had to be sent again."""
        for batch in _batches(documents):
            yield from self._until_acknowledged(batch)

    def close(self) -> None:
        self._client.close()

    def _until_acknowledged(self, batch: list[Document]) -> Iterator[SentDocument]:
        waits = iter(RETRY_WAITS)
        while batch:
            acknowledged: set[int] = set()
            reason = "it acknowledged only some of the documents"
            try:
                for position, result in self._post(batch):
                    if position not in acknowledged and not _is_temporary(result["status"]):
                        acknowledged.add(position)
                        yield SentDocument(batch[position], result)
            except _TemporaryFailure as error:
                reason = str(error)
            except (httpx.UnsupportedProtocol, httpx.LocalProtocolError) as error:
                raise ImportFailed(f"{self._options.url} with this key cannot be called: {error}.") from error
            except httpx.TransportError as error:
                reason = str(error) or type(error).__name__
                if isinstance(error, httpx.ConnectError) and not self._has_answered:
                    raise ImportFailed(f"No service answers at {self._options.url}: {reason}.") from error
            batch = [document for position, document in enumerate(batch) if position not in acknowledged]
            if acknowledged:
                waits = iter(RETRY_WAITS)
            if batch:
                self._wait(waits, reason)

    def _wait(self, waits: Iterator[float], reason: str) -> None:
        seconds = next(waits, None)
        if seconds is None:
            raise ImportFailed(
                f"The service at {self._options.url} stopped answering ({reason}) in {len(RETRY_WAITS) + 1} attempts. "
                "What it acknowledged is stored, and the same import can be run again."
            )
        self._sleep(seconds)

    def _post(self, batch: list[Document]) -> Iterator[tuple[int, Result]]:
        """The results of one request as they arrive, each with the position of its document."""
        with self._client.stream("POST", self._path, content=_chunks(batch)) as response:
            self._has_answered = True
            if response.status_code not in (200, 201, 207):
                self._raise_failure(response)
            rest = b""
            for chunk in response.iter_bytes():
                # Not iter_lines(): it also splits at U+2028 and the like, which may occur in the text of a problem.
                *lines, rest = (rest + chunk).split(b"\n")
                for line in lines:
                    yield _parse_result(line, len(batch))
            if rest:
                yield _parse_result(rest, len(batch))

    def _raise_failure(self, response: httpx.Response) -> NoReturn:
        status = response.status_code
        if _is_temporary(status) or status >= 500:
            raise _TemporaryFailure(f"it answered {status}")
        try:
            problem = json.loads(response.read()[:_CHUNK])
            detail = f"{problem.get('title')}: {problem.get('detail')}"
        except (ValueError, AttributeError, httpx.TransportError):
            detail = response.reason_phrase or "no reason given"
        match status:
            case 401:
                raise ImportFailed(f"The service at {self._options.url} does not accept this key.")
            case 403:
                raise ImportFailed(f"This key may not write {self._options.resource}: {detail}.")
            case 404:
                raise ImportFailed(
                    f"{self._options.url} has no {self._path}: it is not a Rapport service, or an older version."
                )
        raise ImportFailed(f"The service at {self._options.url} refused the batch with {status}: {detail}.")


class _TemporaryFailure(Exception):
    """A failure that the next attempt may not have."""


def _params(options: ImportOptions) -> dict[str, str]:
    if options.resource == "sales":
        return {"on_unknown_customer": options.on_unknown_customer}
    if options.resource != "customers":
        return {}
    params = {"on_match": options.on_match, "source": options.source}
    return {name: value for name, value in params.items() if value is not None}


def _batches(documents: Iterable[Document]) -> Iterator[list[Document]]:
    batch: list[Document] = []
    size, limit = 0, FIRST_BATCH_DOCUMENTS
    for document in documents:
        if batch and (len(batch) == limit or size + len(document.body) > MAX_BATCH_BYTES):
            yield batch
            batch, size, limit = [], 0, MAX_BATCH_DOCUMENTS
        batch.append(document)
        size += len(document.body)
    if batch:
        yield batch


def _chunks(batch: list[Document]) -> Iterator[bytes]:
    chunk = bytearray()
    for document in batch:
        chunk += document.body + b"\n"
        if len(chunk) >= _CHUNK:
            yield bytes(chunk)
            chunk.clear()
    yield bytes(chunk)


def _parse_result(line: bytes, batch_size: int) -> tuple[int, Result]:
    try:
        result = json.loads(line)
        number, status = result["line"], result["status"]
    except (ValueError, KeyError, TypeError) as error:
        raise _TemporaryFailure("its response was cut off") from error
    if type(number) is not int or type(status) is not int or not 1 <= number <= batch_size:
        raise _TemporaryFailure("its response could not be understood")
    return number - 1, result


def _is_temporary(status: int) -> bool:
    return status in (429, 503)
