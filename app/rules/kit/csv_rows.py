"""Resources as rows of a CSV file that is safe to open in a spreadsheet."""

import unicodedata

Row = dict[str, str]
_BEGIN_FORMULAS = frozenset("=+-@")
_CUT_CELLS = ("\t", "\r", "\n")


def escape_formula(cell: str) -> str:
    """A spreadsheet evaluates a cell that begins like a formula; an apostrophe makes it text (OWASP, CSV injection).

    Some look past blanks and characters that nobody sees, and take the full-width signs of East Asian keyboards too.
    """
    if cell[:1].isalnum():  # nearly all of them
        return cell
    first = next((c for c in cell if unicodedata.category(c) not in ("Cc", "Cf", "Zs", "Zl", "Zp")), "")
    begins = unicodedata.normalize("NFKC", first)[:1] in _BEGIN_FORMULAS if first else False
    return f"'{cell}" if begins or cell.startswith(_CUT_CELLS) else cell
