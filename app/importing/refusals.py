"""The file of what was refused: a JSON object a line, with row numbers, the row as it stood, and the problem."""

import json
from pathlib import Path
from typing import Any, TextIO

from app.importing.options import ImportFailed


class RefusedFile:
    """Comes into being with the first refusal, in the place of an earlier run's."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stream: TextIO | None = None

    def write(self, rows: int | list[int], original: Any, problem: Any) -> None:
        try:
            if self._stream is None:
                self._stream = self._path.open("w", encoding="utf-8")
            found = {"row": rows, "original": original, "problem": problem}
            self._stream.write(json.dumps(found, ensure_ascii=False).encode(errors="backslashreplace").decode() + "\n")
        except OSError as error:
            raise ImportFailed(f"What was refused cannot be written to {self._path}: {error.strerror}.") from error

    def close(self) -> None:
        if self._stream is not None:
            self._stream.close()
