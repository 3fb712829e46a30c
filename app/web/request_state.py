"""What a request carries from the middleware to its route, and back to the response."""

from collections.abc import Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

from app.core.context import Context
from app.core.sessions import Sessions

_KEY, _STOPPED = "rapport.request_state", "rapport.stopped"


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
    expected_version: int | None = None
    """What the caller expects the resource to be at, by `If-Match`; None where any version is fine."""
    body: Any = field(init=False)
    """The parsed JSON body, where the route has one."""


def attach(scope: MutableMapping[str, Any], state: RequestState) -> None:
    scope[_KEY] = state


def notify_of_stop(scope: MutableMapping[str, Any]) -> None:
    scope[_STOPPED] = True
    state: RequestState | None = scope.get(_KEY)
    if state is not None and state.on_stop is not None:
        state.on_stop()


def when_stopped(scope: MutableMapping[str, Any], call: Callable[[], None]) -> None:
    """Have this called when the service is told to stop; at once if it has been told already."""
    request_state(scope).on_stop = call
    if _STOPPED in scope:
        call()


def request_state(scope: MutableMapping[str, Any]) -> RequestState:
    state: RequestState = scope[_KEY]
    return state
