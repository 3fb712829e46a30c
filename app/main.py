"""The application: routers, problems, limits and documents put together."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from app import __version__, routers, worker
from app.core import logging
from app.core.sessions import Clock, utc_now
from app.core.settings import Settings, settings
from app.web import documentation, openapi, problems
from app.web.app_state import AppState
from app.web.middleware import RequestMiddleware

_LAST_JOB = 5.0
"""Seconds for the worker to finish what it has begun, at the end."""


def create_app(configured: Settings | None = None, clock: Clock = utc_now, *, working: bool = False) -> FastAPI:
    """The service on the database that its settings name; `working`: it also does what falls due."""
    configured = configured or settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        service: AppState = app.state.service
        stop = asyncio.Event()
        tasks = [asyncio.create_task(service.keep_house())]
        if working:
            tasks.append(asyncio.create_task(worker.run(service.own_sessions(worker.ACTOR), stop)))
        yield
        stop.set()
        tasks[0].cancel()
        await asyncio.wait(tasks, timeout=_LAST_JOB)
        await service.database.close()

    app = FastAPI(
        title="Rapport",
        version=__version__,
        lifespan=lifespan,
        docs_url=None,
        redirect_slashes=False,
        redoc_url=None,
    )
    dsn = configured.database_url.get_secret_value() if configured.database_url else ""
    app.state.service = AppState.of(configured, dsn, clock)
    # Not included but added: a router inside a router is asked anew with every request which of its routes fits.
    app.router.routes.extend(routers.routes())
    documentation.install(app)
    openapi.install(app)
    problems.install(app)
    # The last added is the outermost.
    app.add_middleware(RequestMiddleware, header_limit=configured.header_limit)
    if configured.cors_origins:
        app.add_middleware(CORSMiddleware, **_cors(configured.cors_origins))
    return app


def _cors(origins: list[str]) -> dict[str, Any]:
    """What browser front ends of these origins may send and read."""
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


def serving() -> FastAPI:
    """What a worker process runs."""
    configured = settings()
    logging.configure(configured.log_level)
    return create_app(configured, working=configured.worker)
