"""Filters by staff, operators and shoppers find names in whatever case they are written, as filters by owners do."""

from alembic import op

revision = "0041"
down_revision = "0040"

_NAMES = (
    ("interactions", "staff", "happened_at"),
    ("feedback", "staff", "collected_at"),
    ("visits", "staff", "happened_at"),
    ("visits", "shopper", "happened_at"),
    ("sales", "operator", "occurred_at"),
)


def upgrade() -> None:
    for table, name, moment in _NAMES:
        op.execute(f"DROP INDEX ix_{table}_{name}_{moment}_id")
        op.execute(f"CREATE INDEX ix_{table}_{name} ON {table} (lower({name}), {moment}, id) WHERE {name} IS NOT NULL")
