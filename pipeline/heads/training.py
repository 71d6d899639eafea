"""Training of the heads, on sentences written for this project alone (``data/judged``).

Likeness: a supervised contrastive loss (Khosla et al. 2020, arXiv 2004.11362) brings sentences
about one matter together across languages, those with the same judgement most of all; translations
(``data/parallel``, ``data/aspects``) keep apart what is close but not the same. Polarity: a
classifier of praise, complaint and neither.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import TYPE_CHECKING

import numpy as np

from pipeline.common.arrays import unit_rows
from pipeline.embedding.encoder import Encoder
from pipeline.embedding.reference import load_lines
from pipeline.heads.judged_sentences import NEUTRAL, NO_MATTER, load_judged_sentences
from pipeline.heads.network import Network, scale_input

if TYPE_CHECKING:
    import torch

_HIDDEN, _OUTPUT = 256, 128
_TEMPERATURE = 0.07
_BATCH = 512
_EPOCHS = 40
_QUESTION_HIDDEN = 512
_QUESTION_TEMPERATURE = 0.1
_QUESTION_EPOCHS = 60  # more learn the questions by heart: matters that are none of them suffer
_QUESTION_DECAY = 0.1
_POLARITY_HIDDEN = 128
_POLARITY_EPOCHS = 10  # more learn the sentences by heart: other reviews are judged worse
_POLARITY_NETWORKS = 3  # averaged
_POLARITY_SHARPNESS = 1.4  # factor of the logits that fits six languages left out best
_HEADING_WEIGHT = 0.15  # of a heading, such as "Breakfast buffet", which says nothing good or bad
_SMOOTHING = 0.05


def train_heads(encoder: Encoder, removed: np.ndarray) -> dict[str, np.ndarray]:
    """Embed the sentences and train both heads; the arrays of :class:`pipeline.heads.heads.Heads`.

    Args:
        encoder: the model.
        removed: float32 (r, d), directions of language, see :mod:`pipeline.embedding.neutral`.
    """
    judged = load_judged_sentences()
    vectors = scale_input(encoder.encode_documents(judged.texts), removed)
    headings = _translations("aspects", encoder, removed)
    parallel = _translations("parallel", encoder, removed)
    about = np.flatnonzero(~np.isin(judged.matters, NO_MATTER))
    likeness = fit_likeness(
        vectors[about], judged.matters[about], judged.polarities[about], [headings, parallel]
    )
    known = np.flatnonzero(judged.polarities >= 0)
    neutral = headings[0][~np.isin(headings[1], _judging_headings())]
    polarity = fit_polarity(
        np.concatenate([vectors[known], neutral]),
        np.concatenate([judged.polarities[known], np.full(len(neutral), NEUTRAL)]),
        np.concatenate([np.ones(len(known)), np.full(len(neutral), _HEADING_WEIGHT)]),
    )
    return {
        "removed": removed,
        "matters": _matter_means(likeness(vectors), judged.matters),
        **likeness.to_arrays("likeness"),
        **polarity.to_arrays("polarity"),
    }


def _matter_means(likeness: np.ndarray, matters: np.ndarray) -> np.ndarray:
    """Mean likeness vector of each matter: float32 (m, k), rows of length 1."""
    vectors = unit_rows(likeness)
    known = [matter for matter in np.unique(matters) if matter not in NO_MATTER]
    means = np.array([vectors[matters == matter].mean(axis=0) for matter in known])
    return unit_rows(means).astype(np.float32)


def fit_likeness(
    vectors: np.ndarray,
    matters: np.ndarray,
    polarities: np.ndarray,
    translations: Sequence[tuple[np.ndarray, np.ndarray]],
    *,
    seed: int = 0,
) -> Network:
    """Train the head whose cosines tell whether two texts speak of the same.

    Args:
        vectors: float32 (n, d), of judged sentences.
        matters, polarities: of these, str (n,) and int (n,).
        translations: vectors float32 (k, d) and line numbers int (k,) of further texts; those with
            one number mean the same.
        seed: for weights and batches.
    """
    import torch

    matter = np.unique(matters, return_inverse=True)[1]
    sets = [(torch.tensor(vectors), [matter, 3 * matter + polarities])]
    sets += [(torch.tensor(v), [lines]) for v, lines in translations]
    steps = _EPOCHS * (len(vectors) // _BATCH)
    return _fit_contrastive(sets, _HIDDEN, steps, _TEMPERATURE, weight_decay=1e-4, seed=seed)


def train_questions(
    encoder: Encoder, removed: np.ndarray, questions: Sequence[str], matters: np.ndarray
) -> tuple[Network, ...]:
    """Train the networks whose cosines, averaged, tell whether two questions ask for the same.

    One sees questions alone; the other also translations (``data/aspects``, ``data/parallel``),
    which keep what it knows of matters that no question is about.

    Args:
        encoder: the model.
        removed: float32 (r, d), directions of language.
        questions: n texts in many languages.
        matters: int (n,), what each asks for.
    """
    import torch

    vectors = torch.tensor(scale_input(encoder.encode_queries(questions), removed))
    asked = (vectors, [matters])
    spoken = load_lines("questions")
    headings, sentences = (
        _translations(name, encoder, removed, languages=spoken) for name in ("aspects", "parallel")
    )
    translations = (
        torch.tensor(np.concatenate([headings[0], sentences[0]])),
        [np.concatenate([headings[1], sentences[1] + headings[1].max() + 1])],
    )
    steps = _QUESTION_EPOCHS * len(questions) // _BATCH
    return tuple(
        _fit_contrastive(
            sets,
            _QUESTION_HIDDEN,
            steps,
            _QUESTION_TEMPERATURE,
            weight_decay=_QUESTION_DECAY,
            seed=0,
        )
        for sets in ([asked], [asked, translations])
    )


def _fit_contrastive(
    sets: Sequence[tuple[torch.Tensor, Sequence[np.ndarray]]],
    hidden: int,
    steps: int,
    temperature: float,
    *,
    weight_decay: float,
    seed: int,
) -> Network:
    """Train a network by the supervised contrastive loss.

    Args:
        sets: vectors (n, d), and their groupings, int (n,): each brings a group together.
        hidden: units of the hidden layer.
        steps: batches of each set.
        temperature: of the loss.
        weight_decay: of the optimizer.
        seed: for weights and batches.
    """
    import torch

    generator = torch.Generator().manual_seed(seed)
    network = _network(sets[0][0].shape[1], hidden, _OUTPUT, generator)
    optimizer = torch.optim.AdamW(network.parameters(), lr=2e-3, weight_decay=weight_decay)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for _ in range(steps):
        loss = torch.zeros(())
        for points, levels in sets:
            rows = torch.randperm(len(points), generator=generator)[:_BATCH]
            noisy = torch.nn.functional.dropout(points[rows], 0.1)
            output = torch.nn.functional.normalize(network(noisy), dim=1)
            for groups in levels:
                loss = loss + _contrastive_loss(
                    output, torch.tensor(groups[rows.numpy()]), temperature
                )
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()
    return _frozen(network)


def fit_polarity(vectors: np.ndarray, classes: np.ndarray, weights: np.ndarray) -> Network:
    """Train the classifier of polarity, float32 (n, d) to classes int (n,), weighted (n,)."""
    import torch

    points, wanted = torch.tensor(vectors), torch.tensor(classes)
    weight = torch.tensor(weights, dtype=torch.float32)
    networks = []
    for seed in range(_POLARITY_NETWORKS):
        generator = torch.Generator().manual_seed(seed)
        network = _network(vectors.shape[1], _POLARITY_HIDDEN, 3, generator, dropout=0.3)
        optimizer = torch.optim.AdamW(network.parameters(), lr=2e-3, weight_decay=1e-3)
        for _ in range(_POLARITY_EPOCHS):
            for rows in torch.randperm(len(points), generator=generator).split(_BATCH // 2):
                noisy = torch.nn.functional.dropout(points[rows], 0.1)
                losses = torch.nn.functional.cross_entropy(
                    network(noisy), wanted[rows], label_smoothing=_SMOOTHING, reduction="none"
                )
                optimizer.zero_grad()
                loss = (losses * weight[rows]).mean()
                loss.backward()  # type: ignore[no-untyped-call]
                optimizer.step()
        networks.append(_frozen(network))
    return Network.mean(networks).scaled(_POLARITY_SHARPNESS)


def _network(
    inputs: int, hidden: int, outputs: int, generator: torch.Generator, *, dropout: float = 0.0
) -> torch.nn.Sequential:
    import torch

    torch.manual_seed(int(torch.randint(2**31, (1,), generator=generator)))
    return torch.nn.Sequential(
        torch.nn.Linear(inputs, hidden),
        torch.nn.ReLU(),
        torch.nn.Dropout(dropout),
        torch.nn.Linear(hidden, outputs),
    )


def _frozen(network: torch.nn.Sequential) -> Network:
    arrays = (parameter.detach().numpy().copy() for parameter in network.parameters())
    return Network(*arrays)


def _contrastive_loss(
    output: torch.Tensor, groups: torch.Tensor, temperature: float
) -> torch.Tensor:
    """Mean over rows (b, k) of the loss that brings each near to the others of its group."""
    import torch

    similarities = output @ output.T / temperature
    itself = torch.eye(len(output), dtype=torch.bool)
    similarities = similarities.masked_fill(itself, -1e9)
    same = (groups[:, None] == groups[None]) & ~itself
    chances = similarities - torch.logsumexp(similarities, dim=1, keepdim=True)
    partners = same.sum(dim=1)
    return -((chances * same).sum(dim=1) / partners.clamp(min=1))[partners > 0].mean()


def _translations(
    name: str, encoder: Encoder, removed: np.ndarray, *, languages: Container[str] | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Vectors (n, d) and line numbers (n,) of the reference texts ``data/<name>``.

    Args:
        name: of the texts.
        encoder: the model.
        removed: float32 (r, d), directions of language.
        languages: codes of those that are taken; all when left out.
    """
    lines = {
        code: texts
        for code, texts in load_lines(name).items()
        if languages is None or code in languages
    }
    vectors = encoder.encode_documents([text for texts in lines.values() for text in texts])
    numbers = np.concatenate([np.arange(len(texts)) for texts in lines.values()])
    return scale_input(vectors, removed), numbers


def _judging_headings() -> list[int]:
    """Line numbers of headings that praise or complain: "Dirty bathroom"."""
    from pipeline.common.paths import PACKAGE_DATA

    rows = (PACKAGE_DATA / "aspect_groups.txt").read_text("utf-8").splitlines()
    judging = {row.strip()[2:] for row in rows if row.strip().startswith(("- ", "+ "))}
    return [number for number, row in enumerate(load_lines("aspects")["en"]) if row in judging]
