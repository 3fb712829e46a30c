"""From a request to the arguments of its route.

The framework reads the same signatures for the OpenAPI document. Its own way of filling them looks at every annotation
anew with each request, which cost more than the statement that answers most of them; here they are read once.
"""

from collections.abc import Callable
from typing import Any, get_args, get_origin, get_type_hints

from fastapi import Request, params
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, TypeAdapter, ValidationError

from app.web.deps import FILLED

Take = Callable[[Request], Any]
_BODY = "body_json"


class Binding:
    """What each parameter of a route is taken from. Raises RequestValidationError for what does not fit."""

    def __init__(self, route: APIRoute) -> None:
        self.query: set[str] = set()
        in_path = {parameter.name for parameter in route.dependant.path_params}
        hints = get_type_hints(route.endpoint, include_extras=True)
        self._takes = [
            (name, self._take(route, name, hint, name in in_path)) for name, hint in hints.items() if name != "return"
        ]

    def arguments(self, request: Request) -> dict[str, Any]:
        try:
            return {name: take(request) for name, take in self._takes}
        except _Misfit as misfit:
            raise RequestValidationError(misfit.found) from None

    def _take(self, route: APIRoute, name: str, hint: Any, in_path: bool) -> Take:
        if hint is Request:
            return lambda request: request
        kind, *extras = get_args(hint) if get_origin(hint) is not None and hasattr(hint, "__metadata__") else (hint,)
        for extra in extras:
            if isinstance(extra, params.Depends):
                return FILLED[extra.dependency]
        default = route.endpoint.__kwdefaults__ or {}
        positional = route.endpoint.__defaults__ or ()
        names = route.endpoint.__code__.co_varnames[: route.endpoint.__code__.co_argcount]
        default = default | dict(zip(names[len(names) - len(positional) :], positional, strict=True))
        if in_path:
            return _value("path", name, hint, lambda request: request.path_params[name])
        if any(isinstance(extra, params.Header) for extra in extras):
            header = name.replace("_", "-")
            return _optional("header", name, hint, lambda request: request.headers.get(header), default[name])
        if any(isinstance(extra, params.Query) for extra in extras):
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                self.query |= set(kind.model_fields)
                return _query_model(kind)
            self.query.add(name)
            return _optional("query", name, hint, lambda request: request.query_params.get(name), default[name])
        return _value("body", None, kind, lambda request: request.scope[_BODY])


def give_body(request: Request, value: Any) -> None:
    """The body of the request, read and parsed."""
    request.scope[_BODY] = value


class _Misfit(Exception):
    def __init__(self, place: str, name: str | None, error: ValidationError) -> None:
        prefix = (place,) if name is None else (place, name)
        self.found = [{**entry, "loc": (*prefix, *entry["loc"])} for entry in error.errors(include_url=False)]


def _value(place: str, name: str | None, hint: Any, read: Take) -> Take:
    validate = TypeAdapter(hint).validator.validate_python

    def take(request: Request) -> Any:
        try:
            return validate(read(request))
        except ValidationError as error:
            raise _Misfit(place, name, error) from None

    return take


def _optional(place: str, name: str, hint: Any, read: Take, default: Any) -> Take:
    checked = _value(place, name, hint, read)
    return lambda request: default if read(request) is None else checked(request)


def _query_model(model: type[BaseModel]) -> Take:
    checked = _value("query", None, model, lambda request: dict(request.query_params))
    try:
        usual: BaseModel | None = model()
    except ValidationError:  # something in it has to be given
        usual = None
    return lambda request: usual if usual is not None and not request.scope["query_string"] else checked(request)
