"""Resources as rows of a CSV file that is safe to open in a spreadsheet."""

Row = dict[str, str]


def escape_formula(cell: str) -> str:
    """A spreadsheet evaluates a cell that begins like a formula; an apostrophe makes it text (OWASP, CSV injection)."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
