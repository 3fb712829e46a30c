"""Whether customers want to be contacted like this."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.errors import UnwelcomeChannel
from app.rules.customers import CHANNEL_BY_USE, ContactKind, NotAContact, NumberUse, normalize
from app.rules.interactions import interactions as rules
from app.rules.interactions.interactions import Direction
from app.rules.kit.channels import Channel
from app.schemas.interactions.interactions import Contact, InteractionNew
from app.store.interactions import interactions as store

OPTED_OUT = "opted out for this number"
OPTED_OUT_OF_ALL = "opted out for all of their numbers"


async def require(
    ctx: Context,
    customer_id: UUID,
    channel: Channel,
    direction: Direction,
    reason: str | None,
    contact: Contact | None = None,
) -> None:
    """Raises the problem of contacting a customer like this, by the number that is named, or else by any of theirs."""
    number = None
    if contact is not None and contact.kind is ContactKind.PHONE:
        with suppress(NotAContact):
            number = normalize(contact.kind, contact.value, ctx.number_region, ctx.values_of_nobody).value
    channels, uses = await store.unwelcome_channels(ctx, customer_id, number)
    opted_out = _opted_out_channels(uses, OPTED_OUT if number is not None else OPTED_OUT_OF_ALL)
    if (problem := check([*channels, *opted_out], channel, direction, reason)) is not None:
        raise problem


def check(
    unwelcome_channels: Sequence[Mapping[str, Any]], channel: Channel, direction: Direction, reason: str | None
) -> UnwelcomeChannel | None:
    """The problem of contacting a customer, who does not want these channels, like this."""
    unwelcome = rules.matching_unwelcome_channel(unwelcome_channels, channel, direction, reason)
    if unwelcome is None:
        return None
    detail = rules.unwelcome_detail(unwelcome)
    extra = {name: unwelcome[name] for name in ("reason", "since") if unwelcome.get(name) is not None}
    return UnwelcomeChannel(detail, errors=[{"pointer": "/channel", "code": "unwelcome", "detail": detail, **extra}])


def check_customer(customer: Mapping[str, Any], new: InteractionNew) -> UnwelcomeChannel | None:
    """The same for the customer of a linked record, with what is read of them there."""
    unwelcome = [*(customer["unwelcome"] or ()), *_opted_out_channels(customer["opted_out"])]
    return check(unwelcome, new.channel, new.direction, new.unwelcome_reason)


def _opted_out_channels(uses: Iterable[str], reason: str = OPTED_OUT_OF_ALL) -> list[dict[str, str]]:
    """As unwelcome channels."""
    return [{"channel": CHANNEL_BY_USE[NumberUse(use)], "reason": reason} for use in uses]
