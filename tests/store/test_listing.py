"""Lists do what their queries offer: one that would ignore a parameter cannot be defined."""

from typing import Any, Literal

import pytest

from app.rules.interactions.tasks import TaskStatus
from app.schemas.kit.types import PageQuery
from app.schemas.sales.sites import Site, SiteQuery
from app.schemas.visits.scorecards import Scorecard, ScorecardNew, ScorecardVersion
from app.store.kit.listing import Listing
from app.store.kit.simple_resources import SimpleTable
from app.store.kit.versioned import BY_CREATION, VersionedTable


class Query(PageQuery):
    owner: str | None = None
    status: TaskStatus | None = None
    open: bool | None = None
    late: Literal["no", "yes"] = "no"
    due: str | None = None
    sort: Literal["due_at", "-due_at", "created_at"] = "due_at"


class UnsortedQuery(PageQuery):
    pass


class FreelySortedQuery(PageQuery):
    sort: str = "created_at"


class PlaceQuery(SiteQuery):
    opened_since: str | None = None


FILTERS: dict[str, Any] = {
    "owner": "t.owner = {}",
    "status": {status: f"t.status = '{status}'" for status in TaskStatus},
    "open": {True: "t.status = 'open'", False: "t.status <> 'open'"},
    "late": {"no": "true", "yes": "t.late"},
    "due_until": "t.due_at < {}",
}
SORTS = {"due_at": ("t.due_at", "timestamptz"), "created_at": ("t.created_at", "timestamptz")}


def listing(query: type[PageQuery] = Query, **changed: Any) -> Listing:
    definition = {"filters": FILTERS, "sorts": SORTS, "handled": frozenset({"due"}), **changed}
    return Listing("tasks", "t.id", "tasks", "t", query, **definition)


def without(name: str) -> dict[str, Any]:
    return {other: condition for other, condition in FILTERS.items() if other != name}


def test_a_list_that_does_what_its_query_offers() -> None:
    listing()


@pytest.mark.parametrize(
    ("changed", "difference"),
    [
        ({"filters": without("owner")}, "owner"),
        ({"handled": frozenset()}, "due"),
        ({"handled": frozenset({"due", "awake"})}, "awake"),
        ({"filters": {**FILTERS, "open": {True: "t.status = 'open'"}}}, "open=False"),
        ({"filters": {**FILTERS, "late": {"yes": "t.late"}}}, "late=no"),
        (
            {"filters": {**FILTERS, "status": dict.fromkeys((TaskStatus.OPEN, TaskStatus.COMPLETED), "true")}},
            "status=cancelled",
        ),
        ({"sorts": {"due_at": SORTS["due_at"]}}, "sort=created_at"),
        ({"order": "-score"}, "sort=-score"),
    ],
)
def test_one_that_does_not_cannot_be_defined(changed: dict[str, Any], difference: str) -> None:
    with pytest.raises(TypeError, match=f"^The list tasks and Query differ in {difference}$"):
        listing(**changed)


@pytest.mark.parametrize("query", [UnsortedQuery, FreelySortedQuery])
def test_a_query_without_sorts_needs_an_order(query: type[PageQuery]) -> None:
    with pytest.raises(TypeError, match="sort="):
        listing(query, handled=frozenset())
    listing(query, handled=frozenset(), order="-due_at")


def test_tables_define_their_lists_alike() -> None:
    with pytest.raises(KeyError, match="opened_since"):
        SimpleTable("place", "sites", Site, PlaceQuery, key="code", title="name")
    schemas = (ScorecardNew, Scorecard, ScorecardVersion)
    with pytest.raises(TypeError, match=r"differ in code, sort=-code, sort=code$"):
        VersionedTable("scorecard", "scorecards", "code", *schemas, SiteQuery, {}, BY_CREATION)


async def test_a_page_is_asked_for_by_the_query_of_the_list() -> None:
    context: Any = None
    with pytest.raises(TypeError, match="takes Query, not UnsortedQuery"):
        await listing().page(context, UnsortedQuery())


async def test_further_filters_are_those_of_the_list() -> None:
    context: Any = None
    with pytest.raises(KeyError, match="due_untl"):
        await listing().page(context, Query(), {"due_untl": "2026-03-02"})
