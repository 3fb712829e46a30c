"""How somebody who is no customer can be reached, from columns of a row."""

from typing import Any

from app.rules.customers import ContactKind


def take_contact(document: dict[str, Any], who: str) -> None:
    """Make `email` and `phone` of `document[who]` the contact there; what is left over goes to the attributes."""
    person = document.get(who, {})
    for kind in (ContactKind.EMAIL, ContactKind.PHONE):
        if (value := person.pop(kind.value, None)) is None:
            continue
        if "contact" not in person:
            person["contact"] = {"kind": kind.value, "value": value}
        else:
            document.setdefault("attributes", {})[f"{who}_{kind.value}"] = value
