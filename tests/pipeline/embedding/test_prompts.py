"""Prompts of embedding models."""

import pytest

from pipeline.embedding.prompts import Prompts, find_prompts


@pytest.mark.parametrize(
    ("name", "query", "document"),
    [
        ("intfloat/multilingual-e5-base", "query: ", "query: "),
        ("/models/multilingual-e5-large", "query: ", "query: "),
        ("BAAI/bge-m3", "", ""),
        ("BAAI/bge-large-zh-v1.5", "为这个句子生成表示以用于检索相关文章：", ""),
        ("moka-ai/m3e-base", "", ""),
        ("sentence-transformers/LaBSE", "", ""),
    ],
)
def test_prompts_of_well_known_models(name, query, document):
    assert find_prompts(name) == Prompts(query, document)


def test_instructions_are_for_queries_alone():
    for name in ("Qwen/Qwen3-Embedding-0.6B", "intfloat/multilingual-e5-large-instruct"):
        found = find_prompts(name)
        assert found.query.startswith("Instruct: ") and "Query:" in found.query
        assert found.document == ""


def test_a_models_own_prompts_come_first():
    own = {"query": "q: ", "passage": "p: "}
    assert find_prompts("my/bge-small-zh", own) == Prompts("q: ", "p: ")
    assert find_prompts("my/model", {"retrieval.query": "a", "retrieval.passage": "b"}) == Prompts(
        "a", "b"
    )
    assert find_prompts("my/model", {"sts": "s: "}, "sts") == Prompts("s: ", "s: ")
    # Saved without any text, as newer versions of the library do.
    assert find_prompts("BAAI/bge-base-en-v1.5", {"query": "", "document": ""}).query
