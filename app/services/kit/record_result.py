"""The result of recording one record of a batch."""

from dataclasses import dataclass
from uuid import UUID

from app.core.errors import Problem


@dataclass(frozen=True, slots=True)
class RecordResult:
    status: int
    id: UUID | None = None
    replayed: bool = False
    stale: bool = False
    matched: bool = False
    problem: Problem | None = None

    @classmethod
    def refused(cls, problem: Problem, existing_id: UUID | None = None) -> "RecordResult":
        return cls(problem.status, existing_id, problem=problem)

    def recorded_id(self) -> UUID:
        """The id of the record. Raises the problem of a refused one."""
        if self.problem is not None:
            raise self.problem
        assert self.id is not None
        return self.id
