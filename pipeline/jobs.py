"""The web server's end of :mod:`pipeline.worker`: starts it, sends it work, restarts it.

One :class:`WorkerClient` serves all sessions and may be called from any thread.
"""

from __future__ import annotations

import base64
import json
import logging
import os
import subprocess
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.cleaning import Rules
from pipeline.columns import Columns
from pipeline.errors import InputError
from pipeline.job import TASK_STAGES, Job
from pipeline.result import Settings

log = logging.getLogger(__name__)

FAULT = "Something went wrong, and it is not your file's fault: the log has the details."
LOST = (
    "The program's working process ended unexpectedly, perhaps for want of memory. "
    "It has been started again: try once more, with a smaller file if it happens again."
)
COMMAND = (sys.executable, "-m", "pipeline.worker")
# Threads must not spin while they wait: beside any other busy program that made scikit-learn's
# KMeans ten times slower.
_QUIET_THREADS = {"OMP_WAIT_POLICY": "passive", "OPENBLAS_NUM_THREADS": "1"}
_ROOT = Path(__file__).parent.parent
_QUERIES_KEPT = 500
_QUERY_SECONDS = 120.0


@dataclass
class _Query:
    vectors: np.ndarray | None = None
    message: str = ""
    refused: bool = False
    over: threading.Event = field(default_factory=threading.Event)


class WorkerClient:
    """Starts the worker at once, and again when it dies.

    Args:
        command: what to run; tests give a small one.
    """

    def __init__(self, command: Sequence[str] = COMMAND) -> None:
        self._command = tuple(command)
        self._lock = threading.RLock()
        self._waiting: dict[int, Job | _Query] = {}
        self._vectors: OrderedDict[tuple[str, str], np.ndarray] = OrderedDict()
        self._last = 0
        self._closed = False
        self.warm = False
        self._process = self._start()

    def analyse(
        self,
        source: Path,
        target: Path,
        *,
        name: str,
        settings: Settings,
        columns: Columns | None = None,
        rules: Rules | None = None,
        reading: Mapping[str, str | None] | None = None,
        rows: int = 1000,
        edits_from: Path | None = None,
    ) -> Job:
        """Ask for an analysis of a file; returns at once.

        Args:
            source: the file.
            target: the folder :func:`pipeline.analysis_folder.load_analysis` opens when done.
            name: what the user calls the file.
            settings: what to do.
            columns: guessed when left out.
            rules: what is done to the reviews; the usual ones when left out.
            reading: options of :func:`pipeline.tables.read_table`: encoding, delimiter, sheet.
            rows: how many reviews it has, about.
            edits_from: folder of an earlier analysis of the file, whose edits are done again.
        """
        file = _file(source, name, columns, rules, reading)
        kept = str(edits_from.absolute()) if edits_from else None
        more = {"settings": asdict(settings), "edits_from": kept}
        return self._submit("analyse", target, rows, **file, **more)

    def edit(self, folder: Path, edit: Mapping[str, Any], *, rows: int = 1000) -> Job:
        """Ask for an edit of the analysis in a folder, or for {"do": "undo"} or {"do": "redo"}.

        The folder then has the new state: :func:`pipeline.analysis_folder.load_state`.
        """
        return self._submit("edit", folder, rows, edit=dict(edit))

    def add(
        self,
        folder: Path,
        source: Path,
        target: Path,
        *,
        name: str,
        columns: Columns | None = None,
        rules: Rules | None = None,
        reading: Mapping[str, str | None] | None = None,
        rows: int = 1000,
    ) -> Job:
        """Ask for the analysis in ``folder`` with a file more, in ``target``; see `analyse`."""
        file = _file(source, name, columns, rules, reading)
        return self._submit("add", target, rows, folder=str(folder.absolute()), **file)

    def _submit(self, task: str, target: Path, rows: int, **request: Any) -> Job:
        with self._lock:
            number, stages = self._number(), TASK_STAGES[task]
            job = Job(number, target.absolute(), rows, cold=not self.warm, stages=stages)
            self._ask({"do": task, "id": job.id, "target": str(job.target), **request}, job)
            return job

    def encode(self, texts: Sequence[str], model: str) -> np.ndarray:
        """Raw vectors of queries: float32 (q, d). Waits, also for a model that is being loaded.

        Raises:
            InputError: the model can't be loaded, or the worker does not answer.
        """
        keys = [(model, text) for text in texts]
        with self._lock:
            if all(key in self._vectors for key in keys):
                return np.stack([self._vectors[key] for key in keys])
            query = _Query()
            self._ask(
                {"do": "encode", "id": self._number(), "model": model, "texts": list(texts)}, query
            )
        if not query.over.wait(_QUERY_SECONDS):
            raise InputError("The search takes too long: try again when the analysis has ended")
        if query.vectors is None:
            raise InputError(query.message)
        with self._lock:
            self._vectors.update(zip(keys, query.vectors, strict=True))
            while len(self._vectors) > _QUERIES_KEPT:
                self._vectors.popitem(last=False)
        return query.vectors

    def stop(self, job: Job) -> None:
        """Stop a job: for the user at once, in the worker at the next sign of progress."""
        with self._lock:
            if not job.over:
                job.state = "stopped"
                self._write({"do": "cancel", "id": job.id})

    def ahead(self, job: Job) -> int:
        """How many jobs come before this one."""
        with self._lock:
            jobs = [other for other in self._waiting.values() if isinstance(other, Job)]
            return sum(other.id < job.id for other in jobs)

    def close(self) -> None:
        """End the worker."""
        with self._lock:
            self._closed = True
            process = self._process
        if process.stdin:
            process.stdin.close()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    @property
    def process_id(self) -> int:
        """Of the worker that runs now."""
        return self._process.pid

    def _number(self) -> int:
        self._last += 1
        return self._last

    def _start(self) -> subprocess.Popen[bytes]:
        environment = _QUIET_THREADS | os.environ
        process = subprocess.Popen(
            self._command,
            cwd=_ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        threading.Thread(target=self._listen, args=(process,), daemon=True).start()
        return process

    def _ask(self, request: dict[str, Any], waiting: Job | _Query) -> None:
        if self._process.poll() is not None and not self._closed:
            self._lose(self._process)
        self._waiting[request["id"]] = waiting
        self._write(request)

    def _write(self, request: dict[str, Any]) -> None:
        stream = self._process.stdin
        try:
            assert stream is not None  # noqa: S101  it was opened with a pipe
            stream.write(json.dumps(request).encode("ascii") + b"\n")
            stream.flush()
        except (OSError, ValueError):  # it has died: whoever listens to it finds out
            log.warning("the worker can't be reached")

    def _listen(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None  # noqa: S101
        began = time.monotonic()
        for line in process.stdout:
            try:
                self._hear(json.loads(line))
            except (ValueError, KeyError):
                log.exception("the worker said %r", line[:200])
        process.wait()
        if time.monotonic() - began < 1:
            time.sleep(1)  # one that dies at its start is not started a hundred times a second
        with self._lock:
            if not self._closed:
                self._lose(process)

    def _lose(self, process: subprocess.Popen[bytes]) -> None:
        if process is not self._process:
            return
        log.error("the worker ended with code %s; it is started again", process.poll())
        waiting, self._waiting = list(self._waiting.values()), {}
        for one in waiting:
            _fail(one, LOST)
        self.warm = False
        self._process = self._start()

    def _hear(self, answer: dict[str, Any]) -> None:
        event = answer["event"]
        with self._lock:
            if event == "warm":
                self.warm = True
                return
            waiting = self._waiting.get(answer["id"])
            if event == "progress":
                if isinstance(waiting, Job) and not waiting.over:
                    waiting.reached(answer["stage"], answer["done"], answer["total"])
                return
            self._waiting.pop(answer["id"], None)
        if isinstance(waiting, _Query) and event == "vectors":
            data = np.frombuffer(base64.b64decode(answer["data"]), "<f4")
            waiting.vectors = data.reshape(answer["shape"]).astype(np.float32)
            waiting.over.set()
        elif isinstance(waiting, Job) and event in ("done", "stopped"):
            waiting.state = event if not waiting.over else waiting.state
        elif waiting is not None:
            refused = event == "refused"
            _fail(waiting, answer["message"] if refused else FAULT, refused=refused)


def _fail(one: Job | _Query, message: str, *, refused: bool = False) -> None:
    if isinstance(one, _Query):
        one.message, one.refused = message, refused
        one.over.set()
    elif not one.over:
        one.message, one.state = message, "refused" if refused else "failed"


def _file(
    source: Path,
    name: str,
    columns: Columns | None,
    rules: Rules | None,
    reading: Mapping[str, str | None] | None,
) -> dict[str, Any]:
    """What a request says of the file it is about."""
    return {
        "source": str(source.absolute()),
        "name": name,
        "columns": asdict(columns) if columns else None,
        "rules": asdict(rules) if rules else None,
        "reading": dict(reading or {}),
    }
