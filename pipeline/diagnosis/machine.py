"""Checks of the machine: versions, processor and memory, folders, settings."""

from __future__ import annotations

import os
import platform
import re
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from pipeline.answers.chat import configured_chat_model
from pipeline.common import settings, variables
from pipeline.common.errors import InputError
from pipeline.common.paths import PROJECT
from pipeline.common.version import VERSION
from pipeline.diagnosis.check import Finding, failed, ok, warning

_PIN = re.compile(r"^([A-Za-z0-9_.-]+)==([^\s;]+)\s*(;.*)?$")
_GB = 1_000_000_000
_LEAST_MEMORY = 3 * _GB  # the server and its workers idle, and a little
_LEAST_DISK, _LITTLE_DISK = 200_000_000, 2 * _GB
_LEAST_FILES = 1024
_BUSY = 2.0  # processes a core that want to compute
_REMOTE = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "9p", "afs"}
_PORT_OR_PATH = re.compile(r"[/:]|^\*[^.]")


def check_program() -> Iterator[Finding]:
    """Versions of the program and of Python."""
    system = f"{platform.system()} {platform.machine()}"
    python = platform.python_version()
    yield ok("program", f"polyguest {VERSION}, Python {python}, {system}, in {PROJECT}")
    encoding = sys.getfilesystemencoding().lower()
    if encoding not in ("utf-8", "utf8"):
        advice = "set LANG=C.UTF-8 where the program is started"
        yield warning("file names", f"are read as {encoding}, not UTF-8", advice)


def check_packages() -> Iterator[Finding]:
    """Whether the packages are installed that the program was tested with."""
    missing, other, count = [], [], 0
    for name, wanted, conditional in _pins():
        try:
            installed = metadata.version(name)
        except metadata.PackageNotFoundError:
            missing += [] if conditional else [name]
            continue
        count += 1
        if installed.partition("+")[0] != wanted:
            other.append(f"{name} {installed} instead of {wanted}")
    advice = "install them: 'pip install -r requirements.txt' in the program's folder"
    if missing:
        yield failed("packages", f"missing: {', '.join(missing)}", advice)
    if other:
        yield warning("packages", f"other versions than tested: {', '.join(other)}", advice)
    if not missing and not other:
        yield ok("packages", f"{count} in the versions that were tested")


def _pins() -> Iterator[tuple[str, str, bool]]:
    """Name, version, and whether it may be missing, of each requirement.

    What some systems lack may be missing, and so may what ``requirements.txt`` adds to those of the
    core: :func:`pipeline.diagnosis.parts.check_extras` says whether it is there.
    """
    core, whole = (PROJECT / f"requirements{name}.txt" for name in ("-core", ""))
    if core.is_file():
        lines = core.read_text("utf-8").splitlines()
    else:  # it is installed as a package
        lines = [line for line in metadata.requires("polyguest") or () if "extra ==" not in line]
    added = whole.read_text("utf-8").splitlines() if whole.is_file() else []
    for line in [*lines, *added]:
        if found := _PIN.match(line.strip()):
            yield found[1], found[2], bool(found[3]) or line in added


def check_processor_and_memory() -> Iterator[Finding]:
    """Cores and memory that the program may use."""
    import psutil

    total, free = psutil.virtual_memory().total, psutil.virtual_memory().available
    if limit := _container_limit():
        total, free = min(total, limit), min(free, limit)
    said = f"{settings.usable_cores()} cores, {total / _GB:.1f} GB memory, {free / _GB:.1f} GB free"
    if free < _LEAST_MEMORY:
        advice = "give it 4 GB or more: the server and its workers take about 2.2 GB idle"
        yield warning("memory", said, advice)
    else:
        yield ok("memory", said)
    yield from _check_load()
    if sys.platform != "win32":
        import resource

        soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if soft != resource.RLIM_INFINITY and soft < _LEAST_FILES:
            advice = f"raise the limit: 'ulimit -n {_LEAST_FILES}' before it is started"
            yield warning("open files", f"at most {soft}", advice)


def _check_load() -> Iterator[Finding]:
    """Whether other work keeps the cores, so that everything here takes longer."""
    import psutil

    cores = settings.usable_cores()
    waiting = psutil.getloadavg()[1]  # of the last five minutes
    if waiting > _BUSY * cores:
        said = f"{waiting:.1f} processes want {cores} cores, in the mean of five minutes"
        advice = "'top' shows which: analyses and searches take longer while others compute"
        yield warning("processor", said, advice)


def _container_limit() -> int | None:
    """Bytes that a container may use, where there is a limit."""
    try:
        text = Path("/sys/fs/cgroup/memory.max").read_text("ascii").strip()
    except OSError:
        return None
    return int(text) if text.isdecimal() else None


def check_folders() -> Iterator[Finding]:
    """Whether the folders of data and cache can be written, are private and have room."""
    for subject, folder, variable in (
        ("data folder", settings.data_root(), variables.DATA),
        ("cache folder", settings.cache_root(), variables.CACHE),
        ("temporary folder", Path(tempfile.gettempdir()), None),
    ):
        yield from _check_folder(subject, folder, variable)


def _check_folder(
    subject: str, folder: Path, variable: variables.Variable | None
) -> Iterator[Finding]:
    named = f"set {variable.name}" if variable else "set TMPDIR"
    place = next(each for each in (folder, *folder.parents) if each.exists())
    try:
        with tempfile.TemporaryFile(dir=place) as probe:
            probe.write(b"polyguest")
    except OSError as error:
        advice = f"let the user '{_user()}' write there, or {named} to another folder"
        yield failed(subject, f"{folder} can't be written: {error.strerror}", advice)
        return
    free = shutil.disk_usage(place).free
    said = f"{folder}, {free / _GB:.1f} GB free"
    if place != folder:
        said = f"{folder} will be made, {free / _GB:.1f} GB free"
    if free < _LEAST_DISK:
        yield failed(subject, said, f"free some space, or {named} to a folder on another disk")
    elif free < _LITTLE_DISK and variable:
        yield warning(subject, said, f"free some space, or {named} to a folder on another disk")
    else:
        yield ok(subject, said)
    if kind := _remote_kind(place):
        advice = f"{named} to a folder on a disk of this machine: locks and speed depend on it"
        yield warning(subject, f"{folder} is on another machine ({kind})", advice)
    if variable and place == folder and sys.platform != "win32":
        yield from _check_rights(subject, folder)


def _check_rights(subject: str, folder: Path) -> Iterator[Finding]:
    """Others may see a folder that a setting names, but not write to it."""
    found = folder.stat()
    if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        advice = f"'chmod go-w {folder}'"
        yield warning(subject, f"other users may write to {folder}", advice)
    if hasattr(os, "geteuid") and found.st_uid != os.geteuid() and os.geteuid() != 0:
        advice = f"start the program as the folder's user, or 'chown -R {_user()} {folder}'"
        yield warning(subject, f"{folder} belongs to another user", advice)


def _remote_kind(folder: Path) -> str:
    """The file system of a folder where it is another machine's."""
    import psutil

    best = ("", "")
    for part in psutil.disk_partitions(all=True):
        if folder.resolve().is_relative_to(part.mountpoint) and len(part.mountpoint) > len(best[0]):
            best = part.mountpoint, part.fstype
    return best[1] if best[1] in _REMOTE else ""


def _user() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a number without a name, as in containers
        return str(os.getuid())


def check_settings() -> Iterator[Finding]:
    """Whether all POLYGUEST_* variables are known and have values that can be used."""
    clear = True
    for name in settings.unknown_settings():
        clear = False
        advice = "see docs/settings.md for the names, or remove it"
        yield warning("settings", f"{name} is unknown and has no effect", advice)
    for problem in _unusable_values():
        clear = False
        yield failed("settings", problem, "correct it, or remove it for the default")
    for name in settings.host_names():
        if _PORT_OR_PATH.search(name):
            clear = False
            advice = "give names alone, such as reviews.example.com"
            yield warning("settings", f"{variables.HOSTS.name} has '{name}'", advice)
    if clear:
        given = ", ".join(sorted(settings.given_settings())) or "none"
        yield ok("settings", f"given: {given}")


def _unusable_values() -> Iterator[str]:
    for read in (
        settings.vector_cache_megabytes,
        settings.early_seconds,
        settings.metrics_port,
        settings.translation_service,
        settings.embeddings_service,
        configured_chat_model,
    ):
        try:
            read()
        except InputError as error:
            yield str(error)
    for variable in variables.VARIABLES:
        given = variable.given
        if variable.kind.startswith("whole number") and given and not given.isdecimal():
            yield f"{variable.name} is '{given}', which is no {variable.kind}"
    if variables.LOG.value.lower() not in ("text", "json"):
        yield f"{variables.LOG.name} is '{variables.LOG.given}', not text or json"
