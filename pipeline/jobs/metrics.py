"""The server's figures for Prometheus, on a port of their own.

Labels are words of the program: states, stages, roles of processes. None has a text, a name or an
address of a user.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from pipeline.common import settings, variables
from pipeline.common.errors import InputError
from pipeline.common.measures import BUCKETS, EVICTED, JOB, MEASURES, RESTART, SEARCH, STAGE
from pipeline.common.workspace import Workspace
from pipeline.jobs.job import ACTIVE, JobState
from pipeline.jobs.server_client import started_client
from pipeline.library.copies import size_of_copies

if TYPE_CHECKING:
    from prometheus_client import Metric

log = logging.getLogger(__name__)

_PACKAGE = "prometheus-client"
_ROLES = ("jobs", "queries")
_FINAL = (JobState.DONE, JobState.REFUSED, JobState.FAILED, JobState.STOPPED)
_DURATIONS = {  # name of measures -> metric, its label, help
    STAGE: ("polyguest_stage_seconds", "stage", "Seconds of each stage of jobs."),
    SEARCH: ("polyguest_search_seconds", "of", "Seconds of searches that were not remembered."),
}


def start_metrics() -> Callable[[], None]:
    """Serve the figures where the settings name a port; returns what ends it.

    What is in its way is logged: the server goes on without figures.
    """
    try:
        port = settings.metrics_port()
        if port is None:
            return lambda: None
        from prometheus_client import CollectorRegistry, start_http_server
    except InputError as error:
        log.error("no metrics: %s", error)
        return lambda: None
    except ImportError:
        log.error("no metrics: the package %s is missing", _PACKAGE)
        return lambda: None
    registry = CollectorRegistry()
    registry.register(ServerFigures())
    address = settings.metrics_address()
    try:
        server, thread = start_http_server(port, address, registry)
    except OSError as error:
        log.error("no metrics: port %d of %s can't be opened (%s)", port, address, error)
        return lambda: None
    log.info("metrics on port %d of %s", port, address)

    def end() -> None:
        server.shutdown()
        server.server_close()
        thread.join(2)

    return end


class ServerFigures:
    """What Prometheus reads: a collector of its client library."""

    def collect(self) -> Iterator[Metric]:
        """The figures as they are now."""
        from prometheus_client.metrics_core import (
            CounterMetricFamily,
            GaugeMetricFamily,
            HistogramMetricFamily,
        )

        client = started_client()
        jobs = GaugeMetricFamily("polyguest_jobs", "Jobs that are not finished.", labels=["state"])
        unfinished = client.unfinished_jobs() if client else {}
        for state in (*ACTIVE, JobState.PAUSED):
            jobs.add_metric([state], unfinished.get(state, 0))
        yield jobs

        ended = CounterMetricFamily(
            "polyguest_jobs_ended", "Jobs that have ended, by how.", labels=["state"]
        )
        for name, number in MEASURES.counts(JOB, _FINAL).items():
            ended.add_metric([name], number)
        yield ended

        restarts = CounterMetricFamily(
            "polyguest_worker_restarts", "Worker processes that died.", labels=["process"]
        )
        for role, number in MEASURES.counts(RESTART, _ROLES).items():
            restarts.add_metric([role], number)
        yield restarts

        if variables.DATABASE.given:
            yield GaugeMetricFamily(
                "polyguest_copies_bytes",
                "This server's copies of analyses that a database has.",
                value=size_of_copies(Workspace.current().copies),
            )
            yield CounterMetricFamily(
                "polyguest_copies_evicted",
                "Copies of analyses that were removed to make room.",
                value=MEASURES.counts(EVICTED, ("copies",))["copies"],
            )

        for kind, (name, label, text) in _DURATIONS.items():
            seconds = HistogramMetricFamily(name, text, labels=[label])
            for value, kept in sorted(MEASURES.durations(kind).items()):
                total, buckets = 0, []
                for edge, number in zip((*BUCKETS, None), kept.counts, strict=True):
                    total += number
                    buckets.append(("+Inf" if edge is None else str(edge), total))
                seconds.add_metric([value], buckets, kept.seconds)
            yield seconds

        memory = GaugeMetricFamily(
            "polyguest_process_resident_bytes", "Resident memory.", labels=["process"]
        )
        for role, number in _resident_bytes(client.process_ids if client else {}).items():
            memory.add_metric([role], number)
        yield memory


def _resident_bytes(processes: dict[str, int]) -> dict[str, int]:
    """Memory of the server and of processes by role; without those that have just ended."""
    import psutil

    found = {"server": psutil.Process().memory_info().rss}
    for role, number in processes.items():
        try:
            found[role] = psutil.Process(number).memory_info().rss
        except psutil.Error:
            continue
    return found
