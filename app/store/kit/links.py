"""Records that follow others: finding them, giving them their customers, and locking what they refer to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from asyncpg import Record

from app.core.context import Context
from app.rules.kit.links import FOLLOWING_ONLY, LINKS, MOST_CANDIDATES, TABLES, Follower, Link
from app.store.kit import assigned_reasons as reasons
from app.store.kit import events
from app.store.kit.addresses import same_address


@dataclass(frozen=True, slots=True)
class Assignment:
    """A record gets another customer, or none."""

    id: UUID
    before: UUID | None
    customer_id: UUID | None
    origin_id: UUID | None = None
    """The record that the customer is taken from; None where they were named themselves."""
    reason: str | None = None
    by_link: bool = False
    """Whether it only goes where another record goes, or loses what it was linked to: nobody says whose it is not."""

    @property
    def is_claim(self) -> bool:
        """Whether nobody had it, or somebody says that it is whose it was by another record."""
        return self.before in (None, self.customer_id)

    @property
    def is_told(self) -> bool:
        """Whether somebody has said whose it is, or it is somebody else's than before."""
        return self.before != self.customer_id or not (self.by_link or self.origin_id is not None)

    @property
    def released_from(self) -> UUID | None:
        """The customer of whom somebody has said that it is not theirs."""
        is_said = not self.by_link and self.origin_id is None and self.before != self.customer_id
        return self.before if is_said else None


async def lock(ctx: Context, /, **ids: Iterable[UUID | None]) -> None:
    """Lock records, by noun, against changes of their customers: what is read of them stays true until the commit.

    Without ids, the database is not queried. Those that do not exist are left out. Others may share the lock, and would
    wait for each other if they changed the records: see `link_locks` for those that may be given a customer.
    """
    assert ids.keys() <= TABLES.keys(), "a noun that is not there would lock nothing"
    for noun, table in TABLES.items():
        if wanted := sorted({row_id for row_id in ids.get(noun, ()) if row_id is not None}):
            await ctx.db.execute(f"SELECT FROM {table} WHERE id = ANY ($1::uuid[]) ORDER BY id FOR SHARE", wanted)


async def followers(ctx: Context, noun: str, leader_ids: Sequence[UUID]) -> list[Follower]:
    """The records of this noun that are linked to any of these, locked in id order, with the customers of both."""
    return [Follower(*row) for row in await ctx.db.fetch(_FOLLOWERS[noun], sorted(leader_ids))]


async def assign_customers(ctx: Context, noun: str, assignments: Sequence[Assignment]) -> list[Record]:
    """Give records their customers, and their events with them; the rows as they are then, in the given order."""
    rows = await ctx.db.fetch(
        _ASSIGN[noun],
        [each.id for each in assignments],
        [each.customer_id for each in assignments],
        [each.origin_id for each in assignments],
        ctx.now,
        [each.released_from for each in assignments],
        [each.by_link for each in assignments],
    )
    by_id = {row["id"]: row for row in rows}
    await repoint(ctx, noun, assignments)
    return [by_id[each.id] for each in assignments]


async def repoint(ctx: Context, noun: str, assignments: Sequence[Assignment]) -> None:
    """Move the events of records to the timelines of their customers."""
    by_customer: dict[UUID | None, list[UUID]] = {}
    for each in assignments:
        by_customer.setdefault(each.customer_id, []).append(each.id)
    for customer_id, ids in by_customer.items():
        await events.repoint(ctx, noun, ids, customer_id)


async def already_told(ctx: Context, type_name: str, followers: Sequence[Follower]) -> set[tuple[UUID, UUID]]:
    """Of which followers, with their leaders, the last event of this type says the same of both customers."""
    rows = await ctx.db.fetch(
        _TOLD,
        type_name,
        [each.id for each in followers],
        [each.leader_id for each in followers],
        [each.leader_customer_id for each in followers],
        [each.customer_id for each in followers],
    )
    return {(row["id"], row["leader_id"]) for row in rows}


def has_followers(leader: str, *, of_others: bool = False) -> str:
    """SQL condition on the event `e` of a record: something is linked to it, with `of_others` of another customer."""
    return " OR ".join(_has_follower(link, of_others) for link in LINKS if link.leader == leader) or "false"


def links_changed(noun: str) -> str:
    """SQL condition on the event `e` of a changed record: it is linked to others, and has followers of others."""
    columns = {link.leader_column for link in LINKS if link.table == TABLES[noun] and link.follower_column == "id"}
    return f"{events.changed(columns)} AND ({has_followers(noun, of_others=True)})"


def joined(link: Link) -> str:
    """The follower `f` of the rows `k` of a link, in a FROM clause, for `is_excluded`."""
    return f"JOIN {TABLES[link.follower]} f ON f.id = k.{link.follower_column} "


def is_excluded(link: Link, customer_id: str) -> str:
    """SQL condition on the rows `k` of a link and `f` of its follower: this does not have the customer by the link.

    Somebody took it from them; or it is known who may be meant, they are not, and nobody has said so with the link.
    """
    conditions = [released_from("f", customer_id)] if link.follower in _TAKEN else []
    if (said := _SAID.get((link.follower, link.leader))) is not None:
        conditions.append(f"{_only_others(_MEANT, customer_id)} AND NOT {said}")
    return f"({' OR '.join(conditions) or 'false'})"


def is_answered_by_thread(q: str) -> str:
    """SQL condition on a row of an enquiry: something answers it by the thread alone; nobody has said that it does."""
    return f"({q}.answered_by_id IS NOT NULL AND {q}.named_answer_id IS DISTINCT FROM {q}.answered_by_id)"


def answers_by_thread(a: str, further: str = "true") -> str:
    """SQL condition on a row of interactions: it has its customer from an enquiry that it answers by the thread alone,
    and for which `further` holds as the row `asked`.
    """
    return (
        f"EXISTS (SELECT FROM interactions asked WHERE asked.id = {a}.customer_from_id "
        f"AND asked.answered_by_id = {a}.id AND {is_answered_by_thread('asked')} AND {further})"
    )


def is_about_by_thread(a: str, further: str = "true") -> str:
    """SQL condition on a row of interactions: it has its customer from a complaint that it is about by its thread
    alone, and `further` holds for the row `m` that says so.
    """
    return (
        f"EXISTS (SELECT FROM complaint_messages m WHERE m.interaction_id = {a}.id "
        f"AND m.complaint_id = {a}.customer_from_id AND NOT m.named AND {further})"
    )


def found_by_contact(record: str) -> str:
    """SQL condition on the row of a record with reasons: nobody has said whose it is, only its own address does."""
    decided = f"{record}.match_reasons->0"
    return (
        f"({record}.customer_from_id IS NULL AND {decided}->>'result' = 'found' AND {decided}->>'kind' <> 'id' "
        f"AND {decided}->>'customer_id' = {record}.customer_id::text)"
    )


def only_others(record: str, customer_id: str) -> str:
    """SQL condition on the row of a record with candidates: these are known, and this customer is none of them."""
    return _only_others(f"{record}.candidates", customer_id)


def released_from(record: str, customer_id: str) -> str:
    """SQL condition on the row of a record: somebody took it from this customer."""
    return f"({customer_id} IS NOT NULL AND {customer_id} = ANY ({record}.taken_from))"


def _only_others(candidates: str, customer_id: str) -> str:
    few = f"cardinality({candidates}) BETWEEN 1 AND {MOST_CANDIDATES - 1}"
    return f"({customer_id} IS NOT NULL AND {few} AND {customer_id} <> ALL ({candidates}))"


def _has_follower(link: Link, of_others: bool) -> str:
    found = f"SELECT FROM {link.table} k WHERE k.{link.leader_column} = e.subject_id"
    if not of_others:
        return f"EXISTS ({found} AND k.{link.follower_column} IS NOT NULL)"
    other = f"f.id = k.{link.follower_column} AND f.customer_id IS DISTINCT FROM e.customer_id"
    return f"EXISTS ({found} AND EXISTS (SELECT FROM {TABLES[link.follower]} f WHERE {other}))"


_MEANT = f"CASE WHEN f.customer_from_id IS NULL THEN f.candidates ELSE {reasons.found('f.match_reasons')} END"
"""SQL expression on the row `f` of a follower: who may be meant by its own keys, whatever it is linked to."""
_BY_COMPLAINANT = same_address("c.complainant->'contact'", "f.contact")
_SAID = {
    ("interaction", "complaint"): "EXISTS (SELECT FROM complaints c WHERE c.id = k.complaint_id "
    f"AND (c.interaction_id = k.interaction_id OR {_BY_COMPLAINANT}))",
    ("interaction", "interaction"): "((k.named_answer_id = f.id) IS TRUE "
    f"OR ({same_address('k.contact', 'f.contact')}) IS TRUE)",
}
"""SQL condition on the rows `k` of a link and `f` of a follower, by both nouns: it follows though its address is known
to be others', since somebody has named it, or the leader has the same address and its customer. It is `ambiguous` else.
"""
_OF_LATER_ONE = is_about_by_thread("f", "k.complaint_id < m.complaint_id")


def _yields(position: int, link: Link) -> str:
    """SQL condition on the row `f` of a follower: it has its customer by what says less than this link.

    Of a contact that is a thread alone, which makes it an answer, or about a later complaint. Others have it from what
    they would look at after this one; and of feedback, what it is about says more than its author's address.
    """
    if link.follower == "interaction":
        return f"({answers_by_thread('f')} OR {_OF_LATER_ONE})" if link.leader == "complaint" else "false"
    if link.follower == "invitation" or link.leader == "invitation":
        return "false"
    later = [
        f"EXISTS (SELECT FROM {each.table} y WHERE y.{each.follower_column} = f.id "
        f"AND y.{each.leader_column} = f.customer_from_id)"
        for each in LINKS[position + 1 :]
        if each.follower == link.follower and each.leader != "invitation"
    ]
    return " OR ".join([*later, *([found_by_contact("f")] if link.follower == "feedback" else [])]) or "false"


_TOLD = """
    SELECT f.id, f.leader_id
    FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[]) AS f(id, leader_id, leader_customer_id, customer_id)
    CROSS JOIN LATERAL (
        SELECT e.data->>'linked_customer_id' AS linked_customer_id, e.customer_id FROM events e
        WHERE e.subject_id = f.id AND e.type = $1 AND e.data->>'linked_id' = f.leader_id::text
        ORDER BY e.seq DESC LIMIT 1
    ) last
    WHERE last.linked_customer_id = f.leader_customer_id::text AND last.customer_id = f.customer_id
"""


def _pairs(link: Link, position: int) -> str:
    return (
        f"SELECT k.{link.follower_column} AS follower_id, {position} AS position, '{link.leader}' AS leader, "
        f"l.id AS leader_id, l.customer_id AS leader_customer_id, "
        f"{is_excluded(link, 'l.customer_id')} AS excludes_leader, "
        f"({_yields(position, link)}) AS yields, {str(link.follower != 'interaction').lower()} AS rebases "
        f"FROM {link.table} k JOIN {TABLES[link.leader]} l ON l.id = k.{link.leader_column} {joined(link)}"
        f"WHERE k.{link.leader_column} = ANY ($1::uuid[])"
    )


def _followers(noun: str) -> str:
    pairs = " UNION ALL ".join(_pairs(link, n) for n, link in enumerate(LINKS) if link.follower == noun)
    return (
        f"WITH pairs AS ({pairs}) "
        "SELECT f.id, f.customer_id, f.customer_from_id, "
        "p.leader, p.leader_id, p.leader_customer_id, p.excludes_leader, p.yields, p.rebases "
        f"FROM pairs p JOIN {TABLES[noun]} f ON f.id = p.follower_id WHERE {FOLLOWING_ONLY.get(noun, 'true')} "
        "ORDER BY f.id, p.position, p.leader_id FOR NO KEY UPDATE OF f"
    )


def _assign(noun: str) -> str:
    without = "array_remove(array_remove(t.taken_from, v.customer_id), v.released_from)"
    taken = f"taken_from = array_remove({without} || v.released_from, NULL), " if noun in _TAKEN else ""
    return (
        f"UPDATE {TABLES[noun]} t SET customer_id = v.customer_id, customer_from_id = v.origin_id, "
        f"{taken}{reasons.columns(noun)}version = t.version + 1, updated_at = $4 "
        "FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $5::uuid[], $6::bool[]) "
        "AS v(id, customer_id, origin_id, released_from, by_link) "
        "WHERE t.id = v.id RETURNING t.*"
    )


_TAKEN = {*reasons.CONTACTS, "complaint", "task"}
"""The nouns that somebody can take from a customer. Their tables have a column `taken_from`."""
FOLLOWERS = tuple(noun for noun in TABLES if any(link.follower == noun for link in LINKS))
"""The nouns that follow others. Their tables have a column `customer_from_id`."""
_FOLLOWERS = {noun: _followers(noun) for noun in FOLLOWERS}
_ASSIGN = {noun: _assign(noun) for noun in FOLLOWERS}
