"""A job's encoder: a cluster where one is set, this machine where that fails."""

import numpy as np
import pytest

from pipeline.analysis.embedding_order import embed_in_order
from pipeline.common.errors import InputError
from pipeline.embedding import optional_cluster
from pipeline.embedding.embed import embed_documents
from pipeline.embedding.encoder import BlockEncoder
from pipeline.embedding.optional_cluster import OptionalCluster, encoder_of_job
from pipeline.embedding.ray_cluster import split_into_blocks
from pipeline.reviews.units import make_units
from tests.support.fake_encoder import FakeEncoder

TEXTS = [f"the pool of hotel {n} was {'very ' * (n % 7)}cold" for n in range(300)]


class Cluster:
    """Computes blocks of 500 characters, and is out of reach after some."""

    characters_at_once = 4_000

    def __init__(self, encoder, blocks=10_000):
        self._encoder, self._left = encoder, blocks
        self.sent = []

    def encode_blocks(self, texts):
        self.sent.append(list(texts))
        blocks = split_into_blocks(texts, 500)
        for block in blocks[1::2] + blocks[::2]:  # in any order
            if not self._left:
                raise InputError("The Ray cluster is out of reach: gone")
            self._left -= 1
            yield block, self._encoder.encode_documents(texts[block])


class Counting(FakeEncoder):
    """Remembers what it was given; can do something more than a model must."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def encode_documents(self, texts, *, progress=None):
        self.seen += texts
        return super().encode_documents(texts, progress=progress)

    def tokenize(self, texts):
        return [tuple(text.split()) for text in texts]


@pytest.mark.parametrize("blocks", [0, 1, 7, 10_000])
def test_what_a_cluster_has_not_sent_is_computed_here_once(blocks):
    remote, here, said = Counting(), Counting(), []
    encoder = OptionalCluster(Cluster(remote, blocks), here, said.append)
    assert isinstance(encoder, BlockEncoder)
    assert encoder.tokenize(["a b"]) == [("a", "b")] and not hasattr(encoder, "photograph")
    vectors = embed_documents(encoder, TEXTS, use_cache=False)
    np.testing.assert_array_equal(vectors, embed_documents(FakeEncoder(), TEXTS, use_cache=False))
    assert sorted(remote.seen + here.seen) == sorted(TEXTS)
    assert bool(here.seen) is bool(said) is (blocks < 10_000)
    if said:
        assert str(said[0]) == "The Ray cluster is out of reach: gone"
        assert encoder.characters_at_once == 0
        embed_documents(encoder, TEXTS[:5], use_cache=False)  # without another attempt
        assert len(said) == 1


def test_the_setting_refuses_to_go_on_here(monkeypatch):
    monkeypatch.setenv("POLYGUEST_RAY_FALLBACK", "0")
    here, said = Counting(), []
    encoder = OptionalCluster(Cluster(FakeEncoder(), 2), here, said.append)
    with pytest.raises(InputError, match="out of reach"):
        embed_documents(encoder, TEXTS, use_cache=False)
    assert not here.seen and not said


def test_only_many_texts_are_worth_a_cluster(monkeypatch):
    model, said = FakeEncoder(), []
    with encoder_of_job(model, TEXTS * 50, on_problem=said.append) as encoder:
        assert encoder is model  # no cluster is set
    monkeypatch.setenv("POLYGUEST_RAY", "127.0.0.1:1")
    with encoder_of_job(model, TEXTS, on_problem=said.append) as encoder:
        assert encoder is model and not said
    with encoder_of_job(model, TEXTS * 50, on_problem=said.append) as encoder:
        assert encoder is model
    assert "127.0.0.1:1" in str(said[0])  # nobody answers there, or Ray is not installed
    monkeypatch.setenv("POLYGUEST_RAY_FALLBACK", "no")
    with (
        pytest.raises(InputError, match="127.0.0.1:1"),
        encoder_of_job(model, TEXTS * 50, on_problem=said.append),
    ):
        pass
    assert len(said) == 1
    assert optional_cluster.ray_address() == "127.0.0.1:1"


def test_a_cluster_is_given_enough_to_keep_it_busy():
    """However little this machine could do in two seconds."""
    languages = np.array(["en"] * len(TEXTS))
    units = make_units(TEXTS, languages, "review")
    cluster = Cluster(FakeEncoder())
    encoder = OptionalCluster(cluster, FakeEncoder(), print)
    raw = np.zeros((len(TEXTS), encoder.dimension), np.float32)
    embed_in_order(
        encoder,
        units,
        np.arange(len(TEXTS)),
        raw,
        progress=lambda done, total: None,
        use_cache=False,
        clock=iter(np.arange(0.0, 1e6, 1e3)).__next__,  # a thousand seconds a step
    )
    sizes = [sum(len(text) for text in sent) for sent in cluster.sent]
    assert sum(map(len, cluster.sent)) == len(TEXTS)
    # What a text costs beside its characters counts too.
    assert all(size > 0.4 * cluster.characters_at_once for size in sizes[:-1])
    np.testing.assert_array_equal(raw, embed_documents(FakeEncoder(), TEXTS, use_cache=False))
