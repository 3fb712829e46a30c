"""Whether a change is meant for what there is now."""

from app.core.errors import PreconditionFailed


def require_version(current: int, expected: int | None) -> None:
    """412 PreconditionFailed where the caller has seen another version; None is a caller who does not care."""
    if expected is not None and current != expected:
        raise PreconditionFailed(f"The current version is {current}")
