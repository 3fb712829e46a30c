"""One number is one contact point, whatever it is used for; all contact points and identities are read anew.

Contact points of the kind `whatsapp` become phone numbers with this use. A customer who had a number as both keeps one
contact point, the first. Where two customers hold what is one number now, both keep it and both contact points become
`shared`: nothing is lost, and nobody is merged by guess. What identifies nobody is no longer unique or matched.

The normalised forms are those of the rules that this release has, since its look-ups ask for them: a store that is
migrated later gets the forms of its own release.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import JSONB

from app.core.settings import settings
from app.rules.customers import (
    ContactKind,
    Normalized,
    NotAContact,
    NumberUse,
    as_values,
    identity_of_nobody,
    normalize,
)

revision = "0016"
down_revision = "0015"

_CHUNK = 1_000
"""Customers that are read at a time."""
_KINDS = "kind IN ('email', 'phone', 'facebook', 'instagram', 'telegram', 'web', 'other')"
_EMPTY = sa.text("'{}'")
_CONTACTS = (
    ("interactions", "contact", "{kind}"),
    ("complaints", "complainant", "{contact,kind}"),
    ("feedback", "author", "{contact,kind}"),
)
"""Where records have the contact that they came from: table, column, path."""


def upgrade() -> None:
    reasons = sa.Column("match_reasons", JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False)
    op.add_column("sales", reasons)
    for table in ("contact_points", "identities"):
        op.add_column(table, sa.Column("identifies", sa.Boolean(), server_default=sa.text("true"), nullable=False))
    for column in ("uses", "opted_out"):
        op.add_column("contact_points", sa.Column(column, sa.ARRAY(sa.Text()), server_default=_EMPTY, nullable=False))
    for table, column, path in _CONTACTS:
        op.execute(
            f"UPDATE {table} SET {column} = jsonb_set({column}, '{path}', '\"phone\"') "
            f"WHERE {column} #>> '{path}' = 'whatsapp'"
        )
    op.drop_constraint("uq_identities_holder", "identities")
    op.drop_index("uq_contact_points_holder", "contact_points")
    op.drop_constraint("ck_contact_points_kind", "contact_points")
    op.execute(
        "UPDATE contact_points SET kind = 'phone', "
        "uses = CASE kind WHEN 'phone' THEN '{call,sms}' ELSE '{call,sms,whatsapp}' END::text[] "
        "WHERE kind IN ('phone', 'whatsapp')"
    )
    connection = op.get_bind()
    _read_identities_anew(connection)
    _read_contact_points_anew(connection)
    _share_what_several_hold()
    op.execute(f"ALTER TABLE contact_points ADD CONSTRAINT ck_contact_points_kind CHECK ({_KINDS})")
    for table, columns, condition in (
        ("identities", ["system", "external_id"], "identifies"),
        ("contact_points", ["kind", "normalized", "extension"], "exclusive"),
    ):
        where = sa.text(condition)
        op.create_index(f"uq_{table}_holder", table, columns, unique=True, postgresql_where=where)


def _read_identities_anew(connection: Connection) -> None:
    of_nobody = as_values(settings().values_of_nobody, settings().default_region)
    last = None
    while rows := connection.execute(_IDENTITIES, {"last": last, "most": _CHUNK}).all():
        last = rows[-1].id
        ids = [row.id for row in rows if identity_of_nobody(row.system, row.external_id, of_nobody)]
        if ids:
            connection.execute(sa.text("UPDATE identities SET identifies = false WHERE id = ANY (:ids)"), {"ids": ids})


def _read_contact_points_anew(connection: Connection) -> None:
    last = None
    while rows := connection.execute(_CUSTOMERS, {"last": last, "most": _CHUNK}).all():
        last = rows[-1].id
        countries = {row.id: row.country or settings().default_region for row in rows}
        by_customer: dict[Any, list[Any]] = {}
        for point in connection.execute(_POINTS, {"ids": list(countries)}):
            by_customer.setdefault(point.customer_id, []).append(point)
        changed, doubles = [], []
        for customer_id, points in by_customer.items():
            same = _by_form(points, countries[customer_id])
            doubles += [point.id for alike in same.values() for point in alike[1:]]
            changed += [_merged(form, alike) for form, alike in same.items() if _is_changed(form, alike)]
        if doubles:
            connection.execute(sa.text("DELETE FROM contact_points WHERE id = ANY (:ids)"), {"ids": doubles})
        if changed:
            connection.execute(_CHANGE, changed)


def _by_form(points: list[Any], region: str) -> dict[tuple[str, Normalized], list[Any]]:
    """The contact points of a customer, those of one kind and form together."""
    of_nobody = as_values(settings().values_of_nobody, settings().default_region)
    same: dict[tuple[str, Normalized], list[Any]] = {}
    for point in points:
        try:
            form = normalize(ContactKind(point.kind), point.value, region, of_nobody)
        except NotAContact:  # it was one by the rules of before: what is stored is left as it is
            form = Normalized(point.normalized, point.extension)
        same.setdefault((point.kind, form), []).append(point)
    return same


def _is_changed(form: tuple[str, Normalized], points: list[Any]) -> bool:
    return len(points) > 1 or form[1] != (points[0].normalized, points[0].extension, points[0].identifies)


def _merged(form: tuple[str, Normalized], points: list[Any]) -> dict[str, Any]:
    first = points[0]
    return {
        "id": first.id,
        "kind": form[0],
        "normalized": form[1].value,
        "extension": form[1].extension,
        "identifies": form[1].identifies,
        "uses": [use for use in NumberUse if any(use in point.uses for point in points)],
        "label": next((point.label for point in points if point.label), None),
        "verified_at": next((point.verified_at for point in points if point.verified_at), None),
        "primary": any(point.primary for point in points),
        "invalid": all(point.invalid for point in points),
        "shared": any(point.shared for point in points),
    }


def _share_what_several_hold() -> None:
    exclusive = "NOT p.shared AND NOT p.invalid AND p.identifies AND c.archived_at IS NULL"
    op.execute(
        f"UPDATE contact_points p SET exclusive = {exclusive} FROM customers c "
        f"WHERE c.id = p.customer_id AND p.exclusive <> ({exclusive})"
    )
    op.execute(
        """
        UPDATE contact_points p SET shared = true, exclusive = false
        FROM (
            SELECT kind, normalized, extension FROM contact_points WHERE exclusive
            GROUP BY kind, normalized, extension HAVING count(*) > 1
        ) h
        WHERE (p.kind, p.normalized, p.extension) = (h.kind, h.normalized, h.extension) AND p.exclusive
        """
    )


_CUSTOMERS = sa.text(
    """
    SELECT c.id, (
        SELECT min(a.country) FROM addresses a
        WHERE a.customer_id = c.id AND a.country IS NOT NULL AND (a.primary OR NOT EXISTS (
            SELECT FROM addresses b WHERE b.customer_id = c.id AND b.primary AND b.country IS NOT NULL))
        HAVING count(DISTINCT a.country) = 1
    ) AS country
    FROM customers c WHERE CAST(:last AS uuid) IS NULL OR c.id > :last ORDER BY c.id LIMIT :most
    """
)
_POINTS = sa.text("SELECT * FROM contact_points WHERE customer_id = ANY (:ids) ORDER BY customer_id, position")
_IDENTITIES = sa.text(
    "SELECT id, system, external_id FROM identities WHERE CAST(:last AS uuid) IS NULL OR id > :last "
    "ORDER BY id LIMIT :most"
)
_CHANGE = sa.text(
    """
    UPDATE contact_points SET normalized = :normalized, extension = :extension, identifies = :identifies,
        uses = CAST(:uses AS text[]), label = :label, "primary" = :primary, verified_at = :verified_at,
        invalid = :invalid, shared = :shared
    WHERE id = :id
    """
)
