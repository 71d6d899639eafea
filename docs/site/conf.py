"""Sphinx's settings of the documentation site, which `make docs` builds (docs/site/build.py)."""

import tomllib
from pathlib import Path

_PROJECT = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))

project = "Polyguest"
copyright = "the authors of Polyguest, MIT licence"  # noqa: A001  Sphinx's name
version = release = _PROJECT["project"]["version"]
language = "en"

extensions = ["myst_parser", "sphinx_copybutton"]
myst_heading_anchors = 4  # named as code hosts name them
highlight_language = "none"
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
copybutton_only_copy_prompt_lines = True

html_theme = "furo"  # brings its own files and uses the system's fonts: nothing is fetched
html_title = f"Polyguest {version}"
html_static_path = [str(Path(__file__).parent / "static")]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
