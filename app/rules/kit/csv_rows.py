"""Resources as rows of a spreadsheet, safe to open in one."""

import json
from typing import Any

Row = dict[str, str]


def safe(cell: str) -> str:
    """A spreadsheet runs a cell that begins like a formula; an apostrophe makes it text (OWASP, CSV injection)."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def customer(found: dict[str, Any]) -> Row:
    """One row for one customer: lists are joined with semicolons, nested values are JSON."""
    row = {name: value for name, value in found.items() if not isinstance(value, list | dict)}
    points = found["contact_points"]
    for kind in ("email", "phone"):
        row[f"{kind}s"] = "; ".join(p["value"] for p in points if p["kind"] == kind)
    row["other_contact_points"] = "; ".join(
        f"{p['kind']}:{p['value']}" for p in points if p["kind"] not in ("email", "phone")
    )
    row["identities"] = "; ".join(f"{i['system']}:{i['external_id']}" for i in found["identities"])
    address = next(iter(sorted(found["addresses"], key=lambda a: not a["primary"])), None) or {}
    row["address"] = ", ".join(address.get("lines", []))
    row |= {name: address.get(name) for name in ("city", "region", "postal_code", "country")}
    row["roles"], row["tags"] = "; ".join(found["roles"]), "; ".join(found["tags"])
    row["preferences"] = json.dumps(found["preferences"], ensure_ascii=False)
    row["attributes"] = json.dumps(found["attributes"], ensure_ascii=False) if found["attributes"] else ""
    return {name: safe("" if value is None else str(value)) for name, value in row.items()}
