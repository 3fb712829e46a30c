"""JSON pointers (RFC 6901)."""


def escaped(name: str) -> str:
    """The name of a member as a part of a pointer."""
    return name.replace("~", "~0").replace("/", "~1") if "~" in name or "/" in name else name
