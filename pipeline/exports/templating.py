"""HTML templates of this package, filled with texts that are escaped."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from pipeline.text.normalise import replace_surrogates

if TYPE_CHECKING:
    from jinja2 import Template


@cache
def load_template(name: str) -> Template:
    """A template of ``pipeline/exports/templates``; every value in it is escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("pipeline.exports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)


def render(template: Template, **values: Any) -> bytes:
    """A filled template in UTF-8, without what HTML excludes."""
    return replace_surrogates(template.render(**values)).replace("\0", "").encode()
