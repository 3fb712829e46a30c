"""Which messages are about a complaint: what is in its conversations, and whose that is."""

from collections.abc import Sequence

from app.core.context import Context
from app.core.reactions import Reaction
from app.services import interactions
from app.services.complaints import replies
from app.store import interactions as interaction_store
from app.store.complaints import complaints as store
from app.store.kit.events import Event


async def on_conversations(ctx: Context, changed: Sequence[Event]) -> None:
    """Reaction: interactions have other customers or threads than before, so that other messages are of one thread."""
    ids = [event.subject_id for event in changed]
    left = await store.complaints_of(ctx, ids)
    gone = await interaction_store.link_complaints_anew(ctx, left)
    await interaction_store.join_complaints(ctx, ids)
    await interactions.release_unlinked(ctx, gone)
    about = {*left, *await store.complaints_of(ctx, ids)}
    await interactions.take_customers(ctx, await interaction_store.messages_without_customer(ctx, about))
    await replies.follow(ctx, about)


JOIN = Reaction(on_conversations, when=interaction_store.MAY_JOIN)
