"""The schema of the database: brought up to date by Alembic when a process first connects."""

from __future__ import annotations

from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from pipeline.common.errors import InputError

_LOCK = 0x706F6C79  # "poly": of the database's advisory lock while its schema changes
VERSION_TABLE = "polyguest_schema"


def upgrade_schema(address: str) -> None:
    """Bring the schema up to date; one process does it while the others wait.

    Raises:
        InputError: it is of a later version of the program.
        psycopg.Error: the database can't be reached, or the user may not change it.
    """
    config, script = _configuration()
    engine = create_engine(
        "postgresql+psycopg://", creator=lambda: psycopg.connect(address), poolclass=NullPool
    )
    try:
        with engine.begin() as connection:
            if _is_current(MigrationContext.configure(connection, opts=_OPTIONS), script):
                return
            connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except Exception as error:
        cause = getattr(error, "orig", None)  # SQLAlchemy's around psycopg's
        if isinstance(cause, psycopg.Error):
            raise cause from error
        raise
    finally:
        engine.dispose()


def expected_version() -> str:
    """The version of the schema that this program knows."""
    return _configuration()[1].get_current_head() or ""


_OPTIONS = {"version_table": VERSION_TABLE}


def _configuration() -> tuple[Config, ScriptDirectory]:
    config = Config()
    folder = Path(__file__).with_name("migrations")
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config, ScriptDirectory.from_config(config)


def _is_current(context: MigrationContext, script: ScriptDirectory) -> bool:
    found = context.get_current_revision()
    known = {revision.revision for revision in script.walk_revisions()}
    if found is not None and found not in known:
        raise InputError(
            "The database is of a later version of Polyguest ({found}): update this program",
            found=found,
        )
    return found == script.get_current_head()
