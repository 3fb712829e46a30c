"""The table of reactions: whose a record is, is told to what follows it, whatever gives it a customer or takes it."""

import pytest

from app.reactions import REACTIONS
from app.rules.kit import event_types
from app.rules.kit.links import LINKS
from app.services.kit.links import Following

LEADERS = {link.leader for link in LINKS} - {"invitation"}
"""The feedback of an invitation stays with whom that was sent to, wherever what it is about goes."""


@pytest.mark.parametrize("leader", sorted(LEADERS))
@pytest.mark.parametrize("verb", ["claimed", "moved", "released"])
def test_what_leads_tells_what_follows_it(leader: str, verb: str) -> None:
    reactions = REACTIONS._by_type[event_types.get(leader, verb).name]
    assert any(getattr(reaction.handler, "__func__", None) is Following.follow for reaction in reactions)
