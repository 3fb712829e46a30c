"""Links between records: no table forgets to say whether it follows, and no link is looked for without an index."""

from uuid import UUID

import pytest

from app.models import metadata
from app.rules.kit.links import EXCEPTIONS, LINKS, TABLES, Follower, Link
from app.store.kit import links


def linking_columns() -> set[tuple[str, str]]:
    """The foreign keys by which rows that belong to a customer refer to others that do: table and column."""
    owned = {name for name, table in metadata.tables.items() if "customer_id" in table.columns}
    return {
        (table.name, key.parent.name)
        for table in metadata.tables.values()
        if table.name in owned
        for key in table.foreign_keys
        if key.column.table.name in owned and key.column.name == "id"
    }


def test_every_link_is_followed_or_excepted() -> None:
    followed = {(link.table, column) for link in LINKS for column in (link.follower_column, link.leader_column)}
    undeclared = linking_columns() - followed - EXCEPTIONS.keys()
    assert not undeclared, f"app/rules/kit/links.py does not say whether these are followed: {sorted(undeclared)}"


def test_nothing_is_declared_that_is_not_there() -> None:
    for link in LINKS:
        columns = metadata.tables[link.table].columns
        assert {link.follower_column, link.leader_column} <= set(columns.keys())
    assert EXCEPTIONS.keys() <= linking_columns()
    assert all("customer_from_id" in metadata.tables[TABLES[noun]].columns for noun in links.FOLLOWERS)


@pytest.mark.parametrize("link", LINKS, ids=lambda link: f"{link.table}.{link.leader_column}")
def test_followers_and_leaders_are_found_by_an_index(link: Link) -> None:
    table = metadata.tables[link.table]
    first = {next(iter(index.columns)).name for index in table.indexes} | {next(iter(table.primary_key)).name}
    assert {link.leader_column, link.follower_column} <= first


class TestFollowing:
    ada, bo, sale, other = (UUID(int=n) for n in range(1, 5))

    def follower(self, customer: object, origin: object, leader_customer: object) -> Follower:
        record = UUID(int=9)
        return Follower(record, customer, origin, "sale", self.sale, leader_customer)  # type: ignore[arg-type]

    def test_takes_a_customer_where_it_has_none(self) -> None:
        assert self.follower(None, None, self.ada).follows
        assert not self.follower(None, None, None).follows

    def test_goes_where_its_origin_goes(self) -> None:
        assert self.follower(self.ada, self.sale, self.bo).follows
        assert self.follower(self.ada, self.sale, None).follows

    def test_keeps_its_own_customer_and_says_so(self) -> None:
        own = self.follower(self.ada, None, self.bo)
        assert (own.follows, own.contradicts) == (False, True)
        elsewhere = self.follower(self.ada, self.other, self.bo)
        assert (elsewhere.follows, elsewhere.contradicts) == (False, True)

    def test_keeps_its_own_customer_when_the_other_is_released(self) -> None:
        own = self.follower(self.ada, None, None)
        assert (own.follows, own.contradicts) == (False, False)
