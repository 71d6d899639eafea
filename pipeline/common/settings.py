"""Settings from the environment: every ``POLYGUEST_*`` variable is defined and read here alone.

A value is read when it is asked for, never at import. ``docs/settings.md`` has the same table.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import platformdirs

from pipeline.common.errors import InputError
from pipeline.common.http_client import Service

_PREFIX = "POLYGUEST_"
_BENCHMARK_DATA = "POLYGUEST_BENCH_DATA"  # of the benchmarks and the Makefile, not of the program


@dataclass(frozen=True)
class Variable:
    """An environment variable.

    Attributes:
        name: in the environment.
        kind: of its values, in words.
        default: the value while it is unset or empty; of folders, in words.
        summary: what it does, in one line.
    """

    name: str
    kind: str
    default: str
    summary: str

    @property
    def given(self) -> str:
        """Its value, without spaces around it; "" while it is unset."""
        return os.environ.get(self.name, "").strip()

    @property
    def value(self) -> str:
        """Its value or its default."""
        return self.given or self.default


DATA = Variable(
    "POLYGUEST_DATA",
    "folder",
    "the user's data directory",
    "Where saved analyses are. Nothing in it is deleted unasked.",
)
CACHE = Variable(
    "POLYGUEST_CACHE",
    "folder",
    "the user's cache directory",
    "Where the model, vectors and running sessions are. May be deleted while nothing runs.",
)
DATABASE = Variable(
    "POLYGUEST_DATABASE",
    "address",
    "",
    "PostgreSQL database that several servers share, such as postgresql://user:password@host/name.",
)
OBJECTS = Variable(
    "POLYGUEST_OBJECTS",
    "address",
    "",
    "Where files of a database's analyses are, such as s3://bucket/prefix; empty: in the database.",
)
RUN_JOBS = Variable(
    "POLYGUEST_RUN_JOBS",
    "1 or 0",
    "1",
    "Whether a server that shares a database does jobs; 0 where `polyguest worker` processes do.",
)
STORE = Variable(
    "POLYGUEST_STORE",
    "sqlite, postgresql or an address",
    "sqlite",
    "Engine that keeps the vectors of saved analyses for search, such as milvus://host:19530.",
)
CACHE_MB = Variable(
    "POLYGUEST_CACHE_MB",
    "whole number of MB",
    "2000",
    "Size limit of the vector cache; the least recently used go first. 0 caches nothing.",
)
MAX_MB = Variable(
    "POLYGUEST_MAX_MB",
    "whole number of MB",
    "500",
    "Largest file that is read, packed or unpacked, and largest upload.",
)
MAX_ROWS = Variable(
    "POLYGUEST_MAX_ROWS", "whole number", "1000000", "Most rows that a file may have."
)
MAX_COLUMNS = Variable(
    "POLYGUEST_MAX_COLUMNS", "whole number", "4000", "Most columns that a file may have."
)
MAX_CELLS = Variable(
    "POLYGUEST_MAX_CELLS",
    "whole number",
    "60000000",
    "Most cells that a file may have, blank ones included: rows times columns.",
)
MAX_CELL = Variable(
    "POLYGUEST_MAX_CELL",
    "whole number of characters",
    "6000000",
    "Longest cell; a row with a longer one is rejected.",
)
READ_SECONDS = Variable(
    "POLYGUEST_READ_SECONDS",
    "whole number of seconds",
    "8",
    "Processor time in which a file of up to 5 MB must be read; larger ones have longer.",
)
READ_MEMORY_MB = Variable(
    "POLYGUEST_READ_MEMORY_MB",
    "whole number of MB",
    "2000",
    "Most memory that reading a file may take.",
)
PRECISION = Variable(
    "POLYGUEST_PRECISION",
    "float32 or int8",
    "float32",
    "Arithmetic of the bundled model, unless its name says which; int8 is faster and smaller.",
)
MODELS = Variable(
    "POLYGUEST_MODELS",
    "names or folders with commas",
    "",
    "Models beside the bundled one that an opened or imported analysis may name.",
)
TRANSLATE_URL = Variable(
    "POLYGUEST_TRANSLATE_URL",
    "address",
    "",
    "Endpoint that translates a review when a user asks for it, such as http://localhost:5000.",
)
TRANSLATE_MODEL = Variable(
    "POLYGUEST_TRANSLATE_MODEL",
    "text",
    "",
    "Chat model of that endpoint, which is then OpenAI-compatible; empty for LibreTranslate's API.",
)
TRANSLATE_KEY = Variable(
    "POLYGUEST_TRANSLATE_KEY", "text", "", "Key of that endpoint; never written anywhere."
)
EMBEDDINGS_URL = Variable(
    "POLYGUEST_EMBEDDINGS_URL",
    "address",
    "",
    "Endpoint of the form of OpenAI's /v1/embeddings, for models named endpoint:NAME.",
)
EMBEDDINGS_KEY = Variable(
    "POLYGUEST_EMBEDDINGS_KEY", "text", "", "Key of that endpoint; never written anywhere."
)
EMBEDDINGS_PRICE = Variable(
    "POLYGUEST_EMBEDDINGS_PRICE",
    "number",
    "",
    "What that endpoint takes for a million tokens, in any currency; for comparisons of models.",
)
CHAT_URL = Variable(
    "POLYGUEST_CHAT_URL",
    "address",
    "",
    "Endpoint of the form of OpenAI's /v1/chat/completions that answers questions to the reviews.",
)
CHAT_KEY = Variable(
    "POLYGUEST_CHAT_KEY", "text", "", "Key of that endpoint; never written anywhere."
)
CHAT_MODEL = Variable("POLYGUEST_CHAT_MODEL", "name", "default", "Model that it is asked for.")
EARLY_SECONDS = Variable(
    "POLYGUEST_EARLY_SECONDS",
    "number of seconds",
    "12",
    "Time spent embedding a sample before the first results of a large file. 0 waits for all.",
)
KEEP = Variable(
    "POLYGUEST_KEEP",
    "1 or 0",
    "1",
    "Whether the app saves analyses; with 0 each ends with its session.",
)
HOSTS = Variable(
    "POLYGUEST_HOSTS",
    "names with commas",
    "",
    "Names of the app's server beside localhost; `*.` before one stands for anything before it.",
)
ACCESS = Variable(
    "POLYGUEST_ACCESS",
    "file",
    "",
    "TOML file of logins, workspaces and their members; without it there are no logins.",
)
LANGUAGE = Variable(
    "POLYGUEST_LANGUAGE",
    "code of a language",
    "the browser's",
    "Language of the app's pages while a user has chosen none: en, ar, de, es, fr, ja or zh.",
)
LOG = Variable(
    "POLYGUEST_LOG",
    "text or json",
    "text",
    "Form of the server's log on standard error; json is a line an event without users' texts.",
)
METRICS_PORT = Variable(
    "POLYGUEST_METRICS_PORT",
    "port",
    "",
    "Port on which Prometheus reads figures of the server; off while it is empty.",
)
METRICS_ADDRESS = Variable(
    "POLYGUEST_METRICS_ADDRESS",
    "address",
    "127.0.0.1",
    "Address of this computer on which that port is opened.",
)
START = Variable(
    "POLYGUEST_START",
    "sample or empty",
    "",
    "sample: each session of the app begins with the analysis of the sample data.",
)
WORKER = Variable(
    "POLYGUEST_WORKER",
    "jobs or queries",
    "jobs",
    "What a worker process does. The app sets it when it starts one.",
)

VARIABLES = (
    DATA,
    CACHE,
    DATABASE,
    OBJECTS,
    RUN_JOBS,
    STORE,
    CACHE_MB,
    MAX_MB,
    MAX_ROWS,
    MAX_COLUMNS,
    MAX_CELLS,
    MAX_CELL,
    READ_SECONDS,
    READ_MEMORY_MB,
    PRECISION,
    MODELS,
    TRANSLATE_URL,
    TRANSLATE_MODEL,
    TRANSLATE_KEY,
    EMBEDDINGS_URL,
    EMBEDDINGS_KEY,
    EMBEDDINGS_PRICE,
    CHAT_URL,
    CHAT_KEY,
    CHAT_MODEL,
    EARLY_SECONDS,
    KEEP,
    HOSTS,
    ACCESS,
    LANGUAGE,
    LOG,
    METRICS_PORT,
    METRICS_ADDRESS,
    START,
    WORKER,
)


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
    value = CACHE_MB.value
    if not value.isascii() or not value.isdigit():
        raise InputError(
            "{name} is '{value}': give whole megabytes, for instance {default}",
            name=CACHE_MB.name,
            value=value,
            default=CACHE_MB.default,
        )
    return int(value)


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
    """Precision of the bundled model, unchecked: ``load_encoder`` knows what there is."""
    return PRECISION.value


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


def _positive(variable: Variable) -> int:
    """The value of a limit; what is no positive whole number is ignored."""
    value = variable.given
    return int(value if value.isdecimal() and int(value) else variable.default)
