"""Alembic's entry: runs revisions over the connection that `migrate` hands it, each in a transaction of its own."""

from alembic import context

from fairday.adapters.database.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transaction_per_migration=True,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
