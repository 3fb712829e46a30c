"""Pages of the customers who are found by words, at a cost that does not depend on how many there are.

Customers are numbered as they are created. The GIN index of their words also has the blocks of numbers that each is in:
a block of 512, the block of eight such blocks that it is in, and so on. So the newest customers with some words are
found by looking into blocks, from the newest and smallest to the oldest and largest, until there are enough: each look
reads the words of one range of numbers only, and finds at most some times as many as are wanted.

First come those who have, for each term, what means it best, newest first. Then come all others, in batches of the
newest: within a batch the best match is first.

Of words that many have but hardly anybody has together, all lists would have to be read. So a look ends after some
time, and what it has found is a page, even if that is not full: the next one goes on from there.
"""

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any, NamedTuple

from asyncpg import Record

from app.core.context import Context
from app.store.customers import word_sets
from app.store.customers.search import Matches, TermMatch
from app.store.customers.search_plan import Filters, Plan
from app.store.customers.search_statements import BATCH, BestShape, OthersShape, best_statement, others_statement
from app.store.customers.windows import RARE, Ahead, Rest, ahead, among, without_overlaps
from app.store.kit.listing import Listing

TIME = timedelta(milliseconds=20)
"""After so long, a look goes into no further window. The last one took about as long as those before together."""
LOOKS = 3
"""How many looks a page takes as long as it has nobody at all."""


class Position(NamedTuple):
    """After what a page begins."""

    below: int = 0
    """Of the numbers below this, or of all if it is 0."""
    others: int = 0
    """1 among those who do not match best; `below` is then where their batch begins."""
    score: int = 0
    number: int = 0
    """The last one of the batch that was answered."""
    end: int = 0
    """The batch has no lower numbers, since a look ended there."""


START = Position()


class _Look(NamedTuple):
    documents: list[tuple[str, Position]]
    """Each with the position after it."""
    onward: Position | None
    """Where to go on after all of them."""
    is_cut: bool = False
    """Whether its time was over."""


@dataclass(frozen=True)
class Search:
    customers: Listing
    matches: Matches
    filters: Filters

    @cached_property
    def plan(self) -> Plan:
        return Plan(self.matches, self.filters)

    async def page(self, ctx: Context, position: Position, limit: int) -> tuple[list[str], Position | None]:
        """At most so many documents, and the position after which the next page begins, if there may be one.

        Whether there are others is not looked up for a page that those fill who match best: they would all be ranked.
        """
        documents: list[tuple[str, Position]] = []
        onward: Position | None = position
        cuts = 0
        while onward and len(documents) <= limit and not (cuts and documents) and cuts < LOOKS:
            if len(documents) == limit and onward.others:
                break
            look = await self._look(ctx, onward, limit + 1 - len(documents))
            documents += look.documents
            onward = look.onward
            cuts += look.is_cut
        if len(documents) > limit:
            onward = documents[limit - 1][1]
        return [document for document, _ in documents[:limit]], onward

    async def _look(self, ctx: Context, position: Position, wanted: int) -> _Look:
        if position.others:
            return await self._batch(ctx, position, wanted)
        if position == START and self.plan.has_others and self.plan.are_few:
            return await self._all(ctx, wanted)
        return await self._best(ctx, position, wanted)

    async def _all(self, ctx: Context, wanted: int) -> _Look:
        """Those who match best and all others at once, if there are few of both; else the best of the newest."""
        below = self.matches.newest + 1
        way = ahead(below, is_all=not self.plan.has_parts, rest=self.plan.rest_of_others).if_rare
        found, batch = await self._rank(ctx, way, Position(below), wanted, with_best=True)
        lowest = batch["number"] if batch["ranked"] == BATCH else way.windows[batch["looked"] - 1].lowest
        best = [(row["json"], Position(row["number"])) for row in found if row["score"] is None]
        if lowest:
            return _Look(best, Position(lowest))
        others = [
            (row["json"], Position(below, 1, row["score"], row["number"])) for row in found if row["score"] is not None
        ]
        return _Look(best + others, None)

    async def _best(self, ctx: Context, position: Position, wanted: int) -> _Look:
        below = position.below or self.matches.newest + 1
        rest = self.plan.rest_of_best
        if rest is Rest.SETS and not self.plan.newest_have_most(wanted):
            documents, lowest = await self._best_by_sets(ctx, below, wanted)
        else:
            way = ahead(below, is_all=not position.below, rest=rest)
            documents, lowest, few = await self._find_best(ctx, way, below, wanted)
            if few and lowest and rest is Rest.SETS:
                more, lowest = await self._best_by_sets(ctx, lowest, wanted - len(documents))
                documents += more
        if lowest:
            return _Look(documents, Position(lowest), len(documents) < wanted)
        return _Look(documents, Position(others=1) if self.plan.has_others else None)

    async def _best_by_sets(self, ctx: Context, below: int, wanted: int) -> tuple[list[tuple[str, Position]], int]:
        """What is found, and the lowest number that was looked at. Sets are read further than to as many as are wanted
        if not all of these were hits.
        """
        documents: list[tuple[str, Position]] = []
        for told in (wanted, None):
            found = await word_sets.blocks_with(ctx, self.plan.words.items, below, told)
            end = 0 if found is None else found.lowest
            lowest = end
            if found is None or found.blocks:
                missing = wanted - len(documents)
                way = ahead(below) if found is None else among(found.blocks, below, missing, end)
                more, lowest, _ = await self._find_best(ctx, way, below, missing)
                documents += more
            if not end or lowest > end or len(documents) >= wanted:
                break
            below = lowest
        return documents, lowest

    async def _find_best(
        self, ctx: Context, way: Ahead, below: int, wanted: int
    ) -> tuple[list[tuple[str, Position]], int, bool]:
        """What is found, the lowest number that was looked at, and whether the way ended where it forks."""
        required, any_of, proofs = self.plan.words
        checked = self.plan.checked(self.plan.rest_of_best)
        required = [word for word in required if word not in checked]
        shape = BestShape(bool(required), len(any_of), len(proofs), bool(checked))
        *found, end = await ctx.db.fetch(
            best_statement(self.customers.columns, *self.filters.conditions(self.customers, after=8), shape),
            *way.arguments,
            TIME,
            below,
            wanted,
            *self.filters.arguments,
            *([required] if required else []),
            *([checked] if checked else []),
            *any_of,
            *proofs,
        )
        ended = end["looked"] == way.fork and end["had"] <= RARE and len(found) < wanted
        documents = [(row["json"], Position(row["number"])) for row in found]
        return documents, way.windows[end["looked"] - 1].lowest, ended

    async def _batch(self, ctx: Context, position: Position, wanted: int) -> _Look:
        """What is left of a batch."""
        below = position.below or self.matches.newest + 1
        way = await self._windows_of_others(ctx, position, below)
        if way is None:
            return _Look([], None)
        if position.number:  # what the batch has was decided when it was begun
            way = way._replace(sure=len(way.windows))
        found, batch = await self._rank(ctx, way, position._replace(below=below), wanted)
        is_full = batch["ranked"] == BATCH
        lowest = way.windows[batch["looked"] - 1].lowest
        is_cut = not is_full and lowest > position.end
        end = lowest if is_cut else position.end
        documents = [(row["json"], Position(below, 1, row["score"], row["number"], end)) for row in found]
        if is_full:
            return _Look(documents, Position(batch["number"], 1))
        return _Look(documents, Position(end, 1) if end else None, is_cut)

    async def _windows_of_others(self, ctx: Context, position: Position, below: int) -> Ahead | None:
        """None if sets tell that there are none."""
        if position.end:
            return ahead(below, position.end)
        rest = self.plan.rest_of_others
        if rest is Rest.SETS:
            rest, blocks = Rest.WINDOWS, None if position.below else await self._blocks_of_others(ctx, below)
            if blocks is not None:
                return among(blocks, below, BATCH) if blocks else None
        return ahead(below, is_all=not (position.below or self.plan.has_parts), rest=rest)

    async def _blocks_of_others(self, ctx: Context, below: int) -> list[int] | None:
        """Where those may be who have a word of each term, if there are not too many: a frequent one of each, or a rare
        one of some.
        """
        words = [list(term.scores) for term in self.matches.terms]
        frequent = [[word for word in each if word in self.matches.frequent] for each in words]
        rare = [word for each in words for word in each if word not in self.matches.frequent]
        required = list(self.filters.required)
        if (by_rare := await word_sets.blocks_with_rare(ctx, rare, required)) is None:
            return None
        by_sets = await word_sets.blocks_with(ctx, [*([word] for word in required), *frequent], below)
        return None if by_sets is None else without_overlaps([*by_sets.blocks, *by_rare])

    async def _rank(
        self, ctx: Context, way: Ahead, position: Position, wanted: int, *, with_best: bool = False
    ) -> tuple[list[Record], Record]:
        """What is found after a position, the best match first, and of how many, down to which number."""
        ordered = sorted(self.matches.terms, key=lambda term: bool(term.all_of))
        with_parts = sum(bool(term.all_of) for term in ordered)
        checked = self.plan.checked(self.plan.rest_of_others)
        required = [word for word in self.filters.required if word not in checked]
        are_equal = self.plan.others_are_equal and not with_best
        shape = OthersShape(bool(required), len(ordered) - with_parts, with_parts, with_best, bool(checked), are_equal)
        *found, batch = await ctx.db.fetch(
            others_statement(self.customers.columns, *self.filters.conditions(self.customers, after=10), shape),
            *way.arguments,
            TIME,
            position.below,
            wanted,
            position.score if position.number else None,
            position.number,
            *self.filters.arguments,
            *([required] if required else []),
            *([checked] if checked else []),
            *(argument for term in ordered for argument in _arguments(term, with_best=with_best)),
        )
        return found, batch


def _arguments(term: TermMatch, *, with_best: bool) -> list[Any]:
    """In the order of `others_statement`, which looks for those who do not match best unless it is `with_best`."""
    words = list(term.scores)
    arguments = [words, [_whole(score) for score in term.scores.values()], term.best]
    if not with_best:
        arguments.append(term.others)
    if term.all_of:
        plain = [word for word in words if word not in term.proven]
        best_all, other_all = (term.all_of, None) if term.best_is_all else (None, term.all_of)
        arguments += [plain, term.all_of, best_all, _whole(term.all_score), term.proof or ["%"]]
        if not with_best:
            arguments.append(other_all)
    return arguments


def _whole(score: float) -> int:
    """Whole numbers have the same sum in any order."""
    return round(score * 10_000)
