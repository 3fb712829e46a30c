"""One customer of the sample shop while it is being made: the document, and the habits behind it."""

from dataclasses import dataclass, field
from typing import Any

from app.rules.customers import ContactKind
from app.rules.kit.channels import Channel
from app.sample.businesses import Line, Site


@dataclass(eq=False)
class Party:
    document: dict[str, Any]
    site: Site
    called: str
    """What our staff call them."""
    language: str
    line: Line | None = None
    """The line of business of an organization."""
    number: str = ""
    contacts: dict[ContactKind, str] = field(default_factory=dict)
    """What may be written or rung, one of a kind."""
    mobile: bool = False
    shared_phone: str | None = None
    webshop: str | None = None
    preferred: list[Channel] = field(default_factory=list)
    unwelcome: set[Channel] = field(default_factory=set)
    quiet: tuple[int, int] | None = None
    """Minutes of the day, from and to; may go over midnight."""
    since: float = 0.0
    """Shop time at which they first came; 0 is before the year began."""
    rate: float = 0.0
    """Purchases in a year while they are with us."""
    leaving: float = 0.0
    """Chance that a purchase is the last one."""
    online: float = 0.0
    """Share of the purchases made in the web shop."""
    weekday: int = 0
    """When an organization has its delivery."""
    rebate: int = 0
    """Trade discount, in per cent."""
    favourites: list[int] = field(default_factory=list)
    purchases: int = 0

    def reachable(self, channel: Channel) -> bool:
        if channel in _ANYWHERE:
            return True
        if channel == Channel.SMS:
            return self.mobile
        if channel == Channel.VISIT:
            return self.line is not None
        if channel == Channel.LETTER:
            return bool(self.document["addresses"])
        return CONTACT_OF.get(channel) in self.contacts

    def quiet_at(self, minute: int) -> bool:
        if self.quiet is None:
            return False
        start, end = self.quiet
        return start <= minute < end if start <= end else minute >= start or minute < end


_ANYWHERE = {Channel.IN_PERSON, Channel.EVENT, Channel.OTHER, Channel.SOCIAL}
# The kind of address that a contact on a channel comes from or goes to.
CONTACT_OF: dict[Channel, ContactKind] = {
    Channel.PHONE: ContactKind.PHONE,
    Channel.SMS: ContactKind.PHONE,
    Channel.EMAIL: ContactKind.EMAIL,
    Channel.WEB_FORM: ContactKind.EMAIL,
    Channel.WEB_CHAT: ContactKind.EMAIL,
    Channel.VIDEO: ContactKind.EMAIL,
    Channel.WHATSAPP: ContactKind.WHATSAPP,
    Channel.FACEBOOK: ContactKind.FACEBOOK,
    Channel.INSTAGRAM: ContactKind.INSTAGRAM,
    Channel.TELEGRAM: ContactKind.TELEGRAM,
}
