"""How Alembic reaches our tables: over the connection that `monitor.archive.migrating` hands it."""

from alembic import context

from monitor.archive import alerts, files, letters, operations, people, schema, seats, tokens, twins, web  # noqa: F401  # fill the metadata
from monitor.archive.base import metadata
from monitor.archive.migrations.include import include_object

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    include_object=include_object,
    compare_type=True,
)
context.run_migrations()
