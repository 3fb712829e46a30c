"""The file of refused records: a JSON object a line, with row numbers, the original row, and the problem."""

import json
from pathlib import Path
from typing import Any, TextIO

from app.importing.options import ImportFailed


class RefusedFile:
    """Created with the first refusal; replaces the file of an earlier run."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stream: TextIO | None = None

    def write(self, rows: int | list[int], original: Any, problem: Any) -> None:
        try:
            if self._stream is None:
                self._stream = self._path.open("w", encoding="utf-8")
            entry = {"row": rows, "original": original, "problem": problem}
            self._stream.write(json.dumps(entry, ensure_ascii=False).encode(errors="backslashreplace").decode() + "\n")
        except OSError as error:
            raise ImportFailed(f"Refused records cannot be written to {self._path}: {error.strerror}.") from error

    def close(self) -> None:
        if self._stream is not None:
            self._stream.close()
