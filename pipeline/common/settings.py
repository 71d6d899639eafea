"""Settings from the environment: every variable of ``variables.py`` is read here.

A value is read when it is asked for, never at import. ``docs/settings.md`` has the same table.
"""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

import platformdirs

from pipeline.common.errors import InputError
from pipeline.common.http_client import Service
from pipeline.common.variables import (
    ACCESS,
    CACHE,
    CACHE_MB,
    COPIES_MB,
    DATA,
    DATABASE,
    EARLY_SECONDS,
    EMBEDDINGS_KEY,
    EMBEDDINGS_PRICE,
    EMBEDDINGS_URL,
    HOSTS,
    KEEP,
    LANGUAGE,
    LOG,
    MAX_CELL,
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_MB,
    MAX_ROWS,
    METRICS_ADDRESS,
    METRICS_PORT,
    MODELS,
    OBJECTS,
    PRECISION,
    RAY,
    RAY_FALLBACK,
    READ_MEMORY_MB,
    READ_SECONDS,
    RUN_JOBS,
    START,
    STORE,
    TRANSLATE_KEY,
    TRANSLATE_URL,
    VARIABLES,
    WORKER,
    Variable,
)

_PREFIX = "POLYGUEST_"
_BENCHMARK_DATA = "POLYGUEST_BENCH_DATA"  # of the benchmarks and the Makefile, not of the program


def data_root() -> Path:
    """The user's data folder; it need not exist."""
    return Path(DATA.given or platformdirs.user_data_dir("polyguest", False))


def cache_root() -> Path:
    """The user's cache folder; it need not exist."""
    return Path(CACHE.given or platformdirs.user_cache_dir("polyguest", False))


def database_address() -> str:
    """Address of the database that several servers share; "" where there is none.

    Raises:
        InputError: the setting is no such address.
    """
    value = DATABASE.given
    if value and not value.startswith(("postgresql://", "postgres://")):
        raise InputError(
            "{name} is no address of PostgreSQL: give postgresql://user:password@host/name",
            name=DATABASE.name,
        )
    return value


def objects_address() -> str:
    """Address of the object store for contents of a database's files; "" where they are in it.

    Raises:
        InputError: the setting is no such address.
    """
    value = OBJECTS.given
    try:
        parts = urlsplit(value)
    except ValueError:
        parts = urlsplit("")
    is_folder = parts.scheme == "file" and not parts.netloc and len(parts.path) > 1
    is_bucket = parts.scheme == "s3" and bool(parts.netloc) and "@" not in parts.netloc
    if value and (parts.query or parts.fragment or not (is_folder or is_bucket)):
        raise InputError(
            "{name} is no address of an object store: give s3://bucket/prefix, with credentials in "
            "the variables of AWS alone, or file:///folder",
            name=OBJECTS.name,
        )
    return value


def runs_shared_jobs() -> bool:
    """Whether a server that shares a database does jobs itself."""
    return RUN_JOBS.value.lower() not in ("0", "no", "off", "false")


def store_address() -> str:
    """Address of the engine that keeps vectors for search; "" where they lie beside each analysis.

    Raises:
        InputError: the database is meant, but there is none.
    """
    value = STORE.value
    if value == "sqlite":
        return ""
    if value != "postgresql":
        return value
    address = database_address()
    if not address:
        raise InputError(
            "{name} is postgresql, but {database} is not set: set it, or give an address such as "
            "postgresql://user:password@host/name",
            name=STORE.name,
            database=DATABASE.name,
        )
    return address


def vector_cache_megabytes() -> int:
    """Size limit of the vector cache in MB; 0 for no cache.

    Raises:
        InputError: the setting is no whole number.
    """
    return _megabytes(CACHE_MB)


def copies_megabytes() -> int:
    """Size limit of the copies of a database's analyses in MB; 0 for none.

    Raises:
        InputError: the setting is no whole number.
    """
    return _megabytes(COPIES_MB)


def max_file_bytes() -> int:
    """Size limit of a file that is read, in bytes."""
    return _positive(MAX_MB) * 1_000_000


def max_rows() -> int:
    """Most rows that are read of a file."""
    return _positive(MAX_ROWS)


def max_columns() -> int:
    """Most columns that are read of a file."""
    return _positive(MAX_COLUMNS)


def max_cells() -> int:
    """Most cells, rows times columns, that are read of a file."""
    return _positive(MAX_CELLS)


def max_cell_length() -> int:
    """Most characters of a cell."""
    return _positive(MAX_CELL)


def read_seconds() -> int:
    """Seconds in which a small file must be read."""
    return _positive(READ_SECONDS)


def read_memory_mb() -> int:
    """Most memory in MB that reading a file may take."""
    return _positive(READ_MEMORY_MB)


def precision() -> str:
    """Precision of the bundled model, unchecked; "auto" where the machine decides."""
    return PRECISION.value


def ray_address() -> str:
    """Address of the Ray cluster that encodes the texts of jobs; "" where there is none."""
    return RAY.given


def encodes_without_cluster() -> bool:
    """Whether a job goes on without a cluster that can't be used."""
    return RAY_FALLBACK.value.lower() not in ("0", "no", "off", "false")


def trusted_models() -> tuple[str, ...]:
    """Models beside the bundled one that an analysis may name, as its settings name them."""
    return tuple(name for part in MODELS.given.split(",") if (name := part.strip()))


def translation_service() -> Service | None:
    """The endpoint that translates; None where none is set.

    Raises:
        InputError: the address is none.
    """
    if not TRANSLATE_URL.given:
        return None
    return Service(TRANSLATE_URL.given, TRANSLATE_KEY.given, setting=TRANSLATE_URL.name)


def embeddings_service() -> Service | None:
    """The endpoint of embeddings; None where none is set.

    Raises:
        InputError: the address is none.
    """
    if not EMBEDDINGS_URL.given:
        return None
    return Service(EMBEDDINGS_URL.given, EMBEDDINGS_KEY.given, setting=EMBEDDINGS_URL.name)


def embeddings_price() -> float | None:
    """What the endpoint takes for a million tokens; None where that is not set, or no number."""
    try:
        return float(EMBEDDINGS_PRICE.given)
    except ValueError:
        return None


def early_seconds() -> float:
    """Seconds of embedding before the first partial results; 0 for none.

    Raises:
        InputError: the setting is no number.
    """
    try:
        return float(EARLY_SECONDS.value)
    except ValueError as error:
        raise InputError(
            "{name} is '{value}': give seconds, for instance {default}, or 0 for never",
            name=EARLY_SECONDS.name,
            value=EARLY_SECONDS.value,
            default=EARLY_SECONDS.default,
        ) from error


def host_names() -> tuple[str, ...]:
    """Names of the app's server beside ``localhost``, lower case."""
    return tuple(name for part in HOSTS.given.split(",") if (name := part.strip().lower()))


def access_file() -> Path | None:
    """The file of logins; None where there are none."""
    return Path(ACCESS.given) if ACCESS.given else None


def saves_analyses() -> bool:
    """Whether the app saves analyses in the data folder."""
    return KEEP.value.lower() not in ("0", "no", "off", "false")


def default_language() -> str:
    """Language of the app's pages while a user has chosen none, unchecked; "" for the browser's."""
    return LANGUAGE.given


def logs_json() -> bool:
    """Whether logs are JSON lines."""
    return LOG.value.lower() == "json"


def metrics_port() -> int | None:
    """Port on which the server's figures are read; None where they are off.

    Raises:
        InputError: the setting is no port.
    """
    value = METRICS_PORT.given
    if not value:
        return None
    if not value.isdecimal() or not 0 < int(value) < 65536:
        raise InputError(
            "{name} is '{value}': give a port from 1 to 65535, or leave it empty",
            name=METRICS_PORT.name,
            value=value,
        )
    return int(value)


def metrics_address() -> str:
    """Address of this computer on which that port is opened."""
    return METRICS_ADDRESS.value


def starts_with_sample() -> bool:
    """Whether each session of the app begins with the sample."""
    return START.value == "sample"


def worker_role() -> str:
    """ "jobs" or "queries": what this worker process does."""
    return "queries" if WORKER.value == "queries" else "jobs"


def usable_cores() -> int:
    """Number of processor cores that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # macOS, Windows
        return os.cpu_count() or 1


def given_settings() -> dict[str, str]:
    """The settings that are not left to their defaults: name -> value."""
    return {variable.name: variable.given for variable in VARIABLES if variable.given}


def unknown_settings() -> list[str]:
    """Names in the environment that look like settings and have no effect, sorted."""
    known = {variable.name for variable in VARIABLES} | {_BENCHMARK_DATA}
    return sorted(name for name in os.environ if name.startswith(_PREFIX) and name not in known)


def restore_settings(given: dict[str, str]) -> None:
    """Have the settings that `given_settings` returned, in another process."""
    for variable in VARIABLES:
        os.environ.pop(variable.name, None)
    os.environ.update(given)


def _megabytes(variable: Variable) -> int:
    """A whole number of megabytes, 0 included."""
    value = variable.value
    if not value.isascii() or not value.isdigit():
        raise InputError(
            "{name} is '{value}': give whole megabytes, for instance {default}",
            name=variable.name,
            value=value,
            default=variable.default,
        )
    return int(value)


def _positive(variable: Variable) -> int:
    """The value of a limit; what is no positive whole number is ignored."""
    value = variable.given
    return int(value if value.isdecimal() and int(value) else variable.default)
