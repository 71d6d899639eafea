"""Contents in an object store: which those are, and which objects nothing refers to any more."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the column and the tables."""
    op.execute("alter table blobs add column in_objects boolean not null default false")
    op.execute(
        """
        create table unused_objects (
            digest text primary key,
            since timestamptz not null default now()
        )
        """
    )
    op.execute("create table object_sweeps (at timestamptz not null)")
    op.execute("insert into object_sweeps values ('-infinity')")


def downgrade() -> None:
    """Remove them."""
    op.execute("drop table object_sweeps, unused_objects")
    op.execute("alter table blobs drop column in_objects")
