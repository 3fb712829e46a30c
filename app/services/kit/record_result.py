"""What became of one line of a batch."""

from dataclasses import dataclass
from uuid import UUID

from app.core.errors import Problem


@dataclass(frozen=True, slots=True)
class RecordResult:
    status: int
    id: UUID | None = None
    replayed: bool = False
    stale: bool = False
    problem: Problem | None = None

    @classmethod
    def refused(cls, problem: Problem, known: UUID | None = None) -> "RecordResult":
        return cls(problem.status, known, problem=problem)
