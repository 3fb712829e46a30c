"""Which methods a path has, for the Allow header."""

from typing import Any

from starlette.routing import compile_path


def methods(app: Any, path: str) -> list[str]:
    """The methods of the OpenAPI document's path that this path fits, HEAD and OPTIONS included."""
    table = getattr(app.state, "path_table", None)
    if table is None:
        table = [(compile_path(template)[0], list(verbs)) for template, verbs in app.openapi()["paths"].items()]
        app.state.path_table = table
    found = {verb.upper() for regex, verbs in table if regex.fullmatch(path) for verb in verbs if verb != "parameters"}
    return sorted(found | ({"HEAD"} if "GET" in found else set()) | {"OPTIONS"}) if found else []
