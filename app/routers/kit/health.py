from fastapi import APIRouter, Request, Response

from app.schemas.kit.health import Health
from app.web import replies
from app.web.app_state import app_state
from app.web.route import operation_id

router = APIRouter(tags=["health"], generate_unique_id_function=operation_id)


@router.get("/healthz", response_model=Health)
async def check_health() -> Response:
    """Check that the process is running

    Answers 200 as long as the process runs. The database is not queried.
    """
    return replies.json_text('{"status":"ok"}')


@router.get("/readyz", response_model=Health)
async def check_readiness(request: Request) -> Response:
    """Check that requests can be answered

    Answers 503 while the database is unavailable, takes longer than 1.5 seconds, or has another schema than this
    version expects.
    """
    return replies.json_text(await app_state(request).readiness())
