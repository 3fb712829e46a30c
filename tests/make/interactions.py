"""Interactions."""

from typing import Any

import httpx

from tests.make.numbers import number
from tests.support import api


def interaction(**changes: Any) -> dict[str, Any]:
    return {"kind": "message", "channel": "email", "direction": "inbound", **changes}


def enquiry(**changes: Any) -> dict[str, Any]:
    return interaction(kind="enquiry", **changes)


def captured(**changes: Any) -> dict[str, Any]:
    """An interaction that an outside system has numbered."""
    return interaction(**{"source": "mailbox", "external_id": f"M-{number()}", **changes})


def outbound_call(**changes: Any) -> dict[str, Any]:
    return {"kind": "call", "channel": "phone", "direction": "outbound", **changes}


async def record(client: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    return await api.post(client, "/v1/interactions", interaction(**changes))
