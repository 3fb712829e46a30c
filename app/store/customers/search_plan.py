"""How those are looked for who have words: what has to be where, and what tells where to look."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from app.store.customers.search import Matches
from app.store.customers.windows import NEWEST, Rest
from app.store.kit import listing
from app.store.kit.listing import Listing

_FEW_WORDS = 8
"""What means any of more words than so many is not looked for as something rare: each of them takes a look."""


@dataclass(frozen=True, slots=True)
class Filters:
    asked: listing.Filters
    arguments: list[Any]
    required: Sequence[str]
    """Words that customers have for whom the filters hold."""

    def conditions(self, customers: Listing, after: int) -> tuple[tuple[str, ...], int]:
        """Their parameters are those that follow the number `after`; the number of the last one."""
        return tuple(customers.conditions(self.asked, after)), after + len(self.arguments)


class Words(NamedTuple):
    """Of those who match best."""

    required: list[str]
    any_of: list[list[str]]
    """One of each."""
    proofs: list[list[str]]

    @property
    def items(self) -> list[list[str]]:
        """They have a word of each."""
        return [*([word] for word in self.required), *self.any_of]


@dataclass(frozen=True)
class Plan:
    matches: Matches
    filters: Filters

    def checked(self, rest: Rest) -> list[str]:
        """Words of filters that many have, where rare words lead to those who are asked for them."""
        leads = rest in (Rest.RARE, Rest.RARE_TOGETHER)
        return [word for word in self.filters.required if word in self.matches.frequent] if leads else []

    @cached_property
    def words(self) -> Words:
        required, any_of, proofs = list(self.filters.required), [], []
        for term in self.matches.terms:
            if term.best_is_all:
                required += term.all_of
                proofs += [term.proof] if term.proof else []
            elif len(term.best) == 1:
                required += term.best
            else:
                any_of.append(term.best)
        return Words(required, any_of, proofs)

    @cached_property
    def rest_of_best(self) -> Rest:
        items = self.words.items
        if not self.matches.has_sets:
            return Rest.WINDOWS
        if self._has_rare(words for words in items if len(words) <= _FEW_WORDS):
            looked_up = len(items) - len(self.checked(Rest.RARE))
            return Rest.RARE_TOGETHER if looked_up > 1 else Rest.RARE
        return Rest.SETS if len(items) > 1 else Rest.WINDOWS

    def newest_have_most(self, wanted: int) -> bool:
        """Whether the newest customers probably have as many who match best as are wanted, so that sets need not tell
        where these are: if those who have one word are as likely as others to have the next one.
        """
        expected = float(NEWEST)
        for words in self.words.items:
            expected *= sum(self.matches.frequent.get(word, 0) for word in words)
        return expected >= wanted

    @cached_property
    def rest_of_others(self) -> Rest:
        """Rare are also those of whom each has, for one term, a word that is rare and not the best."""
        terms = self.matches.terms
        others = [
            words
            for term in terms
            for words in (term.others, *([word] for word in term.all_of if not term.best_is_all))
            if words
        ]
        items = [*([word] for word in self.filters.required), *(list(term.scores) for term in terms if not term.all_of)]
        if not self.matches.has_sets:
            return Rest.WINDOWS
        if self._has_rare(items) or all(map(self.matches.are_rare, others)):
            if self.has_parts:
                return Rest.RARE_PARTS
            return Rest.RARE_TOGETHER if self.others_are_equal else Rest.RARE
        return Rest.SETS if self.filters.required and not self.has_parts else Rest.WINDOWS

    @cached_property
    def others_are_equal(self) -> bool:
        """Whether all who do not match best match equally well."""
        first, *more = self.matches.terms
        return not (more or first.all_of) and len({first.scores[word] for word in first.others}) == 1

    @cached_property
    def are_few(self) -> bool:
        """Whether hardly anybody may be meant: a term is of few, in few words that are rare."""
        if sum(bool(term.all_of) for term in self.matches.terms) > 1:  # each makes twice as many ways to be looked for
            return False
        few = (term for term in self.matches.terms if term.term.is_of_few and len(term.all_of) <= 1)
        items = ([*term.scores, *term.all_of] for term in few)
        return self.matches.has_sets and self._has_rare(words for words in items if len(words) <= _FEW_WORDS)

    @cached_property
    def has_parts(self) -> bool:
        return any(term.all_of for term in self.matches.terms)

    @cached_property
    def has_others(self) -> bool:
        return any(term.others or (term.all_of and not term.best_is_all) for term in self.matches.terms)

    def _has_rare(self, items: Iterable[Sequence[str]]) -> bool:
        return any(map(self.matches.are_rare, items))
