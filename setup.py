"""What pyproject.toml can't say: Streamlit's settings beside app.py, extras without "-r" lines."""

from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

_EXTRAS = (
    "dev",
    "bench",
    "mcp",
    "metrics",
    "logins",
    "postgresql",
    "s3",
    "ray",
    "milvus",
    "redis",
    "elasticsearch",
)
_CONFIG = Path(".streamlit", "config.toml")


class _BuildWithConfig(build_py):
    def run(self) -> None:
        super().run()
        if not self.editable_mode:
            target = Path(self.build_lib, _CONFIG)
            target.parent.mkdir(parents=True, exist_ok=True)
            self.copy_file(str(_CONFIG), str(target))


def _requirements(name: str) -> list[str]:
    lines = Path(name).read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith(("#", "-r "))]


_MODELS = _requirements("requirements.txt")  # what it has beside those of the core

setup(
    cmdclass={"build_py": _BuildWithConfig},
    install_requires=_requirements("requirements-core.txt"),
    extras_require={"models": _MODELS}
    | {extra: _requirements(f"requirements-{extra}.txt") for extra in _EXTRAS},
)
