"""A stand-in for the batch endpoints, which keeps what it is sent by natural key."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx

from app.importing import Counts, ImportOptions, Progress, run

Write = Callable[..., Path]


class Broken(httpx.SyncByteStream):
    """An answer whose connection breaks at its end."""

    def __init__(self, lines: list[bytes]) -> None:
        self._lines = lines

    def __iter__(self) -> Iterator[bytes]:
        yield from self._lines
        raise httpx.ReadError("connection reset")


class FakeService:
    def __init__(self) -> None:
        self.stored: dict[str, dict[str, Any]] = {}
        self.requests: list[httpx.Request] = []
        self.batches: list[int] = []
        self.slept: list[float] = []
        self.script: list[Callable[[list[dict[str, Any]]], httpx.Response]] = []
        """Answers to the first requests; afterwards it works."""
        self.refuses: Callable[[dict[str, Any]], int | None] = lambda document: None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        documents = [json.loads(line) for line in request.read().splitlines()]
        self.batches.append(len(documents))
        if self.script:
            return self.script.pop(0)(documents)
        return httpx.Response(200, content=b"".join(self.lines(documents)))

    def lines(self, documents: list[dict[str, Any]]) -> list[bytes]:
        return [
            json.dumps({"line": number} | self._keep(document)).encode() + b"\n"
            for number, document in enumerate(documents, start=1)
        ]

    def _keep(self, document: dict[str, Any]) -> dict[str, Any]:
        if (status := self.refuses(document)) is not None:
            return {"status": status, "problem": {"title": "No", "detail": "Not this one\u2028ever", "code": "no"}}
        key = json.dumps([document.get(part) for part in ("source", "receipt_no", "external_id", "identities")])
        known = self.stored.setdefault(key, document)
        if known is document:
            return {"status": 201, "id": str(len(self.stored))}
        if known == document:
            return {"status": 200, "id": "1", "replayed": True}
        return {"status": 409, "problem": {"title": "Conflict", "code": "conflict"}}

    def run(self, options: ImportOptions, seen: list[Progress] | None = None) -> Counts:
        return run(
            options,
            (lambda _: None) if seen is None else seen.append,
            transport=httpx.MockTransport(self),
            sleep=self.slept.append,
        )

    @property
    def documents(self) -> list[dict[str, Any]]:
        return list(self.stored.values())
