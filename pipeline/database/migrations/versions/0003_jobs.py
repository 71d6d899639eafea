"""Jobs that several servers and workers share, and the files that they take and make."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables."""
    op.execute(
        """
        create table jobs (
            token text primary key,
            owner text not null,
            request jsonb not null,
            details jsonb not null,
            state text not null default 'waiting',
            message text not null default '',
            "values" jsonb not null default '{}',
            progress jsonb not null default '{}',
            partial jsonb,
            attempts integer not null default 0,
            worker text,
            beat timestamptz,
            created timestamptz not null default now(),
            started timestamptz,
            finished timestamptz
        )
        """
    )
    op.execute("create index jobs_unfinished on jobs (state, created) where finished is null")
    op.execute(
        """
        create table job_files (
            token text not null references jobs on delete cascade,
            part text not null,
            name text not null,
            digest text not null references blobs,
            primary key (token, part, name)
        )
        """
    )
    op.execute("create index job_files_digest on job_files (digest)")


def downgrade() -> None:
    """Remove the tables."""
    op.execute("drop table job_files, jobs")
