"""What tests of encoders share."""

import pytest

from pipeline.embedding.registry import DEFAULT_MODEL
from tests.support.command import load_once


@pytest.fixture(scope="session")
def encoder():
    """The bundled model in float32, a SentenceTransformer."""
    return load_once(f"{DEFAULT_MODEL}:float32")
