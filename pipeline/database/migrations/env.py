"""What Alembic runs for each migration, over the connection that :mod:`..schema` hands it."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(connection=connection, version_table="polyguest_schema")
with context.begin_transaction():
    context.run_migrations()
