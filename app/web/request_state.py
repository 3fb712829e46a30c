"""What a request carries from the middleware to its route, and back to the response."""

from collections.abc import Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

from app.core.context import Context
from app.core.sessions import Sessions

_KEY = "rapport.request_state"


@dataclass(slots=True)
class RequestState:
    """Created by the middleware, filled by the route class before the route's function is called."""

    request_id: str
    response_headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    """Added to whatever response the request gets, errors included."""
    on_stop: Callable[[], None] | None = None
    """Called when the service is told to stop and this request has not been answered."""
    sessions: Sessions = field(init=False)
    """Transactions on behalf of the caller."""
    context: Context = field(init=False)
    """The transaction of the current attempt; routes that stream open their own."""
    body: Any = field(init=False)
    """The parsed JSON body, where the route has one."""


def attach(scope: MutableMapping[str, Any], state: RequestState) -> None:
    scope[_KEY] = state


def notify_of_stop(scope: Any) -> None:
    state: RequestState | None = scope.get(_KEY)
    if state is not None and state.on_stop is not None:
        state.on_stop()


def request_state(scope: MutableMapping[str, Any]) -> RequestState:
    state: RequestState = scope[_KEY]
    return state
