"""What `match` and its reasons become when records get other customers, as SQL.

Of complaints, `services.customers.reassignment` says the same.
"""

from app.rules.kit.links import MOST_CANDIDATES

CONTACTS = {"interaction": "t.contact", "feedback": "t.author->'contact'"}
"""Who records of a noun say it was, as an SQL expression on their row `t`."""


def columns(noun: str) -> str:
    """What `match` and its reasons become, for nouns that have them; of complaints, their service sets them."""
    if (contact := CONTACTS.get(noun)) is None:
        return ""
    linked, claimed, released, taken = (
        f"jsonb_build_array(jsonb_build_object({reason}))"
        for reason in (
            "'kind', 'record', 'value', v.origin_id, 'customer_id', v.customer_id, 'result', 'linked'",
            "'kind', 'id', 'value', v.customer_id, 'customer_id', v.customer_id, 'result', 'claimed'",
            f"'kind', {contact}->>'kind', 'value', {contact}->>'value', 'customer_id', v.released_from, "
            "'result', 'released'",
            "'kind', 'id', 'value', v.released_from, 'customer_id', v.released_from, 'result', 'released'",
        )
    )
    names_somebody = f"{contact}->>'value' IS NOT NULL"
    is_others = "(r->>'customer_id')::uuid IS DISTINCT FROM v.released_from"
    own = _reasons(f"r->>'result' IN ('found', 'unknown', 'of_nobody') AND ({is_others} OR v.released_from IS NULL)")
    """What its own keys led to, which counts again when it is not linked or claimed any more."""
    others = _reasons(f"r->>'result' = 'found' AND {is_others}")
    released_before = _reasons(
        "r->>'result' = 'released' AND (r->>'customer_id')::uuid IS DISTINCT FROM v.customer_id "
        f"AND r->>'customer_id' IS NOT NULL AND {is_others}"
    )
    is_taken = f"{released_before} <> '[]'"
    meant = found(own)
    return (
        "match = CASE WHEN v.customer_id IS NOT NULL THEN 'matched' "
        f"WHEN cardinality({meant}) > 0 THEN 'ambiguous' "
        f"WHEN {names_somebody} OR v.released_from IS NOT NULL OR {own} <> '[]' OR {is_taken} THEN 'unmatched' "
        "ELSE 'anonymous' END, "
        f"candidates = CASE WHEN v.customer_id IS NULL THEN {meant} ELSE '{{}}' END, "
        f"match_reasons = CASE WHEN v.origin_id IS NOT NULL THEN {linked} || {own} "
        f"WHEN v.customer_id IS NOT NULL AND v.by_link THEN {own} "
        f"WHEN v.customer_id IS NOT NULL AND v.released_from IS NOT NULL THEN {claimed} || {taken} || {own} "
        f"WHEN v.customer_id IS NOT NULL THEN {claimed} || {own} "
        f"WHEN v.released_from IS NOT NULL AND {names_somebody} THEN {others} || {released} "
        f"WHEN v.released_from IS NOT NULL THEN {others} || {taken} "
        f"WHEN {own} <> '[]' THEN {own} "
        f"WHEN {names_somebody} AND NOT {is_taken} THEN {released} ELSE '[]' END || {released_before}, "
    )


def _reasons(condition: str) -> str:
    """SQL expression on the row `t`: those of its reasons `r` for which this holds."""
    return f"(SELECT coalesce(jsonb_agg(r), '[]') FROM jsonb_array_elements(t.match_reasons) r WHERE {condition})"


def found(reasons: str) -> str:
    """SQL expression: the customers who have a key by these reasons, as an array. There are at most 20 of them."""
    customer_id = "(r->>'customer_id')::uuid"
    found = f"SELECT DISTINCT {customer_id} FROM jsonb_array_elements({reasons}) r WHERE r->>'result' = 'found'"
    return f"ARRAY({found} ORDER BY 1 LIMIT {MOST_CANDIDATES})"
