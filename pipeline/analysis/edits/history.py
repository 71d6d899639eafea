"""Edits in order: done, undone, done again, and carried over to another analysis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from pipeline.analysis.analysis import Analysis, Base
from pipeline.analysis.edits.draft import Draft, Edit, digest
from pipeline.analysis.edits.operations import CHANGES
from pipeline.common.errors import InputError
from pipeline.embedding.encoder import Encoder
from pipeline.topics.describe import count_topics, describe_topics
from pipeline.topics.topic import Topic

_QUICK = frozenset({"rename", "hide", "move"})
_MAKING = frozenset({"split", "example"})
_SHARED = 0.3  # of two topics' reviews, for one to be the other's successor


def needs_model(edit: Edit) -> bool:
    """Whether an edit takes a model and dictionaries, and so more than a moment."""
    return edit.get("do") not in _QUICK


def apply_edit(analysis: Analysis, edit: Edit, *, encoder: Encoder | None = None) -> Analysis:
    """The analysis with one more edit; what was undone before can't be redone any more.

    Names and words of topics that the edit does not touch stay.

    Args:
        analysis: stays as it is.
        edit: see :mod:`pipeline.analysis.edits`.
        encoder: the analysis' model; needed where :func:`needs_model` says so.

    Raises:
        InputError: the edit can't be done, with what to do instead.
    """
    change = CHANGES.get(str(edit.get("do")))
    if change is None:
        raise InputError(f"The change '{edit.get('do')}' is unknown")
    if edit["do"] in _MAKING and "key" not in edit:
        edit = {**edit, "key": _new_key(analysis)}
    draft = Draft(
        analysis.assignments.copy(),
        list(analysis.topics),
        analysis.assigner.centroids,
        analysis.assigner.centroid_topics,
        set(),
        str(edit.get("key")),
    )
    change(analysis, draft, edit, encoder)
    edited = _finished(analysis, draft, encoder)
    return edited.edited(edits=(*analysis.edits, edit), undone=())


def undo(analysis: Analysis, *, encoder: Encoder | None = None) -> Analysis:
    """The analysis before its last edit.

    All edits but the last are done again, which may take the model; who still has the analysis of
    before at hand goes back to that instead.

    Raises:
        InputError: there is nothing to undo.
    """
    if not analysis.edits:
        raise InputError("There is nothing to undo")
    *before, last = analysis.edits
    undone = (last, *analysis.undone)
    again, _lost = replay(unedited(analysis), before, encoder=encoder)
    return again.edited(undone=undone)


def redo(analysis: Analysis, *, encoder: Encoder | None = None) -> Analysis:
    """The analysis with the edit that was undone last.

    Raises:
        InputError: nothing was undone, or an edit came after it.
    """
    if not analysis.undone:
        raise InputError("There is nothing to redo")
    first, *rest = analysis.undone
    return apply_edit(analysis, first, encoder=encoder).edited(undone=tuple(rest))


def unedited(analysis: Analysis) -> Analysis:
    """The analysis as it was made."""
    bare = analysis.edited(base=None, edits=(), undone=())
    if analysis.base is None:
        return bare
    base = analysis.base
    assigner = replace(
        analysis.assigner, centroids=base.centroids, centroid_topics=base.centroid_topics
    )
    return bare.edited(assignments=base.assignments, topics=base.topics, assigner=assigner)


def replay(
    analysis: Analysis, edits: Sequence[Edit], *, encoder: Encoder | None = None
) -> tuple[Analysis, list[Edit]]:
    """Edits in order; also those that can't be done here, which are left out."""
    lost = []
    for edit in edits:
        try:
            analysis = apply_edit(analysis, edit, encoder=encoder)
        except InputError:
            lost.append(edit)
    return analysis, lost


def carry_over(
    old: Analysis, new: Analysis, *, encoder: Encoder | None = None
) -> tuple[Analysis, list[Edit]]:
    """The edits of an analysis done on a new one of the same reviews, whatever its settings.

    Topics are matched by the reviews they share (Jaccard index, each the other's best and at
    least 0.3). Edits of topics without a match are returned; no edit is done by halves.
    """
    if not old.edits:
        return new, []
    keys = matching_topics(unedited(old), new)
    edits: list[Edit] = []
    lost: list[Edit] = []
    for edit in old.edits:
        called = [edit.get("topic"), edit.get("to"), *edit.get("topics", ())]
        if not all(key is None or key in keys for key in called):
            lost.append(edit)
            continue
        moved: Edit = {part: keys[edit[part]] for part in ("topic", "to") if part in edit}
        if "topics" in edit:
            moved["topics"] = [keys[key] for key in edit["topics"]]
        edits.append({**edit, **moved})
        if edit["do"] in _MAKING:  # topics that it makes are called the same in both
            keys |= {f"{edit['key']}.{part}": f"{edit['key']}.{part}" for part in range(9)}
    again, refused = replay(new, edits, encoder=encoder)
    return again, lost + refused


def in_colours_of(old: Analysis, new: Analysis) -> Analysis:
    """The new analysis with the colours of the old one's topics where they are the same topics.

    Topics are matched as in :func:`carry_over`; keys, names and order stay the new analysis' own.
    A topic without a match takes a colour that is left.
    """
    keys = {there: here for here, there in matching_topics(old, new).items()}
    colours = {topic.key: topic.colour for topic in old.topics}
    kept = {topic.key: colours[keys[topic.key]] for topic in new.topics if topic.key in keys}
    left = [colour for colour in range(2 * len(new.topics)) if colour not in kept.values()]
    free = iter(sorted(left, key=lambda colour: colour in colours.values()))  # of none of the old
    topics = tuple(
        replace(topic, colour=kept[topic.key] if topic.key in kept else next(free))
        for topic in new.topics
    )
    return new.edited(topics=topics)


def describe_edit(analysis: Analysis, edit: Edit) -> str:
    """An edit in words, for the history: "Renamed a topic to “Night noise”".

    Args:
        analysis: in which the topics' names are looked up.
        edit: done or to be done.
    """
    base = analysis.base.topics if analysis.base else ()
    names = {topic.key: topic.name for topic in (*base, *analysis.topics)}

    def name(key: object) -> str:
        return f"“{names.get(str(key), 'a topic')}”"

    kind = edit.get("do")
    if kind == "rename":
        return f"Renamed a topic to “{edit['name']}”"
    if kind == "hide":
        return f"{'Hid' if edit['hidden'] else 'Showed'} {name(edit['topic'])}"
    if kind == "merge":
        return f"Merged {', '.join(map(name, edit['topics']))}"
    if kind == "split":
        return f"Split {name(edit['topic'])} into {edit['parts']}"
    if kind == "move":
        count = len(edit["units"])
        return f"Moved {count} text{'s' * (count != 1)} to {name(edit['to'])}"
    return f"Made a topic of {'“' + edit['phrase'] + '”' if edit.get('phrase') else 'examples'}"


def _new_key(analysis: Analysis) -> str:
    used = [edit.get("key", "") for edit in (*analysis.edits, *analysis.undone)]
    used += [topic.key for topic in analysis.topics]
    taken = {key.split(".")[0] for key in used}
    return next(key for n in range(len(taken) + 1) if (key := f"e{n}") not in taken)


def _finished(analysis: Analysis, draft: Draft, encoder: Encoder | None) -> Analysis:
    draft.reorder(
        sorted(range(len(draft.topics)), key=lambda topic_id: draft.topics[topic_id].is_outlier)
    )
    if draft.fresh:
        if encoder is None:
            raise ValueError("this edit needs the analysis' model")
        described = describe_topics(
            analysis.units,
            analysis.languages,
            draft.assignments,
            len(draft.topics),
            analysis.vectors,
            raw=analysis.raw,
            space=analysis.space,
            encoder=encoder,
            outlier_topic=next(
                (i for i, topic in enumerate(draft.topics) if topic.is_outlier), None
            ),
            kept={i: topic for i, topic in enumerate(draft.topics) if topic.key not in draft.fresh},
        )
        draft.topics = list(map(_with_identity, described, draft.topics))
    topics = count_topics(
        analysis.units, analysis.languages, draft.assignments, tuple(draft.topics)
    )
    found = analysis.assigner
    return analysis.edited(
        assignments=draft.assignments,
        topics=topics,
        assigner=replace(found, centroids=draft.centroids, centroid_topics=draft.centroid_topics),
        base=analysis.base
        or Base(analysis.assignments, analysis.topics, found.centroids, found.centroid_topics),
    )


def _with_identity(new: Topic, old: Topic) -> Topic:
    """A topic described anew, still the same topic to who knows its key, colour and name."""
    new = replace(new, key=old.key, colour=old.colour, is_outlier=old.is_outlier, hidden=old.hidden)
    return replace(new, name=old.name, names={}, named=True) if old.named else new


def matching_topics(old: Analysis, new: Analysis) -> dict[str, str]:
    """Key of an old topic -> key of the new topic with the same reviews; see :func:`carry_over`."""
    texts = {digest(text): row for row, text in enumerate(new.texts)}
    rows = np.array([texts.get(digest(text), -1) for text in old.texts])
    common = rows >= 0
    first = np.array([old.in_topic(topic.id)[common] for topic in old.topics], float)
    second = np.array([new.in_topic(topic.id)[rows[common]] for topic in new.topics], float)
    both = first @ second.T
    jaccard = both / np.maximum(first.sum(1)[:, None] + second.sum(1)[None, :] - both, 1)
    return {
        topic.key: new.topics[best].key
        for topic, best in zip(old.topics, jaccard.argmax(axis=1).tolist(), strict=True)
        if jaccard[topic.id, best] >= _SHARED and jaccard[:, best].argmax() == topic.id
    }
