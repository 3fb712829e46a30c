"""From a request to the arguments of its route.

FastAPI reads the same signatures for the OpenAPI document. Its own solver inspects every annotation again with each
request, which cost more than the statement that answers most of them; here they are inspected once.
"""

import inspect
from collections.abc import Callable
from typing import Any, get_args, get_origin, get_type_hints
from urllib.parse import unquote

from fastapi import Request, params
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, TypeAdapter, ValidationError

from app.web.deps import PROVIDERS
from app.web.request_state import request_state

Getter = Callable[[Request], Any]


class Binding:
    """Where each argument of a route comes from."""

    def __init__(self, route: APIRoute) -> None:
        self.query: set[str] = set()
        """The names of all query parameters."""
        self.dependencies: set[Any] = set()
        """What `deps.py` provides for it."""
        path_names = {parameter.name for parameter in route.dependant.path_params}
        defaults = _defaults(route.endpoint)
        hints = get_type_hints(route.endpoint, include_extras=True)
        self._getters = [
            (name, self._getter(name, hint, name in path_names, defaults.get(name)))
            for name, hint in hints.items()
            if name != "return"
        ]

    def arguments(self, request: Request) -> dict[str, Any]:
        """Raises RequestValidationError for the first argument that is invalid."""
        try:
            return {name: get(request) for name, get in self._getters}
        except _InvalidArgument as invalid:
            raise RequestValidationError(invalid.errors) from None

    def _getter(self, name: str, hint: Any, in_path: bool, default: Any) -> Getter:
        if hint is Request:
            return lambda request: request
        kind, *extras = get_args(hint) if get_origin(hint) is not None and hasattr(hint, "__metadata__") else (hint,)
        for extra in extras:
            if isinstance(extra, params.Depends):
                self.dependencies.add(extra.dependency)
                return PROVIDERS[extra.dependency]
        if in_path:
            return _required("path", name, hint, lambda request: segment_text(request.path_params[name]))
        if any(isinstance(extra, params.Header) for extra in extras):
            header = name.replace("_", "-")
            return _optional("header", name, hint, lambda request: request.headers.get(header), default)
        if any(isinstance(extra, params.Query) for extra in extras):
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                self.query |= set(kind.model_fields)
                return _query_model(kind)
            self.query.add(name)
            return _optional("query", name, hint, lambda request: request.query_params.get(name), default)
        return _required("body", None, kind, lambda request: request_state(request.scope).body)


def segment_text(segment: str) -> str:
    """A segment of the path as it was meant: the middleware leaves its slashes and percent signs escaped."""
    return unquote(segment) if "%" in segment else segment


class _InvalidArgument(Exception):
    def __init__(self, part_of_request: str, name: str | None, error: ValidationError) -> None:
        prefix = (part_of_request,) if name is None else (part_of_request, name)
        self.errors = [{**entry, "loc": (*prefix, *entry["loc"])} for entry in error.errors(include_url=False)]


def _defaults(endpoint: Callable[..., Any]) -> dict[str, Any]:
    parameters = inspect.signature(endpoint).parameters.values()
    return {p.name: p.default for p in parameters if p.default is not inspect.Parameter.empty}


def _required(part_of_request: str, name: str | None, hint: Any, read: Getter) -> Getter:
    validate = TypeAdapter(hint).validator.validate_python

    def get(request: Request) -> Any:
        try:
            return validate(read(request))
        except ValidationError as error:
            raise _InvalidArgument(part_of_request, name, error) from None

    return get


def _optional(part_of_request: str, name: str, hint: Any, read: Getter, default: Any) -> Getter:
    get = _required(part_of_request, name, hint, read)
    return lambda request: default if read(request) is None else get(request)


def _query_model(model: type[BaseModel]) -> Getter:
    get = _required("query", None, model, lambda request: dict(request.query_params))
    try:
        defaults: BaseModel | None = model()
    except ValidationError:  # it has required parameters
        defaults = None
    return lambda request: defaults if defaults is not None and not request.scope["query_string"] else get(request)
