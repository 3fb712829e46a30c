"""A customer of the sample shop while the year is simulated: the document, and the behaviour behind it."""

from dataclasses import dataclass, field
from typing import Any

from app.rules.customers import WHATSAPP, ContactKind
from app.rules.kit.channels import Channel
from app.sample.businesses import BusinessLine, Site


@dataclass(eq=False)
class SimulatedCustomer:
    document: dict[str, Any]
    site: Site
    familiar_name: str
    """How staff address them."""
    language: str
    business_line: BusinessLine | None = None
    """Set for organizations only."""
    loyalty_number: str = ""
    webshop_id: str | None = None
    contacts: dict[str, str] = field(default_factory=dict)
    """A valid contact point of each kind, and of `whatsapp`."""
    has_mobile: bool = False
    shared_phone: str | None = None
    preferred_channels: list[Channel] = field(default_factory=list)
    unwelcome_channels: set[Channel] = field(default_factory=set)
    quiet_hours: tuple[int, int] | None = None
    """Start and end in minutes of the day; may span midnight."""
    joined_at: float = 0.0
    """Shop time (see trading_year.py) of the first contact; 0 is before the year began."""
    purchase_rate: float = 0.0
    """Purchases a year while the customer is active."""
    churn_probability: float = 0.0
    """The chance that a purchase is the last one."""
    online_share: float = 0.0
    """Share of the purchases that are made in the web shop."""
    delivery_weekday: int = 0
    """The day on which an organization has its deliveries; Monday is 0."""
    discount_percent: int = 0
    """The trade discount of an organization."""
    favourites: list[int] = field(default_factory=list)
    """Indexes of products."""
    purchase_count: int = 0

    def reachable(self, channel: Channel) -> bool:
        if channel in _NEEDS_NO_CONTACT:
            return True
        if channel == Channel.SMS:
            return self.has_mobile
        if channel == Channel.VISIT:
            return self.business_line is not None
        if channel == Channel.LETTER:
            return bool(self.document["addresses"])
        return CONTACT_OF.get(channel) in self.contacts

    def is_quiet_at(self, minute: int) -> bool:
        if self.quiet_hours is None:
            return False
        start, end = self.quiet_hours
        return start <= minute < end if start <= end else minute >= start or minute < end


_NEEDS_NO_CONTACT = {Channel.IN_PERSON, Channel.EVENT, Channel.OTHER, Channel.SOCIAL}
CONTACT_OF: dict[Channel, str] = {
    Channel.PHONE: ContactKind.PHONE,
    Channel.SMS: ContactKind.PHONE,
    Channel.EMAIL: ContactKind.EMAIL,
    Channel.WEB_FORM: ContactKind.EMAIL,
    Channel.WEB_CHAT: ContactKind.EMAIL,
    Channel.VIDEO: ContactKind.EMAIL,
    Channel.WHATSAPP: WHATSAPP,
    Channel.FACEBOOK: ContactKind.FACEBOOK,
    Channel.INSTAGRAM: ContactKind.INSTAGRAM,
    Channel.TELEGRAM: ContactKind.TELEGRAM,
}
"""The kind of contact point that a channel uses, as it is entered."""
