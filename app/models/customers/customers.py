from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import BigInteger, CheckConstraint, Column, Index, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import BIT
from sqlmodel import Field, SQLModel

from app.models.kit.columns import (
    FEW_PENDING,
    array_column,
    boolean_column,
    caseless_index,
    created_at_column,
    id_column,
    json_column,
    one_of_check,
    reference_column,
    text_column,
    timestamp_column,
    version_column,
)
from app.rules.customers.customers import ContactKind, CustomerKind, RelationshipKind, Trade

_BLOCKS = (
    "ARRAY[(number >> 9) * 8 + 0, (number >> 12) * 8 + 1, (number >> 15) * 8 + 2, (number >> 18) * 8 + 3, "
    "(number >> 21) * 8 + 4]"
)

LETTERED = "fuzzy AND word !~ '[[:punct:]]'"
"""The words of letters alone, of `search_words`."""


class Customer(SQLModel, table=True):
    __tablename__ = "customers"
    __table_args__ = (
        one_of_check("kind", CustomerKind),
        one_of_check("trade", Trade),
        CheckConstraint("referred_by <> id", name="referred_by_other"),
        Index(None, "created_at", "id"),
        Index(None, "updated_at", "id"),
        Index(None, "known_since", "id"),
        Index(None, "sort_name", "id"),
        caseless_index("customers", "owner", "created_at"),
        caseless_index("customers", "acquisition_source", "created_at"),
        Index(None, "created_by_source", "created_at", "id", postgresql_where=text("created_by_source IS NOT NULL")),
        Index(None, "referred_by", "created_at", "id", postgresql_where=text("referred_by IS NOT NULL")),
        # The blocks of numbers that they are in (`store/customers/windows.py`) come first: GIN goes through its keys in
        # their order, and would walk the whole lists of words in each window.
        Index(
            "ix_customers_words",
            text(f"({_BLOCKS})"),
            "words",
            postgresql_using="gin",
            postgresql_with=FEW_PENDING,
        ),
    )

    id: UUID = id_column()
    # In the order of creation, with gaps.
    number: int = Field(default=None, sa_column=Column(BigInteger, sa.Identity(always=True), nullable=False))
    kind: str = text_column(null=False)
    trade: str = text_column(null=False)
    roles: list[str] = array_column()
    display_name: str = text_column(null=False)
    given_name: str | None = text_column()
    family_name: str | None = text_column()
    name_prefix: str | None = text_column()
    name_suffix: str | None = text_column()
    preferred_name: str | None = text_column()
    salutation: str | None = text_column()
    pronunciation: str | None = text_column()
    tags: list[str] = array_column()
    owner: str | None = text_column()
    acquisition_source: str | None = text_column()
    # The source whose record created the customer.
    created_by_source: str | None = text_column()
    referred_by: UUID | None = reference_column("customers.id")
    preferences: dict[str, Any] = json_column()
    attributes: dict[str, Any] = json_column()
    # Folded forms, for sorting and searching; the names themselves are stored byte for byte. Words hold filters too.
    sort_name: str = Field(sa_column=Column(Text(collation="C"), nullable=False))
    words: list[str] = array_column(Text(collation="C"))
    archived_at: datetime | None = timestamp_column()
    # The earliest of `created_at`, of what was given, and of the timeline; see store/kit/activity.py.
    known_since: datetime = timestamp_column(null=False, default="now()")
    known_since_given: datetime | None = timestamp_column()
    version: int = version_column()
    created_at: datetime = created_at_column()
    updated_at: datetime = created_at_column()


class CustomerActivity(SQLModel, table=True):
    """What changes with every receipt and contact, one row for each customer; see store/kit/activity.py."""

    __tablename__ = "customer_activity"
    __table_args__ = (Index(None, "last_purchase_at", "customer_id"), Index(None, "last_contact_at", "customer_id"))

    customer_id: UUID = reference_column("customers.id", null=False, ondelete="CASCADE", primary=True)
    last_purchase_at: datetime | None = timestamp_column()
    # Of a contact that was held, with the customer or in which they took part; internal notes are none.
    last_contact_at: datetime | None = timestamp_column()


class ContactPoint(SQLModel, table=True):
    __tablename__ = "contact_points"
    __table_args__ = (
        one_of_check("kind", ContactKind),
        Index(None, "customer_id"),
        Index(None, "kind", "normalized"),
        # Only one customer may have an `exclusive` contact point: one that identifies, is not shared and not invalid,
        # and whose customer is not archived.
        Index(
            "uq_contact_points_holder",
            "kind",
            "normalized",
            "extension",
            unique=True,
            postgresql_where=text("exclusive"),
        ),
    )

    id: UUID = id_column()
    customer_id: UUID = reference_column("customers.id", null=False, ondelete="CASCADE")
    position: int
    kind: str = text_column(null=False)
    value: str = text_column(null=False)
    normalized: str = text_column(null=False)
    extension: str = text_column(null=False, server_default="")
    label: str | None = text_column()
    primary: bool = boolean_column()
    verified_at: datetime | None = timestamp_column()
    invalid: bool = boolean_column()
    shared: bool = boolean_column()
    exclusive: bool = boolean_column()
    # Of a phone number only; see NumberUse.
    uses: list[str] = array_column()
    opted_out: list[str] = array_column()
    identifies: bool = boolean_column("true")


class Identity(SQLModel, table=True):
    __tablename__ = "identities"
    __table_args__ = (
        Index("uq_identities_holder", "system", "external_id", unique=True, postgresql_where=text("identifies")),
        Index(None, "customer_id"),
    )

    id: UUID = id_column()
    customer_id: UUID = reference_column("customers.id", null=False, ondelete="CASCADE")
    system: str = text_column(null=False)
    external_id: str = text_column(null=False)
    identifies: bool = boolean_column("true")
    created_at: datetime = created_at_column()


class Address(SQLModel, table=True):
    __tablename__ = "addresses"
    __table_args__ = (
        Index(None, "customer_id"),
        Index(None, "country", "postal_code"),
    )

    id: UUID = id_column()
    customer_id: UUID = reference_column("customers.id", null=False, ondelete="CASCADE")
    position: int
    label: str | None = text_column()
    lines: list[str] = array_column()
    city: str | None = text_column()
    region: str | None = text_column()
    postal_code: str | None = text_column()
    country: str | None = text_column()
    primary: bool = boolean_column()
    latitude: float | None = None
    longitude: float | None = None


class Relationship(SQLModel, table=True):
    """The kind is read from `from` to `to`. A household is symmetrical and stored once."""

    __tablename__ = "relationships"
    __table_args__ = (
        one_of_check("kind", RelationshipKind),
        CheckConstraint("from_id <> to_id", name="two_parties"),
        CheckConstraint("kind <> 'household' OR from_id < to_id", name="household_once"),
        UniqueConstraint("from_id", "kind", "to_id", name="uq_relationships_once"),
        Index(None, "to_id"),
        Index(None, "created_at", "id"),
        Index(None, "kind", "created_at", "id"),
    )

    id: UUID = id_column()
    from_id: UUID = reference_column("customers.id", null=False, ondelete="CASCADE")
    to_id: UUID = reference_column("customers.id", null=False, ondelete="CASCADE")
    kind: str = text_column(null=False)
    title: str | None = text_column()
    since: date | None = None
    until: date | None = None
    content_hash: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    version: int = version_column()
    created_at: datetime = created_at_column()
    updated_at: datetime = created_at_column()


class SearchWord(SQLModel, table=True):
    """Every word of every customer once; searches tolerate typing errors by looking them up here."""

    __tablename__ = "search_words"
    __table_args__ = (
        Index(
            "ix_search_words_alike",
            "word",
            postgresql_using="gin",
            postgresql_with=FEW_PENDING,
            postgresql_ops={"word": "gin_trgm_ops"},
            postgresql_where=text("fuzzy"),
        ),
        Index("ix_search_words_lettered", "word", postgresql_where=text(LETTERED)),
    )

    word: str = Field(sa_column=Column(Text(collation="C"), primary_key=True))
    fuzzy: bool = boolean_column("true")


class WordSet(SQLModel, table=True):
    """Who of a block of customers has a frequent word; see `store/customers/word_sets.py`."""

    __tablename__ = "word_sets"

    word: str = Field(sa_column=Column(Text(collation="C"), primary_key=True))
    block: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    members: Any = Field(sa_column=Column(BIT(varying=True), nullable=False))


class WordBlock(SQLModel, table=True):
    """A block that has such sets."""

    __tablename__ = "word_blocks"

    block: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    # How many of it were changed since its sets were made.
    changes: int = Field(default=0, sa_column=Column(sa.Integer, server_default=text("0"), nullable=False))
    # Changes since then may not be in the sets.
    as_of: datetime = timestamp_column(null=False)
