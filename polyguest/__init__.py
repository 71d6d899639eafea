"""Guest reviews in many languages, from Python: read, analyse, search and compare them.

What this package exports is stable: within a major version, functions, their arguments and the
columns of their tables are added to, never renamed or removed (docs/guides/python.md). Everything
else, ``pipeline`` included, may change with any version.
"""

from pipeline.common.errors import InputError
from pipeline.common.version import VERSION
from polyguest._analysis import Analysis, analyse, load_analysis
from polyguest._comparison import compare
from polyguest._reviews import Reviews, read_reviews
from polyguest._search import search

__version__ = VERSION
__all__ = [
    "Analysis",
    "InputError",
    "Reviews",
    "__version__",
    "analyse",
    "compare",
    "load_analysis",
    "read_reviews",
    "search",
]
