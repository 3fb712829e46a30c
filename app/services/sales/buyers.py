"""Who bought: found by `Resolver`; created where unknown; left open where several may be meant."""

from uuid import UUID

from app.core.context import Context
from app.core.ids import new_id
from app.rules.customers import ContactKind, Match
from app.rules.sales.receipts import OnUnknownCustomer
from app.schemas.customers import ContactPointNew, CustomerNew
from app.schemas.sales.sales import BuyerNew
from app.services.customers import CustomerDraft, CustomerReference, Resolver, draft_customer
from app.services.sales.receipts import ReceiptDraft


def reference(buyer: BuyerNew | None) -> CustomerReference:
    """Best first: the identity, the phone number, the e-mail address."""
    if buyer is None:
        return CustomerReference()
    identity = (buyer.identity.system, buyer.identity.external_id) if buyer.identity else None
    contacts = [(ContactKind.PHONE, buyer.phone), (ContactKind.EMAIL, buyer.email)]
    known = tuple((kind, value) for kind, value in contacts if value is not None)
    return CustomerReference(buyer.id, identity, known, buyer.name)


class Buyers:
    """The buyers of the receipts of one batch: those who are known, and those who are created on the way."""

    def __init__(self, ctx: Context, known: Resolver, on_unknown: OnUnknownCustomer) -> None:
        self._ctx, self._known, self._on_unknown = ctx, known, on_unknown
        self.created: list[CustomerDraft] = []

    def assign(self, n: int, receipt: ReceiptDraft) -> None:
        """Set who bought the n-th receipt."""
        found = self._known.resolve(n)
        receipt.customer_id, receipt.match, receipt.candidates = found.customer_id, found.match, found.candidates
        creates = self._on_unknown is OnUnknownCustomer.CREATE and self._known.can_be_found(n)
        if found.match is Match.UNMATCHED and creates and receipt.new.customer is not None:
            receipt.customer_id, receipt.match = (
                self._create(n, receipt.new.customer, receipt.new.source),
                Match.MATCHED,
            )

    def _create(self, n: int, buyer: BuyerNew, source: str) -> UUID:
        new = CustomerNew(
            display_name=buyer.name,
            identities=[buyer.identity] if buyer.identity else [],
            contact_points=[
                ContactPointNew(kind=kind, value=value, primary=True) for kind, value in self._known.usable_contacts(n)
            ],
            acquisition_source=source,
        )
        created = draft_customer(self._ctx, new_id(), new)
        self.created.append(created)
        self._known.made(n, created.id)
        return created.id
