"""The buyers of receipts: found by `Resolver` or by what they return, created if unknown, left open if ambiguous."""

from collections.abc import Collection
from uuid import UUID

from app.core.context import Context
from app.core.ids import new_id
from app.rules.customers import ContactKind, Match
from app.rules.sales.buyers import buyer_of_return
from app.rules.sales.receipts import MatchedBy, OnUnknownCustomer
from app.schemas.customers import ContactPointNew, CustomerNew
from app.schemas.sales.sales import BuyerNew
from app.services.customers import CustomerDraft, CustomerReference, Resolver, draft_customer
from app.services.sales.receipts import ReceiptDraft


def buyer_reference(buyer: BuyerNew | None) -> CustomerReference:
    """The most specific key first: identity, phone number, e-mail address."""
    if buyer is None:
        return CustomerReference()
    identity = (buyer.identity.system, buyer.identity.external_id) if buyer.identity else None
    contacts = [(ContactKind.PHONE, buyer.phone), (ContactKind.EMAIL, buyer.email)]
    entered = tuple((kind, value) for kind, value in contacts if value is not None)
    return CustomerReference(buyer.id, identity, entered, buyer.name)


class Buyers:
    """The buyers of the receipts of one batch, including those who are created for it."""

    def __init__(self, ctx: Context, resolver: Resolver, on_unknown: OnUnknownCustomer) -> None:
        self._ctx, self._resolver, self._on_unknown = ctx, resolver, on_unknown
        self.created: list[CustomerDraft] = []

    def assign(self, n: int, receipt: ReceiptDraft, returned_from: Collection[UUID] = ()) -> None:
        """Set the buyer of the n-th receipt; `returned_from` are the buyers of the receipts that it returns."""
        resolution = self._resolver.resolve(n)
        receipt.customer_id, receipt.match, receipt.candidates = (
            resolution.customer_id,
            resolution.match,
            resolution.candidates,
        )
        creates = self._on_unknown is OnUnknownCustomer.CREATE and self._resolver.can_be_found(n)
        if resolution.customer_id is not None:
            receipt.matched_by = MatchedBy(self._resolver.found_by(n, resolution.customer_id))
        elif resolution.match is Match.AMBIGUOUS:
            return
        elif returned_from:
            buyer = buyer_of_return(returned_from, names_buyer=resolution.match is Match.UNMATCHED)
            receipt.customer_id, receipt.match, receipt.matched_by, receipt.candidates = buyer
        elif resolution.match is Match.UNMATCHED and creates and receipt.new.customer is not None:
            created = self._create(n, receipt.new.customer, receipt.new.source)
            receipt.customer_id, receipt.match = created, Match.MATCHED
            receipt.matched_by = MatchedBy(self._resolver.found_by(n, created))

    def _create(self, n: int, buyer: BuyerNew, source: str) -> UUID:
        new = CustomerNew(
            display_name=buyer.name,
            identities=[buyer.identity] if buyer.identity else [],
            contact_points=[
                ContactPointNew(kind=kind, value=value, primary=True)
                for kind, value in self._resolver.usable_contacts(n)
            ],
            acquisition_source=source,
        )
        created = draft_customer(self._ctx, new_id(), new)
        self.created.append(created)
        self._resolver.add_created(n, created.id)
        return created.id
