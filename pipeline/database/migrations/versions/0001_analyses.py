"""Analyses, the files in their folders, and the contents of files by their digest."""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.execute(
        """
        create table blobs (
            digest text primary key,
            size bigint not null,
            used timestamptz not null default now()
        )
        """
    )
    op.execute(
        """
        create table blob_chunks (
            digest text not null references blobs on delete cascade,
            number integer not null,
            data bytea not null,
            primary key (digest, number)
        )
        """
    )
    # The large ones are packed already.
    op.execute("alter table blob_chunks alter column data set storage external")
    op.execute(
        """
        create table analyses (
            token text primary key,
            room text not null,
            entry jsonb not null,
            revision uuid not null default gen_random_uuid(),
            deleted timestamptz
        )
        """
    )
    op.execute(
        """
        create table analysis_files (
            token text not null references analyses on delete cascade,
            name text not null,
            digest text not null references blobs,
            primary key (token, name)
        )
        """
    )
    op.execute("create index analyses_room on analyses (room, deleted)")
    op.execute("create index analysis_files_digest on analysis_files (digest)")


def downgrade() -> None:
    """Remove the tables."""
    op.execute("drop table analysis_files, analyses, blob_chunks, blobs")
