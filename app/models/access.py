from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, Index, LargeBinary
from sqlmodel import Field, SQLModel

from app.models.base import created, document, key, many, moment, reference, words


class ApiKey(SQLModel, table=True):
    """A credential. Only the hash of the secret is kept: the secret is random, so a fast hash is enough."""

    __tablename__ = "api_keys"

    id: UUID = key()
    name: str = words(null=False)
    secret_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))
    hint: str = words(null=False)
    scopes: list[str] = many()
    created_at: datetime = created()
    revoked_at: datetime | None = moment()


class IdempotencyKey(SQLModel, table=True):
    """The first answer to a request, for whoever asks again with the same key."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (Index(None, "created_at"),)

    api_key_id: UUID = reference("api_keys.id", null=False, primary=True)
    key: str = words(null=False, primary_key=True)
    fingerprint: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    status: int
    headers: dict = document()
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    created_at: datetime = created()


class Secret(SQLModel, table=True):
    """What the service has to remember and nobody else to know."""

    __tablename__ = "secrets"

    name: str = words(null=False, primary_key=True)
    value: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
