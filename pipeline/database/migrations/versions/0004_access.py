"""The audit log of each workspace, which is only ever appended to, and sign-ins that were ended."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables."""
    op.execute(
        """
        create table audit_events (
            room text not null,
            number bigint not null,
            event text not null,
            digest bytea not null,
            primary key (room, number)
        )
        """
    )
    op.execute(
        """
        create function keep_audit_events() returns trigger language plpgsql as $$
        begin
            raise exception 'the audit log is only appended to';
        end
        $$
        """
    )
    op.execute(
        """
        create trigger audit_events_stay before update or delete or truncate on audit_events
        for each statement execute function keep_audit_events()
        """
    )
    op.execute(
        """
        create table signed_out (
            digest bytea primary key,
            at timestamptz not null default now()
        )
        """
    )


def downgrade() -> None:
    """Remove the tables."""
    op.execute("drop table signed_out, audit_events")
    op.execute("drop function keep_audit_events")
