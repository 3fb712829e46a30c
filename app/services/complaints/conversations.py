"""Which messages are about a complaint: what is in its conversations, and whose that is."""

from collections.abc import Sequence
from uuid import UUID

from app.core.context import Context
from app.core.reactions import Reaction
from app.services import interactions
from app.services.complaints import replies
from app.store import interactions as interaction_store
from app.store.complaints import complaints as store
from app.store.kit.events import Event


async def on_conversations(ctx: Context, changed: Sequence[Event]) -> None:
    """Reaction: interactions have other customers or threads than before, so that other messages are of one thread."""
    await _find_again(ctx, [event.subject_id for event in changed])


async def on_sources(ctx: Context, changed: Sequence[Event]) -> None:
    """Reaction: other sources have threads of a name than before, so that what has no source may be in another one."""
    ids = [event.subject_id for event in changed]
    await _find_again(ctx, await interaction_store.unsourced(ctx, ids, interactions.threads_before(changed)))


async def _find_again(ctx: Context, ids: Sequence[UUID]) -> None:
    """Find out which complaints these interactions are about."""
    left = await store.complaints_of(ctx, ids)
    gone = await interaction_store.link_complaints_anew(ctx, left)
    await interaction_store.join_complaints(ctx, ids)
    await interactions.release_unlinked(ctx, gone)
    about = {*left, *await store.complaints_of(ctx, ids)}
    await interactions.take_customers(ctx, await interaction_store.messages_that_may_take_customer(ctx, about))
    await replies.follow(ctx, about)


RELINK_UNSOURCED = Reaction(on_sources, when=interaction_store.BRINGS_ANOTHER_SOURCE)
RELINK_UNSOURCED_BESIDE = Reaction(on_sources, when=interaction_store.IS_BESIDE_UNSOURCED)
RELINK_UNSOURCED_CHANGED = Reaction(on_sources, when=interaction_store.MAY_BRING_ANOTHER_SOURCE)
JOIN = Reaction(on_conversations, when=interaction_store.MAY_JOIN)
