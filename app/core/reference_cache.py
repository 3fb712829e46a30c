"""What a process keeps in mind of small records that nearly every request needs, for some seconds.

Other processes see a change when these seconds are over; the process that makes it, with the next transaction.
"""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from typing import Any

from cachetools import TTLCache

SECONDS = 5.0
_MOST = 10_000


class ReferenceCache:
    def __init__(self, seconds: float = SECONDS) -> None:
        self._known: TTLCache[tuple[str, Any], Any] = TTLCache(_MOST, seconds)

    async def load(
        self, kind: str, keys: Collection[Any], fetch: Callable[[list[Any]], Awaitable[Mapping[Any, Any]]]
    ) -> dict[Any, Any]:
        """The records with these keys; `fetch` is called with those that are not in mind. Absence is not kept."""
        found: dict[Any, Any] = {}
        missing = []
        for key in keys:
            value = self._known.get((kind, key))
            if value is None:
                missing.append(key)
            else:
                found[key] = value
        if missing:
            fetched = await fetch(missing)
            self._known.update({(kind, key): value for key, value in fetched.items()})
            found |= fetched
        return found

    def forget(self, changed: Iterable[tuple[str, Any]]) -> None:
        """Records of (kind, key) that are not any more what they were."""
        for entry in changed:
            self._known.pop(entry, None)

    def clear(self) -> None:
        self._known.clear()
