"""What tests of encoders share."""

import pytest

from pipeline.embedding.bundled_model import FINGERPRINT, model_folder
from pipeline.embedding.registry import DEFAULT_MODEL
from pipeline.embedding.sentence_transformer import SentenceEncoder


@pytest.fixture(scope="session")
def encoder():
    """The bundled model in float32 as any other SentenceTransformer."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(model_folder()), device="cpu")
    model.eval()
    return SentenceEncoder(model, name=DEFAULT_MODEL, fingerprint=FINGERPRINT)
