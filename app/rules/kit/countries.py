"""Countries by their ISO 3166-1 alpha-2 codes, as the time zone database lists them."""

from functools import cache
from importlib.resources import files

_KOSOVO = "XK"
"""No official code, but the one that banks, post offices and the European Union use."""
_MEANT = {"UK": "GB", "EL": "GR"}
"""Codes that are written for others."""


@cache
def codes() -> frozenset[str]:
    lines = (files("tzdata") / "zoneinfo" / "iso3166.tab").read_text().splitlines()
    return frozenset(line[:2] for line in lines if line and not line.startswith("#")) | {_KOSOVO}


def problem(code: str) -> str | None:
    """What is wrong with a code of two capital letters; None for that of a country."""
    if code in codes():
        return None
    if code in _MEANT:
        return f"Must be an ISO 3166-1 alpha-2 country code: {_MEANT[code]}, not {code}"
    return "Must be an ISO 3166-1 alpha-2 country code, such as GB"
