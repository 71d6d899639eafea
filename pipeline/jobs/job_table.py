"""The table of jobs that servers and workers share (``jobs`` and ``job_files`` in the database).

A worker claims a job that no other has claimed (``skip locked``) and says every second that it is
alive. A job whose worker has been silent for half a minute waits again; all that a worker writes
counts only while the job is its own, so that one which was only slow does no harm.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.common.translation import gettext_noop as N_
from pipeline.database.blobs import download, upload
from pipeline.database.connection import Database
from pipeline.database.unused import remove_unused, tidy_objects
from pipeline.jobs.job import ACTIVE, Job, JobState
from pipeline.jobs.parcel import PARTIAL, RESULT

if TYPE_CHECKING:
    from pipeline.database.connection import Connection

LEASE = 30.0  # seconds without a sign of life
MAX_CLAIMS = 3  # of a job whose worker ends each time
_KEPT = "24 hours"  # after its end
_LOST = N_(
    "The worker ended unexpectedly three times, perhaps because memory ran out: try again, with a "
    "smaller file if it happens again."
)
_COLUMNS = (
    'token, owner, request, details, state, message, "values", progress, partial, attempts, created'
)

Files = Mapping[str, Sequence[Path]]  # part -> files


@dataclass(frozen=True)
class JobRow:
    """A job in the table.

    Attributes:
        token, state, message, values: as of :class:`pipeline.jobs.job.Job`.
        owner: who takes turns with others, :attr:`pipeline.jobs.job.Job.turn`.
        request: as the server that it came from made it, with that server's paths.
        details: "rows", "user", "room" and what else does not change.
        progress: "stage", "done", "total", "speed", "left" and "notice" with its values, as far
            as known.
        partial: "reviews" and "total" of the latest partial result; None before the first.
        attempts: how often it was claimed.
        created: when it was submitted.
    """

    token: str
    owner: str
    request: dict[str, Any]
    details: dict[str, Any]
    state: JobState
    message: str
    values: dict[str, str]
    progress: dict[str, Any]
    partial: dict[str, int] | None
    attempts: int
    created: datetime

    @classmethod
    def of(cls, row: Sequence[Any]) -> JobRow:
        """The row of a query for all columns."""
        values = list(row)
        values[4] = JobState(values[4])
        return cls(*values)


class JobTable:
    """The table of a database; thread-safe.

    Args:
        database: that servers and workers share.
        lease: seconds without a sign of life after which another worker takes a job.
    """

    def __init__(self, database: Database, *, lease: float = LEASE) -> None:
        self.lease = lease
        self._database = database

    def add(self, job: Job, files: Files, *, partial: int = 0) -> None:
        """Add a job with the files that it starts from; any worker can do it when this returns.

        Raises:
            InputError: the database can't be used.
            OSError: a file can't be read.
        """
        details = {"rows": job.rows, "user": job.user, "room": job.room}
        known = {"reviews": partial, "total": job.rows} if partial else None
        with self._database.transaction() as connection:
            connection.execute(
                "insert into jobs (token, owner, request, details, partial)"
                " values (%s, %s, %s, %s, %s)",
                (
                    job.token,
                    job.turn,
                    json.dumps(job.request.to_dict()),
                    json.dumps(details),
                    json.dumps(known) if known else None,
                ),
            )
            _upload(connection, job.token, files)

    def rows(self, tokens: Collection[str]) -> dict[str, JobRow]:
        """The jobs with these tokens, as far as there are such."""
        with self._database.transaction() as connection:
            found = connection.execute(
                f"select {_COLUMNS} from jobs where token = any(%s)",  # noqa: S608  ours
                (list(tokens),),
            ).fetchall()
        return {row[0]: JobRow.of(row) for row in found}

    def unfinished(self) -> list[str]:
        """Tokens of the jobs that run, then of those that wait, in the order of their turns."""
        with self._database.transaction() as connection:
            found = connection.execute(
                f"{_TURNS} select token from jobs join turns using (owner)"  # noqa: S608  ours
                " where state in ('running', 'waiting')"
                " order by state = 'waiting', turns.since, created"
            ).fetchall()
        return [token for (token,) in found]

    def unfinished_rows(self) -> list[JobRow]:
        """The jobs that run, those that wait in the order of their turns, and those paused."""
        with self._database.transaction() as connection:
            found = connection.execute(
                f"{_TURNS} select {_COLUMNS} from jobs join turns using (owner)"  # noqa: S608  ours
                " where finished is null"
                " order by array_position(array['running', 'waiting'], state), turns.since, created"
            ).fetchall()
        return [JobRow.of(row) for row in found]

    def claim(self, worker: str) -> JobRow | None:
        """Claim the next job: owners take turns; None where none waits.

        Args:
            worker: names the claim; another one for each.
        """
        with self._database.transaction() as connection:
            self._give_up_silent(connection)
            found = connection.execute(
                f"{_TURNS} update jobs set state = 'running', worker = %s, beat = now(),"  # noqa: S608  ours
                " started = now(), attempts = attempts + 1, progress = '{}' where token = ("
                "  select token from jobs join turns using (owner) where state = 'waiting'"
                "  order by turns.since, created limit 1 for update of jobs skip locked)"
                f" returning {_COLUMNS}",
                (worker,),
            ).fetchone()
        return JobRow.of(found) if found else None

    def _give_up_silent(self, connection: Connection[Any]) -> None:
        """Let the jobs of workers that are silent wait again, or end them."""
        connection.execute(
            "update jobs set worker = null, started = null,"
            " state = case when attempts < %(most)s then 'waiting' else 'failed' end,"
            " message = case when attempts < %(most)s then '' else %(lost)s end,"
            " finished = case when attempts < %(most)s then null else now() end"
            " where token in (select token from jobs where state = 'running'"
            "  and beat < now() - make_interval(secs => %(lease)s) for update skip locked)",
            {"most": MAX_CLAIMS, "lost": _LOST, "lease": self.lease},
        )

    def beat(self, token: str, worker: str, progress: Mapping[str, Any]) -> bool:
        """Say that a worker is alive, and how far it is; whether the job is still its own."""
        with self._database.transaction() as connection:
            return _changed(
                connection,
                "update jobs set beat = now(), progress = %s"
                " where token = %s and worker = %s and state = 'running'",
                (json.dumps(dict(progress)), token, worker),
            )

    def publish(
        self, token: str, worker: str, files: Sequence[Path], *, reviews: int, total: int
    ) -> bool:
        """Publish a partial result instead of the one before; whether the job is still its own."""
        with self._database.transaction() as connection:
            mine = _changed(
                connection,
                "update jobs set beat = now(), partial = %s"
                " where token = %s and worker = %s and state = 'running'",
                (json.dumps({"reviews": reviews, "total": total}), token, worker),
            )
            if mine:
                _upload(connection, token, {PARTIAL: files})
            return mine

    def finish(
        self,
        token: str,
        worker: str,
        state: JobState,
        *,
        message: str = "",
        values: Mapping[str, str] | None = None,
        files: Sequence[Path] = (),
    ) -> bool:
        """End a job, with the files of its result; whether it was still the worker's own."""
        with self._database.transaction() as connection:
            mine = _changed(
                connection,
                'update jobs set state = %s, message = %s, "values" = %s, finished = now(),'
                " worker = null where token = %s and worker = %s and state = 'running'",
                (state, message, json.dumps(dict(values or {})), token, worker),
            )
            if mine:
                _upload(connection, token, {RESULT: files})
            return mine

    def give_back(self, token: str, worker: str) -> None:
        """Let a job wait again that a worker can't end, as when it is shut down."""
        with self._database.transaction() as connection:
            connection.execute(
                "update jobs set state = 'waiting', worker = null, started = null,"
                " attempts = greatest(attempts - 1, 0)"
                " where token = %s and worker = %s and state = 'running'",
                (token, worker),
            )

    def set_state(self, token: str, state: JobState, before: Collection[JobState]) -> bool:
        """Stop, pause or resume a job in one of the states before; whether it was in one."""
        ends = state == JobState.STOPPED
        with self._database.transaction() as connection:
            return _changed(
                connection,
                "update jobs set state = %s, worker = null, attempts = 0, progress = '{}',"
                " finished = case when %s then now() end where token = %s and state = any(%s)",
                (state, ends, token, list(before)),
            )

    def fetch(self, token: str, part: str, folder: Path) -> list[str]:
        """Write the files of a part into a folder, made when missing; returns their names.

        Raises:
            OSError: they can't be written.
            InputError: the database can't be used, or does not have what was written.
        """
        with self._database.transaction(snapshot=True) as connection:
            found = connection.execute(
                "select name, digest from job_files where token = %s and part = %s order by name",
                (token, part),
            ).fetchall()
            names = [name for name, _ in found if Path(name).name == name != ".."]
            if names:
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            for name, digest in found:
                if name in names:
                    download(connection, digest, folder / name)
        return names

    def parts(self, token: str) -> list[str]:
        """The parts of which there are files."""
        with self._database.transaction() as connection:
            found = connection.execute(
                "select distinct part from job_files where token = %s", (token,)
            ).fetchall()
        return [part for (part,) in found]

    def remove_old(self) -> None:
        """Remove jobs that ended a day ago, and contents of files that nothing refers to."""
        with self._database.transaction() as connection:
            connection.execute(f"delete from jobs where finished < now() - interval '{_KEPT}'")  # noqa: S608  ours
        remove_unused(self._database)
        tidy_objects(self._database)


# An owner's turn comes by when the last of his jobs began, or the first that waits was submitted.
_TURNS = (
    "with turns as (select owner, greatest(max(started),"
    " min(created) filter (where state = 'waiting')) as since from jobs"
    " where finished is null or started > now() - interval '1 hour' group by owner)"
)
UNFINISHED = (*ACTIVE, JobState.PAUSED)


def _upload(connection: Connection[Any], token: str, files: Files) -> None:
    for part, paths in files.items():
        connection.execute("delete from job_files where token = %s and part = %s", (token, part))
        for path in paths:
            connection.execute(
                "insert into job_files (token, part, name, digest) values (%s, %s, %s, %s)",
                (token, part, path.name, upload(connection, path)),
            )


def _changed(connection: Connection[Any], statement: str, values: Sequence[Any]) -> bool:
    return connection.execute(statement, values).rowcount == 1
