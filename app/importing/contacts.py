"""The contact of a person who is not a customer, from the columns of a row."""

from typing import Any

from app.rules.customers import ContactKind


def fold_contact(document: dict[str, Any], role: str) -> None:
    """Turns `email` or `phone` of `document[role]` into its `contact`, in place.

    Where both are given, the number goes to `attributes.<role>_phone`.
    """
    person = document.get(role, {})
    for kind in (ContactKind.EMAIL, ContactKind.PHONE):
        if (value := person.pop(kind.value, None)) is None:
            continue
        if "contact" not in person:
            person["contact"] = {"kind": kind.value, "value": value}
        else:
            document.setdefault("attributes", {})[f"{role}_{kind.value}"] = value
