"""The buyers of receipts: found by `Resolver` or by what they return, created if unknown, left open if ambiguous.

A receipt that may create its buyer may also teach: keys of it that nobody has become those of the customer who was
found by the others. The policy of its source may forbid either.
"""

from collections.abc import Collection, Iterable, Sequence
from enum import IntEnum
from uuid import UUID

from app.core.context import Context
from app.core.ids import new_id
from app.rules.customers import Key, Match, ReasonResult, SourcePolicy
from app.rules.kit import moments
from app.rules.sales.buyers import buyer_among, buyer_of_return
from app.rules.sales.receipts import MatchedBy, OnUnknownCustomer, SaleKind
from app.schemas.customers import ContactPointNew, CustomerNew, IdentityNew
from app.schemas.sales.sales import BuyerNew, SaleNew
from app.services import customers
from app.services.customers import (
    CustomerDraft,
    CustomerReference,
    EnteredKey,
    Excluded,
    Lesson,
    Policies,
    Reason,
    Resolver,
    draft_customer,
    reason,
    under,
)
from app.services.sales.receipts import ReceiptDraft


def buyer_reference(buyer: BuyerNew | None, policies: Policies, source: str) -> CustomerReference:
    """A till and the system of its cards are two sources: what is nobody's for either is nobody's."""
    if buyer is None:
        return CustomerReference()
    of_nobody = policies.of(buyer.identity.system).of_nobody if buyer.identity else frozenset()
    return CustomerReference.by_keys(buyer, buyer.name, policies.of(source), of_nobody)


class Effect(IntEnum):
    """What a receipt may do beside finding its buyer."""

    NONE = 0
    TEACH = 1
    CREATE = 2
    """And teach."""


class Buyers:
    """The buyers of the receipts of one batch, including those who are created for it."""

    def __init__(self, ctx: Context, resolver: Resolver, on_unknown: OnUnknownCustomer) -> None:
        self._ctx, self._resolver = ctx, resolver
        self._effect = Effect.CREATE if on_unknown is OnUnknownCustomer.CREATE else Effect.NONE
        self.created: list[CustomerDraft] = []
        self._taught: list[tuple[ReceiptDraft, Lesson]] = []
        self._learnt: set[Key] = set()

    @property
    def lessons(self) -> list[Lesson]:
        return [lesson for _, lesson in self._taught]

    def is_unsure(self, n: int) -> bool:
        """Whether the n-th receipt names an id beside a key that somebody has just learnt: whether they have another id
        there was not read, as nothing said that they might be meant.
        """
        keys = [entered.key for entered in self._resolver.usable_keys(n)]
        return any(key[0] == "identity" for key in keys) and not self._learnt.isdisjoint(keys)

    def tell_what_was_learnt(self) -> None:
        """Once the lessons are written: an archived customer has learnt nothing."""
        for receipt, lesson in self._taught:
            learnt = {(key.kind, key.value) for key in lesson.learnt}
            receipt.match_reasons = known_now(receipt.match_reasons, lesson.customer_id, ReasonResult.LEARNT, learnt)

    def resolve(
        self,
        n: int,
        receipt: ReceiptDraft,
        returned_from: Collection[UUID] = (),
        awaited: tuple[str, str] | None = None,
        excluded: Excluded | None = None,
        of_others: Excluded | None = None,
        of_same: Excluded | None = None,
        at_most: Effect = Effect.CREATE,
    ) -> None:
        """Set the buyer of the n-th receipt; `returned_from` are the buyers of the receipts that it returns.

        `awaited` is one that it returns and that is not known. Who only brings something back is not created: it is
        theirs whose the other receipt is, or becomes. Who is `excluded` is not its buyer: `of_others` if somebody
        else than its pupil is meant so, `of_same` if not.
        """
        if of_others is not None and self._resolver.resolve(n, of_others).customer_id not in (None, of_others.pupil):
            excluded = of_others
        elif of_same is not None:
            excluded = of_same
        effect = min(self._effect, at_most)
        if excluded is None:
            self._resolve(n, receipt, returned_from, awaited, effect)
            return
        self._resolve(n, receipt, set(returned_from).difference(excluded.customers), awaited, effect, excluded)
        if receipt.customer_id is not None or not excluded.customers:
            return
        last = excluded.customers[-1]
        if not customers.is_released_from(receipt.match_reasons, last):
            receipt.match_reasons = (*receipt.match_reasons, *released_reasons((), last))
            if receipt.match is Match.ANONYMOUS:
                receipt.match = Match.UNMATCHED

    def _resolve(
        self,
        n: int,
        receipt: ReceiptDraft,
        returned_from: Collection[UUID],
        awaited: tuple[str, str] | None,
        effect: Effect,
        excluded: Excluded | None = None,
    ) -> None:
        resolution = self._resolver.resolve(n, excluded)
        # All of them: the transaction may run again, and find somebody else.
        receipt.customer_id, receipt.match, receipt.matched_by, receipt.candidates, receipt.match_reasons = (
            resolution.customer_id,
            resolution.match,
            None,
            resolution.candidates,
            resolution.reasons,
        )
        receipt.is_found = resolution.customer_id is not None
        buyer, policy = receipt.new.customer, receipt.policy
        if resolution.customer_id is not None:
            receipt.matched_by = MatchedBy(str(resolution.reasons[0]["kind"]))
            if effect >= Effect.TEACH and resolution.certain:
                self._teach(n, resolution.customer_id, receipt, excluded)
        elif (one := buyer_among(returned_from, resolution.candidates)) is not None:
            receipt.customer_id, receipt.match, receipt.matched_by, receipt.candidates = one
        elif resolution.match is Match.AMBIGUOUS:
            return
        elif returned_from:
            found = buyer_of_return(returned_from, names_somebody=resolution.match is Match.UNMATCHED)
            receipt.customer_id, receipt.match, receipt.matched_by, receipt.candidates = found
        elif excluded is not None and self._resolver.names_excluded(n, excluded):
            return
        elif effect is Effect.CREATE and buyer is not None and (keys := self._resolver.usable_keys(n)):
            if receipt.kind is SaleKind.RETURN and receipt.returns:
                if awaited is not None:
                    waits = reason("record", ":".join(awaited), ReasonResult.AWAITS_SALE)
                    receipt.match_reasons = (*resolution.reasons, waits)
                return
            if not policy.may_create:
                forbidden = reason("source", receipt.new.source, ReasonResult.MAY_NOT_CREATE)
                receipt.match_reasons = (*resolution.reasons, forbidden)
                return
            receipt.customer_id, receipt.match = self._create(keys, buyer, policy, receipt.new), Match.MATCHED
            receipt.matched_by = MatchedBy(keys[0].kind)
            with_keys = {(key.kind, key.value) for key in keys}
            receipt.match_reasons = known_now(resolution.reasons, receipt.customer_id, ReasonResult.CREATED, with_keys)

    def _teach(self, n: int, customer_id: UUID, receipt: ReceiptDraft, excluded: Excluded | None) -> None:
        if not (unknown := self._resolver.unknown_keys(n, excluded)):
            return
        if not receipt.policy.may_teach:
            forbidden = reason("source", receipt.new.source, ReasonResult.MAY_NOT_TEACH)
            receipt.match_reasons = (*receipt.match_reasons, forbidden)
            return
        self._taught.append((receipt, Lesson(customer_id, unknown, "sale", *receipt.key)))
        self._resolver.add_known(customer_id, unknown)
        self._learnt |= {entered.key for entered in unknown if entered.key[0] != "identity"}

    def _create(self, keys: Sequence[EnteredKey], buyer: BuyerNew, policy: SourcePolicy, receipt: SaleNew) -> UUID:
        new = CustomerNew(
            display_name=buyer.name,
            identities=[IdentityNew(system=key[1], external_id=key[2]) for key, *_ in keys if key[0] == "identity"],
            contact_points=[
                ContactPointNew.model_validate({"kind": entered.kind, "value": entered.value, "primary": True})
                for entered in keys
                if entered.key[0] == "contact_point"
            ],
        )
        created = draft_customer(
            under(self._ctx, policy),
            new_id(),
            new,
            created_by_source=receipt.source,
            first_seen_at=None if moments.is_of_no_clock(receipt.occurred_at) else receipt.occurred_at,
        )
        self.created.append(created)
        self._resolver.add_known(created.id, keys)
        return created.id


def released_reasons(keys: Iterable[tuple[str, str]], taken_from: UUID | None) -> list[Reason]:
    """Why a receipt has no customer any more: the kinds and values of its keys, or else whom it was taken from."""
    by_id = [] if taken_from is None else [("id", str(taken_from))]
    return [reason(kind, value, ReasonResult.RELEASED, taken_from) for kind, value in list(keys) or by_id]


def known_now(
    reasons: Sequence[Reason], customer_id: UUID, result: ReasonResult, keys: Collection[tuple[str, str]]
) -> list[Reason]:
    """These keys, which nobody had, are the customer's."""
    return [
        {**each, "customer_id": str(customer_id), "result": result.value}
        if each["result"] == ReasonResult.UNKNOWN and (each["kind"], each["value"]) in keys
        else each
        for each in reasons
    ]
