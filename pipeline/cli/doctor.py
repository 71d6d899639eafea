"""``python -m pipeline doctor``: whether this installation works, and what to do where not."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING

from pipeline.cli.arguments import Subparsers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pipeline.diagnosis.check import Finding


def add_parser(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "doctor", help="check this installation, and say what to do where something is wrong"
    )
    parser.add_argument("--json", action="store_true", help="the findings, for scripts")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Print what is found; the exit code is 1 where something that is needed doesn't work."""
    from pipeline.diagnosis.check import Outcome, run_checks

    findings = []
    for finding in run_checks(_checks()):
        findings.append(finding)
        if not options.json:
            print(f"{finding.outcome:7s}  {finding.subject}: {finding.found}", flush=True)
            if finding.advice:
                print(f"         -> {finding.advice}", flush=True)
    if options.json:
        print(json.dumps([each.to_dict() for each in findings], ensure_ascii=False, indent=1))
    outcomes = [finding.outcome for finding in findings]
    if not options.json:
        wrong, doubtful = outcomes.count(Outcome.FAILED), outcomes.count(Outcome.WARNING)
        print(f"{len(findings)} findings: {wrong} failed, {doubtful} warnings")
    if Outcome.FAILED in outcomes:
        sys.exit(1)


def _checks() -> tuple[Callable[[], Iterator[Finding]], ...]:
    from pipeline.diagnosis import cluster, logins, machine, parts

    return (
        machine.check_program,
        machine.check_packages,
        machine.check_processor_and_memory,
        machine.check_settings,
        machine.check_folders,
        logins.check_logins,
        parts.check_model,
        parts.check_precision,
        parts.check_worker,
        parts.check_database,
        parts.check_shared_database,
        parts.check_objects,
        parts.check_copies,
        logins.check_audit_logs,
        parts.check_engine,
        cluster.check_cluster,
        parts.check_saved_analyses,
        parts.check_fonts,
        parts.check_services,
        parts.check_extras,
    )
