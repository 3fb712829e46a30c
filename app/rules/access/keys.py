"""API keys: how they are made, hashed and shown, and what they allow."""

import hashlib
import secrets

RESOURCES = {
    "customers": "People and organizations: who they are, how to reach them, and how they want to be treated.",
    "sources": "The systems that send records, such as tills and web shops, and what their records may do.",
    "interactions": "Contacts with customers on any channel, and enquiries that await an answer.",
    "tasks": "What has to be done, for whom, by whom and by when.",
    "sales": "Receipts as point-of-sale systems send them, matched to the customers who bought.",
    "products": "The products that receipts name. They are created automatically when a receipt names a new one.",
    "sites": "The shops and other places that receipts name. They are created automatically when a receipt names one.",
    "complaints": "What went wrong, how it is resolved and by when, and whether the customer came back.",
    "feedback": "What customers and others say about the business, the scores it gets, and what is done about it.",
    "surveys": "The questions that customers are asked, the rules that trigger them, and who was invited to answer.",
    "visits": "Mystery shopping and observations: the scorecards that are used, and the visits that were scored.",
    "service": "How complaints are handled: calendars of working time, target times and procedures.",
}
"""What a key may be allowed to read or write, in the order of the documentation: a tag of the contract each."""
SCOPES = tuple(f"{resource}:{verb}" for resource in RESOURCES for verb in ("read", "write"))
ADMIN = "admin"
"""Includes every scope, those of later versions too."""
SHORTEST_KEY = 32
LONGEST_NAME = 100


def new_key() -> str:
    """256 random bits, after a prefix by which scanners recognise a leaked key."""
    return f"rapport_{secrets.token_urlsafe(32)}"


def hash_key(key: str) -> bytes:
    """One round of a fast hash: a random key of this length cannot be guessed from it."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()


def hint(key: str) -> str:
    """The ends of a key: enough for its owner to recognise it, too little to guess the rest."""
    return f"{key[:8]}…{key[-4:]}"


def allows(scopes: frozenset[str], needed: str) -> bool:
    """Writing a resource includes reading it."""
    return needed in scopes or ADMIN in scopes or needed.replace(":read", ":write") in scopes
