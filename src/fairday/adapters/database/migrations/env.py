"""Alembic's entry: runs revisions over the connection that `upgrade` hands it, each in a transaction of its own."""

from alembic import context

from fairday.adapters.database import mysql_schema
from fairday.adapters.database.schema import METADATA

mysql_schema.install()
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transaction_per_migration=True,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
