from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from app.models.base import created, document, flag, key, many, moment, one_of, reference, version, words
from app.rules.customers import ContactKind, Kind, RelationshipKind, Trade


class Customer(SQLModel, table=True):
    __tablename__ = "customers"
    __table_args__ = (
        one_of("kind", Kind),
        one_of("trade", Trade),
        CheckConstraint("referred_by <> id", name="referred_by_other"),
        Index(None, "created_at", "id"),
        Index(None, "updated_at", "id"),
        Index(None, "sort_name", "id"),
        Index(None, "owner", "created_at", "id", postgresql_where=text("owner IS NOT NULL")),
        Index(None, "acquisition_source", "created_at", "id", postgresql_where=text("acquisition_source IS NOT NULL")),
        Index(None, "referred_by", "created_at", "id", postgresql_where=text("referred_by IS NOT NULL")),
        Index(None, "tags", postgresql_using="gin"),
        Index(None, "words", postgresql_using="gin"),
    )

    id: UUID = key()
    kind: str = words(null=False)
    trade: str = words(null=False)
    roles: list[str] = many()
    display_name: str = words(null=False)
    given_name: str | None = words()
    family_name: str | None = words()
    name_prefix: str | None = words()
    name_suffix: str | None = words()
    preferred_name: str | None = words()
    salutation: str | None = words()
    pronunciation: str | None = words()
    tags: list[str] = many()
    owner: str | None = words()
    acquisition_source: str | None = words()
    referred_by: UUID | None = reference("customers.id")
    preferences: dict = document()
    attributes: dict = document()
    # Folded forms, for sorting and finding; the names themselves are kept byte for byte.
    sort_name: str = Field(sa_column=Column(Text(collation="C"), nullable=False))
    words: list[str] = many(Text(collation="C"))
    archived_at: datetime | None = moment()
    version: int = version()
    created_at: datetime = created()
    updated_at: datetime = created()


class ContactPoint(SQLModel, table=True):
    __tablename__ = "contact_points"
    __table_args__ = (
        one_of("kind", ContactKind),
        Index(None, "customer_id"),
        Index(None, "kind", "normalized"),
        # `exclusive` is what may be held by one customer only: not shared, not invalid, its customer not archived.
        Index(
            "uq_contact_points_holder",
            "kind",
            "normalized",
            "extension",
            unique=True,
            postgresql_where=text("exclusive"),
        ),
    )

    id: UUID = key()
    customer_id: UUID = reference("customers.id", null=False, ondelete="CASCADE")
    position: int
    kind: str = words(null=False)
    value: str = words(null=False)
    normalized: str = words(null=False)
    extension: str = words(null=False, server_default="")
    label: str | None = words()
    primary: bool = flag()
    verified_at: datetime | None = moment()
    invalid: bool = flag()
    shared: bool = flag()
    exclusive: bool = flag()


class Identity(SQLModel, table=True):
    __tablename__ = "identities"
    __table_args__ = (
        UniqueConstraint("system", "external_id", name="uq_identities_holder"),
        Index(None, "customer_id"),
    )

    id: UUID = key()
    customer_id: UUID = reference("customers.id", null=False, ondelete="CASCADE")
    system: str = words(null=False)
    external_id: str = words(null=False)
    created_at: datetime = created()


class Address(SQLModel, table=True):
    __tablename__ = "addresses"
    __table_args__ = (Index(None, "customer_id"), Index(None, "country", "postal_code"))

    id: UUID = key()
    customer_id: UUID = reference("customers.id", null=False, ondelete="CASCADE")
    position: int
    label: str | None = words()
    lines: list[str] = many()
    city: str | None = words()
    region: str | None = words()
    postal_code: str | None = words()
    country: str | None = words()
    primary: bool = flag()
    latitude: float | None = None
    longitude: float | None = None


class Relationship(SQLModel, table=True):
    """`from` does to `to` what the kind says; a household is the same from both ends, and stored once."""

    __tablename__ = "relationships"
    __table_args__ = (
        one_of("kind", RelationshipKind),
        CheckConstraint("from_id <> to_id", name="two_parties"),
        CheckConstraint("kind <> 'household' OR from_id < to_id", name="household_once"),
        UniqueConstraint("from_id", "kind", "to_id", name="uq_relationships_once"),
        Index(None, "to_id"),
    )

    id: UUID = key()
    from_id: UUID = reference("customers.id", null=False, ondelete="CASCADE")
    to_id: UUID = reference("customers.id", null=False, ondelete="CASCADE")
    kind: str = words(null=False)
    title: str | None = words()
    since: date | None = None
    until: date | None = None
    version: int = version()
    created_at: datetime = created()
    updated_at: datetime = created()


class SearchWord(SQLModel, table=True):
    """Every word that some customer is found by, once: typing errors are forgiven here, not in the customers."""

    __tablename__ = "search_words"
    __table_args__ = (
        Index(
            "ix_search_words_alike",
            "word",
            postgresql_using="gin",
            postgresql_ops={"word": "gin_trgm_ops"},
            postgresql_where=text("fuzzy"),
        ),
    )

    word: str = Field(sa_column=Column(Text(collation="C"), primary_key=True))
    fuzzy: bool = flag("true")
