"""Which customers hold a key: for records that name their customers, alike in all domains, and for looking up.

Contact points that are marked invalid, and keys that identify nobody, find nobody. Archived customers are found by an
identity, and when somebody looks up a contact point; a record that names a contact point does not find them.
"""

from app.store.kit.references import Lookup, Reference

_FACTS = "'tags', c.tags, 'unwelcome', c.preferences -> 'unwelcome_channels'"
_HAS_ID = (
    "(w.system <> '' AND EXISTS (SELECT FROM identities o "
    "WHERE o.customer_id = p.customer_id AND o.system = w.system AND o.identifies))"
)
_POINT = f"'shared', p.shared, 'extension', p.extension, 'opted_out', p.opted_out, 'has_id', {_HAS_ID}"


def customer_references(*, facts: bool = True) -> tuple[Reference, ...]:
    """By identity, by contact point, and by id; with `facts`, tags and unwelcome channels are read as well.

    The `system` beside a contact point is that of the identity that the record names as well, or empty: `has_id` tells
    whether the holder has one there.
    """
    data = f"json_build_object({_FACTS})::text" if facts else "NULL"
    # Without facts, the ordinary contact point has no data to be written and read.
    point = f"CASE WHEN p.shared OR p.extension <> '' OR {_HAS_ID} THEN json_build_object({_POINT})::text END"
    return (
        Reference(
            "identity",
            {"position": "INTEGER", "system": "TEXT", "external_id": "TEXT"},
            "JOIN identities i USING (system, external_id)"
            + (" JOIN customers c ON c.id = i.customer_id" if facts else "")
            + " WHERE i.identifies",
            "i.customer_id",
            data,
        ),
        Reference(
            "contact_point",
            {"position": "INTEGER", "kind": "TEXT", "normalized": "TEXT", "system": "TEXT"},
            "JOIN contact_points p USING (kind, normalized) "
            "JOIN customers c ON c.id = p.customer_id AND c.archived_at IS NULL "
            "WHERE NOT p.invalid AND p.identifies",
            "p.customer_id",
            f"json_build_object({_FACTS}, {_POINT})::text" if facts else point,
        ),
        Reference("customer", {"id": "UUID"}, "JOIN customers c USING (id)", "c.id", data),
    )


REFERENCES = Lookup(*customer_references(facts=False))
"""The customers that something names, and nothing else."""
MATCHES_BY_CONTACT_POINT = """
    SELECT p.customer_id,
        json_build_object(
            'kind', p.kind, 'value', p.value, 'label', p.label, 'shared', p.shared, 'opted_out', ARRAY(
                SELECT DISTINCT use FROM contact_points o CROSS JOIN LATERAL unnest(o.opted_out) use
                WHERE o.customer_id = p.customer_id AND o.kind = p.kind AND o.normalized = p.normalized ORDER BY use
            )
        ) AS matched,
        (k.archived_at IS NOT NULL)::int * 8 + ($4::text <> '' AND p.extension <> $4::text)::int * 4
            + (p.shared)::int * 2 + (NOT p.primary)::int AS rank
    FROM contact_points p JOIN customers k ON k.id = p.customer_id
    WHERE p.kind = $2 AND p.normalized = $3 AND NOT p.invalid AND p.identifies
"""
"""Rows for looking up by kind $2, normalised value $3 and extension $4. The rank prefers customers who
are not archived, the right extension, and contact points that are not shared.
"""
MATCHES_BY_IDENTITY = """
    SELECT i.customer_id,
        json_build_object(
            'kind', 'identity', 'value', i.external_id, 'label', i.system, 'shared', false, 'opted_out', ARRAY[]::text[]
        ) AS matched,
        0 AS rank
    FROM identities i WHERE i.system = $2 AND i.external_id = $3 AND i.identifies
"""
"""Rows for looking up by system $2 and external id $3."""
