"""The environment variables of the program, each defined here once.

:mod:`pipeline.common.settings` reads them; ``docs/settings.md`` has the same table.
"""

from __future__ import annotations

import os
from dataclasses import dataclass


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
    "Engine for vectors of saved analyses, such as milvus://host:19530; unset: a shared database.",
)
CACHE_MB = Variable(
    "POLYGUEST_CACHE_MB",
    "whole number of MB",
    "2000",
    "Size limit of the vector cache; the least recently used go first. 0 caches nothing.",
)
COPIES_MB = Variable(
    "POLYGUEST_COPIES_MB",
    "whole number of MB",
    "20000",
    "Most that a server keeps of a database's analyses; the least recently used go first. 0: all.",
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
    "float32, int8 or auto",
    "auto",
    "Arithmetic of the bundled model, unless its name says which; auto takes int8 where the "
    "processor is faster with it, and float32 elsewhere and on a GPU.",
)
RAY = Variable(
    "POLYGUEST_RAY",
    "address",
    "",
    "Ray cluster on whose machines jobs encode texts: its head's address, 10.0.0.5:6379, or auto.",
)
RAY_FALLBACK = Variable(
    "POLYGUEST_RAY_FALLBACK",
    "1 or 0",
    "1",
    "Whether a job encodes its texts itself when that cluster can't be used; 0 refuses the job.",
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
    COPIES_MB,
    MAX_MB,
    MAX_ROWS,
    MAX_COLUMNS,
    MAX_CELLS,
    MAX_CELL,
    READ_SECONDS,
    READ_MEMORY_MB,
    PRECISION,
    RAY,
    RAY_FALLBACK,
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
