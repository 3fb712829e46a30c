"""The pages for people: Swagger UI, served from installed files, and a page for each problem code.

They require no key, and load nothing from other hosts.
"""

import re
from html import escape
from pathlib import Path
from typing import Final

import fastapi_offline
from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.staticfiles import StaticFiles

from app.core import errors
from app.web.problem_texts import TEXTS
from app.web.problems import slug

_PAGES = Path(__file__).parent / "pages"
_SWAGGER_UI = Path(fastapi_offline.__file__).parent / "static"
_FILES: Final = {
    "docs.js": "text/javascript",
    "docs.css": "text/css",
    "problems.css": "text/css",
    "icon.svg": "image/svg+xml",
}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def install(app: FastAPI) -> None:
    app.add_api_route("/", _home, include_in_schema=False)
    app.add_api_route("/docs", _docs, include_in_schema=False)
    app.add_api_route("/docs/{name}", _file, include_in_schema=False)
    app.add_api_route("/problems", _problems, include_in_schema=False)
    app.add_api_route("/problems/{slug}", _problem, include_in_schema=False)
    app.mount("/docs/assets", StaticFiles(directory=_SWAGGER_UI))


async def _home(request: Request) -> Response:
    return RedirectResponse(f"{request.scope.get('root_path', '')}/docs")


async def _docs() -> Response:
    return _page((_PAGES / "docs.html").read_text(encoding="utf-8"))


async def _file(name: str) -> Response:
    if name not in _FILES:
        raise errors.NotFound("This page does not exist")
    return Response((_PAGES / name).read_bytes(), media_type=_FILES[name])


async def _problems() -> Response:
    rows = "".join(_ROW.format(p=p, slug=slug(p.code)) for p in sorted(_BY_SLUG.values(), key=_by_status))
    return _page(_HTML.format(up="", title="Problems", body=_INDEX.format(rows=rows)))


async def _problem(slug: str) -> Response:
    problem = _BY_SLUG.get(slug)
    if problem is None:
        raise errors.NotFound("This problem code does not exist")
    meaning, remedy = (_with_code_elements(text) for text in TEXTS[problem.code])
    body = _PROBLEM.format(p=problem, meaning=meaning, remedy=remedy)
    return _page(_HTML.format(up="../", title=problem.code, body=body))


def _page(html: str) -> Response:
    return HTMLResponse(html, headers={"Content-Security-Policy": _POLICY})


def _with_code_elements(text: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text, quote=False))


def _by_status(problem: type[errors.Problem]) -> tuple[int, str]:
    return problem.status, problem.code


_BY_SLUG = {slug(problem.code): problem for problem in errors.problem_classes()}
_HTML = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · Rapport</title>
<link rel="icon" href="{up}docs/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="{up}docs/problems.css">
</head>
<body>
{body}
</body>
</html>
"""
_INDEX = """<nav><a href="docs">The API</a></nav>
<h1>Problems</h1>
<p>Every response with a status of 400 or more has one of these codes, in a body of type
<code>application/problem+json</code>.</p>
<table>
<tr><th>Status</th><th>Code</th><th>Meaning</th></tr>
{rows}</table>"""
_ROW = """<tr><td class="status">{p.status}</td><td><a href="problems/{slug}"><code>{p.code}</code></a></td>\
<td>{p.title}</td></tr>
"""
_PROBLEM = """<nav><a href="../problems">All problems</a> · <a href="../docs">The API</a></nav>
<h1>{p.title}</h1>
<p class="status"><code>{p.code}</code> · status {p.status}</p>
<h2>What it means</h2>
<p>{meaning}</p>
<h2>What to do</h2>
<p>{remedy}</p>"""
