from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, Index, LargeBinary
from sqlmodel import Field, SQLModel

from app.models.kit.columns import (
    array_column,
    created_at_column,
    id_column,
    json_column,
    reference_column,
    text_column,
    timestamp_column,
)


class ApiKey(SQLModel, table=True):
    """Only the hash of the secret is stored: the secret is random, so a fast hash is enough."""

    __tablename__ = "api_keys"

    id: UUID = id_column()
    name: str = text_column(null=False)
    secret_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))
    hint: str = text_column(null=False)
    scopes: list[str] = array_column()
    created_at: datetime = created_at_column()
    revoked_at: datetime | None = timestamp_column()


class IdempotencyKey(SQLModel, table=True):
    """The response to a request, which repetitions with the same key get again."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (Index(None, "created_at"),)

    api_key_id: UUID = reference_column("api_keys.id", null=False, primary=True)
    key: str = text_column(null=False, primary_key=True)
    fingerprint: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    status: int
    headers: dict[str, str] = json_column()
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    created_at: datetime = created_at_column()


class Secret(SQLModel, table=True):
    """Secrets that the service generates for itself."""

    __tablename__ = "secrets"

    name: str = text_column(null=False, primary_key=True)
    value: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
