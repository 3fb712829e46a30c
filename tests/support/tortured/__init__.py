"""A valid body for every writing operation, and a world in which every path leads somewhere.

To add operations, write a module like `sales.py` here, and name it in `PARTS`. A module has

- `EXAMPLES`: by operationId, a body that fills every field it can; `"{customer_id}"` is replaced from the world;
- `world(client, found)`: what it makes once for all operations, as `{"thing_id": id}`: a name for each parameter in
  the paths. `found` is what the modules before it made;
- where an operation needs a thing of its own, in a certain state, `state(name, path)` (what it needs, or None) and
  `brought(client, found, state)`, which makes one and gives its ids. What needs the same state shares it.

Nothing that is sent to them is taken, so that all share one world.
"""

from types import ModuleType
from typing import Any

import httpx

from tests.support.tortured import (
    complaints,
    customers,
    feedback,
    interactions,
    invitations,
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
    invitations,
    surveys,
)
EXAMPLES: dict[str, Any] = {name: body for part in PARTS for name, body in part.EXAMPLES.items()}


class World:
    """The ids of what was made, for all operations and for those that need things in a state of their own."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self._found: dict[str, str] = {}
        self._in_state: dict[Any, dict[str, str]] = {}

    async def of(self, name: str, path: str) -> dict[str, str]:
        """What an operation is tried on."""
        if not self._found:
            for part in PARTS:
                if hasattr(part, "world"):
                    self._found |= await part.world(self._client, self._found)
        found = dict(self._found)
        for part in PARTS:
            state = part.state(name, path) if hasattr(part, "state") else None
            if state is not None:
                if (part, state) not in self._in_state:
                    self._in_state[part, state] = await part.brought(self._client, found, state)
                found |= self._in_state[part, state]
        return found
