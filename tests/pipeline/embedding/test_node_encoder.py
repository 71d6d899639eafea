"""What machines of a cluster say of their models, compared."""

import pytest

from pipeline.common.errors import InputError
from pipeline.embedding.node_encoder import NodeModel, check_model, gives_same_digits


def test_models_of_other_machines_are_compared():
    own = NodeModel("here", version="1", fingerprint="e5", probes=b"12")
    check_model(NodeModel("a", "1", "e5", b"12"), own)
    assert gives_same_digits(NodeModel("a", "1", "e5", b"12"), own)
    check_model(NodeModel("a", "1", "e5", b"13"), own)
    assert not gives_same_digits(NodeModel("a", "1", "e5", b"13"), own)
    for other, said in (
        (NodeModel("a", "2", "e5"), "a has Polyguest 2, this one 1"),
        (NodeModel("a", "1", "e6"), "another model .e6. than this one .e5."),
        (NodeModel("a", "1", problem="no weights"), "a can't load the model: no weights"),
    ):
        with pytest.raises(InputError, match=said):
            check_model(other, own)
