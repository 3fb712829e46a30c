"""The buyers of receipts: found by `Resolver` or by what they return, created if unknown, left open if ambiguous.

A receipt that may create its buyer may also teach: keys of it that nobody has become those of the customer who was
found by the others.
"""

from collections.abc import Collection, Sequence
from uuid import UUID

from app.core.context import Context
from app.core.ids import new_id
from app.rules.customers import ContactKind, Match
from app.rules.sales.buyers import buyer_of_return
from app.rules.sales.receipts import MatchedBy, OnUnknownCustomer
from app.schemas.customers import ContactPointNew, CustomerNew, IdentityNew
from app.schemas.sales.sales import BuyerNew, SaleNew
from app.services.customers import (
    CustomerDraft,
    CustomerReference,
    EnteredKey,
    Lesson,
    Resolver,
    draft_customer,
)
from app.services.sales.receipts import ReceiptDraft


def buyer_reference(buyer: BuyerNew | None) -> CustomerReference:
    if buyer is None:
        return CustomerReference()
    identity = (buyer.identity.system, buyer.identity.external_id) if buyer.identity else None
    contacts = [(ContactKind.PHONE, buyer.phone), (ContactKind.EMAIL, buyer.email)]
    entered = tuple((kind, value) for kind, value in contacts if value is not None)
    return CustomerReference(buyer.id, identity, entered, buyer.name)


class Buyers:
    """The buyers of the receipts of one batch, including those who are created for it."""

    def __init__(self, ctx: Context, resolver: Resolver, on_unknown: OnUnknownCustomer) -> None:
        self._ctx, self._resolver = ctx, resolver
        self._may_teach = on_unknown is OnUnknownCustomer.CREATE
        self.created: list[CustomerDraft] = []
        self.lessons: list[Lesson] = []

    def assign(self, n: int, receipt: ReceiptDraft, returned_from: Collection[UUID] = ()) -> None:
        """Set the buyer of the n-th receipt; `returned_from` are the buyers of the receipts that it returns."""
        resolution = self._resolver.resolve(n)
        receipt.customer_id, receipt.match, receipt.candidates, receipt.match_reasons = (
            resolution.customer_id,
            resolution.match,
            resolution.candidates,
            resolution.reasons,
        )
        buyer = receipt.new.customer
        if resolution.customer_id is not None:
            receipt.matched_by = MatchedBy(resolution.reasons[0]["kind"])
            if self._may_teach and resolution.certain:
                self._teach(n, resolution.customer_id, receipt)
        elif resolution.match is Match.AMBIGUOUS:
            return
        elif returned_from:
            found = buyer_of_return(returned_from, names_buyer=resolution.match is Match.UNMATCHED)
            receipt.customer_id, receipt.match, receipt.matched_by, receipt.candidates = found
        elif self._may_teach and buyer is not None and (keys := self._resolver.usable_keys(n)):
            receipt.customer_id, receipt.match = self._create(keys, buyer, receipt.new), Match.MATCHED
            receipt.matched_by = MatchedBy(keys[0].kind)

    def _teach(self, n: int, customer_id: UUID, receipt: ReceiptDraft) -> None:
        if unknown := self._resolver.unknown_keys(n):
            self.lessons.append(Lesson(customer_id, unknown, "sale", *receipt.key))
            self._resolver.add_known(customer_id, unknown)

    def _create(self, keys: Sequence[EnteredKey], buyer: BuyerNew, receipt: SaleNew) -> UUID:
        new = CustomerNew(
            display_name=buyer.name,
            identities=[IdentityNew(system=key[1], external_id=key[2]) for key, *_ in keys if key[0] == "identity"],
            contact_points=[
                ContactPointNew.model_validate({"kind": entered.kind, "value": entered.value, "primary": True})
                for entered in keys
                if entered.key[0] == "contact_point"
            ],
            acquisition_source=receipt.source,
        )
        created = draft_customer(self._ctx, new_id(), new, receipt.occurred_at)
        self.created.append(created)
        self._resolver.add_known(created.id, keys)
        return created.id
