"""The weights file is read as its format says, rows of a table without the rest of it."""

import numpy as np
import pytest

from pipeline.embedding.bundled_model import find_weights, open_weights
from pipeline.embedding.weights_file import WORDS, WeightsFile, dequantise

pytestmark = pytest.mark.model


def test_blocks_become_the_weights_of_the_format():
    blocks = np.zeros((1, 1), [("scale", "<f2"), ("pairs", "u1", 16)])
    blocks["scale"] = 0.5
    blocks["pairs"][0, 0] = np.arange(16) | 15 << 4
    weights = dequantise(blocks)
    np.testing.assert_array_equal(weights[0, :16], (np.arange(16) - 8) * 0.5)
    np.testing.assert_array_equal(weights[0, 16:], 3.5)


@pytest.mark.slow  # loads PyTorch
def test_rows_of_the_table_are_those_of_the_float32_model(encoder):
    weights = open_weights(find_weights())
    assert weights.shape.layers == 12 and len(weights.names) == 197
    table = weights.tensor(WORDS)
    assert table.shape == (250_037, 384)
    rows = np.array([0, 5, 250_036, 5])
    np.testing.assert_array_equal(dequantise(weights.blocks(WORDS)[rows]), table[rows])


def test_another_file_is_refused(tmp_path):
    path = tmp_path / "weights.bin"
    path.write_bytes(b"E5S2" + bytes(100))
    with pytest.raises(ValueError, match="not a weights file"):
        WeightsFile(path)
