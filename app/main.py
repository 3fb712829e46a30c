"""The ASGI application: routes, problem documents, limits and documentation put together."""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from app import __version__, routers, worker
from app.core import logging, migrations
from app.core.sessions import Clock
from app.core.settings import Settings
from app.core.settings import settings as current_settings
from app.reactions import REACTIONS
from app.web import documentation, openapi, problems
from app.web.app_state import AppState
from app.web.middleware import RequestMiddleware

_SHUTDOWN_TIMEOUT = 4.0
"""Seconds that tasks have to end with the process, of which the worker wants three."""


def create_app(settings: Settings | None = None, clock: Clock | None = None, *, run_jobs: bool = False) -> FastAPI:
    """The application on the database that the settings name. With `run_jobs` it also runs due jobs.

    A `clock` goes instead of the database's.
    """
    settings = settings or current_settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        service: AppState = app.state.service
        stop = asyncio.Event()
        tasks = [asyncio.create_task(service.run_cleanup())]
        if run_jobs:
            tasks.append(asyncio.create_task(worker.run(service.internal_sessions(worker.ACTOR), stop)))
        yield
        stop.set()
        tasks[0].cancel()
        await asyncio.wait(tasks, timeout=_SHUTDOWN_TIMEOUT)
        await service.database.close()

    app = FastAPI(
        title="Rapport",
        version=__version__,
        lifespan=lifespan,
        docs_url=None,
        redirect_slashes=False,
        redoc_url=None,
    )
    dsn = settings.database_url.get_secret_value() if settings.database_url else ""
    app.state.service = AppState.create(settings, dsn, clock, REACTIONS)
    # Added, not included: an included router would be searched for a matching route with every request.
    app.router.routes.extend(routers.routes())
    documentation.install(app)
    openapi.install(app)
    problems.install(app)
    # The middleware that is added last is the outermost.
    app.add_middleware(RequestMiddleware)
    if settings.cors_origins:
        app.add_middleware(CORSMiddleware, **_cors(settings.cors_origins))
    return app


def _cors(origins: list[str]) -> dict[str, Any]:
    """The CORS policy for browser front ends of these origins."""
    return {
        "allow_origins": origins,
        "allow_methods": ["GET", "POST", "PUT", "PATCH", "DELETE"],
        "allow_headers": [
            "Authorization",
            "Content-Type",
            "If-Match",
            "If-None-Match",
            "Idempotency-Key",
            "X-Request-Id",
        ],
        "expose_headers": [
            "Deprecation",
            "ETag",
            "Idempotent-Replayed",
            "Link",
            "Location",
            "RateLimit",
            "RateLimit-Policy",
            "Receipt-Stale",
            "Retry-After",
            "Sunset",
            "X-Request-Id",
        ],
        "max_age": 600,
    }


def served_app() -> FastAPI:
    """The application of a server process, configured by its environment."""
    settings = current_settings()
    logging.configure(settings.log_level)
    app = create_app(settings, run_jobs=settings.worker)
    migrations.head()  # of this version, and not of one that is installed while it runs
    # What was made so far lives as long as the process: the garbage collector need not visit it again and again.
    gc.collect()
    gc.freeze()
    return app
