"""Whether a change is meant for what there is now."""

from app.core.errors import PreconditionFailed


def must_be(present: int, seen: int | None) -> None:
    """412 PreconditionFailed where whoever changes it has seen another version; None is whoever does not care."""
    if seen is not None and present != seen:
        raise PreconditionFailed(f"The present version is {present}")
