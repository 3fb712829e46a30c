"""Sources, which send records: what the records of one may do, and what they mean where they do not say it."""

from dataclasses import dataclass
from enum import StrEnum

from app.rules.customers.customers import OnMatch
from app.rules.customers.nobody import Values


class SourceKind(StrEnum):
    """What kind of system sends the records."""

    TILL = "till"
    WEB_SHOP = "web_shop"
    MARKETPLACE = "marketplace"
    CONNECTOR = "connector"
    IMPORT = "import"
    FORM = "form"
    OTHER = "other"


class LineTax(StrEnum):
    """Whether the totals of lines include their tax, or it is on top of them."""

    INCLUDED = "included"
    ON_TOP = "on_top"


@dataclass(frozen=True, slots=True)
class SourcePolicy:
    """What follows from the source of a record. The default is that of a source of which nothing is known."""

    code: str | None = None
    may_create: bool = True
    """Whether its records may create customers."""
    may_teach: bool = True
    """Whether its records may add keys to the customers that they find."""
    on_match: OnMatch = OnMatch.REFUSE
    of_nobody: Values = frozenset()
    """Values that identify nobody when they come from it, as `nobody.as_values` makes them."""
    country: str | None = None
    """Of phone numbers without a country, ISO 3166-1."""
    time_zone: str | None = None
    currency: str | None = None
    tax_included: bool | None = None

    @property
    def shapes_receipts(self) -> bool:
        """Whether a receipt comes to something else than without it."""
        return not (self.time_zone is None and self.currency is None and self.tax_included is None)


NO_POLICY = SourcePolicy()
