"""A valid body for every writing operation, and a world in which every path leads somewhere.

To add operations, write a module like `sales.py` here, and name it in `PARTS`. A module has

- `EXAMPLES`: by operationId, a body that fills every field it can; `"{customer_id}"` is replaced from the world;
- `make_world(client, ids)`: what it makes once for all operations, as `{"thing_id": id}`: a name for each parameter in
  the paths. `ids` are those of the modules before it;
- where an operation needs a record of its own, in a certain state, `required_state(name, path)` (or None) and
  `make_in_state(client, ids, state)`, which makes one and gives its ids. What needs the same state shares it.

Nothing that is sent to them is stored, so that all share one world.
"""

from types import ModuleType
from typing import Any

import httpx

from tests.support.torture import (
    complaints,
    customers,
    feedback,
    interactions,
    sales,
    service_levels,
    surveys,
    visits,
)

PARTS: tuple[ModuleType, ...] = (
    customers,
    interactions,
    sales,
    service_levels,
    complaints,
    feedback,
    visits,
    surveys,
)
EXAMPLES: dict[str, Any] = {name: body for part in PARTS for name, body in part.EXAMPLES.items()}


class World:
    """The ids of what was made, for all operations and for those that need a record in a state of their own."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self._ids: dict[str, str] = {}
        self._in_state: dict[Any, dict[str, str]] = {}

    async def ids_for(self, name: str, path: str) -> dict[str, str]:
        """What an operation is tried on."""
        if not self._ids:
            for part in PARTS:
                if hasattr(part, "make_world"):
                    self._ids |= await part.make_world(self._client, self._ids)
        ids = dict(self._ids)
        for part in PARTS:
            state = part.required_state(name, path) if hasattr(part, "required_state") else None
            if state is not None:
                if (part, state) not in self._in_state:
                    self._in_state[part, state] = await part.make_in_state(self._client, ids, state)
                ids |= self._in_state[part, state]
        return ids
