"""Who a customer may be, by what somebody knows of them: the part of a lookup that is alike for all domains."""

from app.store.kit.references import Reference

_FACTS = "json_build_object('tags', c.tags, 'unwelcome', c.preferences -> 'unwelcome_channels')::text"


def customer_references(*, facts: bool = True) -> tuple[Reference, ...]:
    """By identity, by contact point, and by id; with `facts`, their tags and unwelcome channels come along.

    An identity is its holder's, archived or not. A contact point is that of customers who are not archived, as long as
    it is not marked invalid.
    """
    data = _FACTS if facts else "NULL"
    return (
        Reference(
            "identity",
            {"position": "INTEGER", "system": "TEXT", "external_id": "TEXT"},
            "JOIN identities i USING (system, external_id)"
            + (" JOIN customers c ON c.id = i.customer_id" if facts else ""),
            "i.customer_id",
            data,
        ),
        Reference(
            "contact_point",
            {"position": "INTEGER", "kind": "TEXT", "normalized": "TEXT"},
            "JOIN contact_points p USING (kind, normalized) "
            "JOIN customers c ON c.id = p.customer_id AND c.archived_at IS NULL WHERE NOT p.invalid",
            "p.customer_id",
            data,
        ),
        Reference("customer", {"id": "UUID"}, "JOIN customers c USING (id)", "c.id", data),
    )
