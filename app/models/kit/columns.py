"""What every table shares: how constraints are named, how ids, moments and versions are made."""

from typing import Any

from sqlalchemy import ARRAY, CheckConstraint, Column, DateTime, ForeignKey, Numeric, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

# A constraint's name is what an error is recognised by, so names are made by rule and never change.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = SQLModel.metadata


def id_column() -> Any:
    """A time-ordered id, made by the database unless the caller has made one."""
    return Field(default=None, sa_column=Column(Uuid, primary_key=True, server_default=text("uuidv7()")))


def text_column(null: bool = True, **more: Any) -> Any:
    return Field(default=None, sa_column=Column(Text, nullable=null, **more))


def reference_column(target: str, null: bool = True, ondelete: str | None = None, primary: bool = False) -> Any:
    return Field(
        default=None,
        sa_column=Column(Uuid, ForeignKey(target, ondelete=ondelete), nullable=null, primary_key=primary),
    )


def timestamp_column(null: bool = True, default: str | None = None) -> Any:
    return Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=null, server_default=_sql(default)))


def created_at_column() -> Any:
    return timestamp_column(null=False, default="now()")


def numeric_column(null: bool = False, default: str | None = None) -> Any:
    """Exact, and spelled as it was written: the scale of the value is kept."""
    return Field(default=None, sa_column=Column(Numeric, nullable=null, server_default=_sql(default)))


def json_column(default: str | None = "'{}'", null: bool = False) -> Any:
    return Field(default=None, sa_column=Column(JSONB, nullable=null, server_default=_sql(default)))


def array_column(of: Any = Text, null: bool = False) -> Any:
    return Field(default=None, sa_column=Column(ARRAY(of), nullable=null, server_default=text("'{}'")))


def boolean_column(default: str = "false") -> Any:
    return Field(default=None, sa_column_kwargs={"server_default": text(default)})


def version_column() -> Any:
    return Field(default=None, sa_column_kwargs={"server_default": text("1")})


def one_of_check(column: str, choices: Any) -> CheckConstraint:
    """A text column with a closed list of values: what an enum type would be, but easy to change."""
    listed = ", ".join(f"'{choice}'" for choice in choices)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def _sql(default: str | None) -> Any:
    return None if default is None else text(default)
