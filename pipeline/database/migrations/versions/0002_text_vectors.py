"""Vectors of texts, by a digest of model and text: the cache of all machines."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table."""
    op.execute(
        """
        create table text_vectors (
            key bytea primary key,
            data bytea not null,
            used date not null default current_date
        )
        """
    )
    op.execute("alter table text_vectors alter column data set storage plain")
    op.execute("create index text_vectors_used on text_vectors (used)")


def downgrade() -> None:
    """Remove the table."""
    op.execute("drop table text_vectors")
