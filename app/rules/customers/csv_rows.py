"""Customers as rows of a CSV file."""

import json
from typing import Any

from app.rules.kit.csv_rows import Row, escape_formula


def customer_row(customer: dict[str, Any]) -> Row:
    """Lists are joined with semicolons, nested values are JSON."""
    row = {name: value for name, value in customer.items() if not isinstance(value, list | dict)}
    contact_points = customer["contact_points"]
    for kind in ("email", "phone"):
        row[f"{kind}s"] = "; ".join(p["value"] for p in contact_points if p["kind"] == kind)
    row["other_contact_points"] = "; ".join(
        f"{p['kind']}:{p['value']}" for p in contact_points if p["kind"] not in ("email", "phone")
    )
    row["identities"] = "; ".join(f"{i['system']}:{i['external_id']}" for i in customer["identities"])
    address = next(iter(sorted(customer["addresses"], key=lambda a: not a["primary"])), None) or {}
    row["address"] = ", ".join(address.get("lines", []))
    row |= {name: address.get(name) for name in ("city", "region", "postal_code", "country")}
    row["roles"], row["tags"] = "; ".join(customer["roles"]), "; ".join(customer["tags"])
    row["preferences"] = json.dumps(customer["preferences"], ensure_ascii=False)
    row["attributes"] = json.dumps(customer["attributes"], ensure_ascii=False) if customer["attributes"] else ""
    return {name: escape_formula("" if value is None else str(value)) for name, value in row.items()}
