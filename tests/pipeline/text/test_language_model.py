"""py3langid's tables, mapped from a file that is built once."""

from pathlib import Path

import pytest
from py3langid.langid import MODEL_DIR, MODEL_FILE, LanguageIdentifier

from pipeline.text.language_model import language_classifier, tables_file

TEXTS = ["The lift was slow", "Zimmer sauber", "Очень чисто", "مكان ممتاز", "très calme", "", "9"]


@pytest.fixture
def fresh(cache):
    language_classifier.cache_clear()
    yield cache
    language_classifier.cache_clear()


@pytest.mark.slow  # computes for seconds
def test_mapped_tables_give_the_ranks_of_the_package(fresh):
    ours = language_classifier()
    theirs = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    assert ours.labels == theirs.labels
    assert [ours.rank(text) for text in TEXTS] == [theirs.rank(text) for text in TEXTS]
    (file,) = (fresh / "models").glob("*.tables")
    changed = file.stat().st_mtime_ns
    language_classifier.cache_clear()
    assert language_classifier().rank("Zimmer sauber") == theirs.rank("Zimmer sauber")
    assert file.stat().st_mtime_ns == changed  # built once


@pytest.mark.slow  # computes for seconds
def test_a_damaged_file_is_built_again(tmp_path):
    source = Path(MODEL_DIR) / MODEL_FILE
    path = tables_file(source, tmp_path)
    intact = path.read_bytes()
    path.write_bytes(intact[:-100])
    assert tables_file(source, tmp_path).read_bytes() == intact


def test_without_a_cache_folder_the_tables_are_in_memory(fresh, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("POLYGUEST_CACHE", str(tmp_path / "file"))
    assert language_classifier().rank("Zimmer sauber")[0][0] == "de"
