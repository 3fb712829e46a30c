"""The references by which records name their customers, alike in all domains."""

from app.store.kit.references import Reference

_FACTS = "json_build_object('tags', c.tags, 'unwelcome', c.preferences -> 'unwelcome_channels')::text"


def customer_references(*, facts: bool = True) -> tuple[Reference, ...]:
    """By identity, by contact point, and by id; with `facts`, tags and unwelcome channels are read as well.

    Identities match archived customers too. Contact points match customers who are not archived, unless the contact
    point is marked invalid.
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
