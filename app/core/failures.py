"""What failed, in words for the log and for operators."""

from app.core.errors import Problem


def describe(error: BaseException) -> str:
    """The kind of an error and its codes. Never its message: that may quote what belongs to a customer."""
    name = type(error).__name__
    if isinstance(error, Problem):
        return f"{name}: {error.title}"
    if isinstance(error, OSError) and error.strerror:
        return f"{name}: {error.strerror}"
    codes = [str(code) for code in (sqlstate(error), getattr(error, "constraint_name", None)) if code]
    return f"{name} ({', '.join(codes)})" if codes else name


def sqlstate(error: BaseException) -> str | None:
    return getattr(error, "sqlstate", None)
