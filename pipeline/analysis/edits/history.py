"""The history of edits: apply, undo, redo, replay, and transfer to another analysis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from pipeline.analysis.analysis import Analysis, InitialTopics, hotel_names
from pipeline.analysis.edits.draft import Draft, Edit, text_digest
from pipeline.analysis.edits.operations import OPERATIONS
from pipeline.analysis.topic_names import keep_names_true
from pipeline.common.errors import InputError
from pipeline.common.locale_format import format_list
from pipeline.common.translation import gettext as _
from pipeline.common.translation import gettext_noop as N_
from pipeline.common.translation import ngettext
from pipeline.embedding.encoder import Encoder
from pipeline.topics.describe import describe_topics, recount_topics
from pipeline.topics.topic import Topic

_WITHOUT_MODEL = frozenset({"rename", "hide", "move"})
_CREATING = frozenset({"split", "example"})  # edits that create topics
_MAX_CREATED = 9  # topics that one edit creates
_MIN_JACCARD = 0.3  # of the reviews of two topics, for them to match


def needs_model(edit: Edit) -> bool:
    """Whether applying an edit needs the model and dictionaries, and thus takes time."""
    return edit.get("do") not in _WITHOUT_MODEL


def apply_edit(analysis: Analysis, edit: Edit, *, encoder: Encoder | None = None) -> Analysis:
    """Apply an edit to an analysis; edits that were undone before can no longer be redone.

    Names and keywords of topics that the edit does not affect stay the same.

    Args:
        analysis: is not modified.
        edit: see :mod:`pipeline.analysis.edits`.
        encoder: model of the analysis; required where :func:`needs_model` is true.

    Raises:
        InputError: the edit can't be applied; the message says what to do instead.
    """
    operation = OPERATIONS.get(str(edit.get("do")))
    if operation is None:
        raise InputError(
            "The change '{value}' is unknown",
            value=edit.get("do"),
        )
    if edit["do"] in _CREATING and "key" not in edit:
        edit = {**edit, "key": _new_key(analysis)}
    draft = Draft(
        analysis.assignments.copy(),
        list(analysis.topics),
        analysis.assigner.centroids,
        analysis.assigner.centroid_topics,
        set(),
        str(edit.get("key")),
    )
    operation(analysis, draft, edit, encoder)
    edited = _finish(analysis, draft, encoder)
    return edited.edited(edits=(*analysis.edits, edit), undone=())


def undo(analysis: Analysis, *, encoder: Encoder | None = None) -> Analysis:
    """Undo the last edit.

    All other edits are applied again to the unedited analysis, which may need the model. A caller
    that still holds the previous analysis should use that instead.

    Raises:
        InputError: there is nothing to undo.
    """
    if not analysis.edits:
        raise InputError("There is nothing to undo")
    *earlier, last = analysis.edits
    replayed, _failed = replay(unedited(analysis), earlier, encoder=encoder)
    return replayed.edited(undone=(last, *analysis.undone))


def redo(analysis: Analysis, *, encoder: Encoder | None = None) -> Analysis:
    """Redo the edit that was undone last.

    Raises:
        InputError: nothing was undone, or an edit came after it.
    """
    if not analysis.undone:
        raise InputError("There is nothing to redo")
    first, *rest = analysis.undone
    return apply_edit(analysis, first, encoder=encoder).edited(undone=tuple(rest))


def unedited(analysis: Analysis) -> Analysis:
    """The analysis without any edits."""
    without_edits = analysis.edited(initial=None, edits=(), undone=())
    initial = analysis.initial
    if initial is None:
        return without_edits
    assigner = replace(
        analysis.assigner, centroids=initial.centroids, centroid_topics=initial.centroid_topics
    )
    return without_edits.edited(
        assignments=initial.assignments, topics=initial.topics, assigner=assigner
    )


def replay(
    analysis: Analysis, edits: Sequence[Edit], *, encoder: Encoder | None = None
) -> tuple[Analysis, list[Edit]]:
    """Apply edits in order; return the analysis, and the edits that could not be applied."""
    failed = []
    for edit in edits:
        try:
            analysis = apply_edit(analysis, edit, encoder=encoder)
        except InputError:
            failed.append(edit)
    return analysis, failed


def transfer_edits(
    old: Analysis, new: Analysis, *, encoder: Encoder | None = None
) -> tuple[Analysis, list[Edit]]:
    """Apply the edits of an analysis to a new analysis of the same reviews with other settings.

    Topics are matched by the reviews they share (Jaccard index, mutually best and at least 0.3). An
    edit that concerns a topic without a match is not applied at all.

    Returns:
        The new analysis with the edits, and those edits that could not be applied.
    """
    if not old.edits:
        return new, []
    keys = match_topics(unedited(old), new)
    edits: list[Edit] = []
    unmatched: list[Edit] = []
    for edit in old.edits:
        concerned = [edit.get("topic"), edit.get("to"), *edit.get("topics", ())]
        if not all(key is None or key in keys for key in concerned):
            unmatched.append(edit)
            continue
        translated: Edit = {name: keys[edit[name]] for name in ("topic", "to") if name in edit}
        if "topics" in edit:
            translated["topics"] = [keys[key] for key in edit["topics"]]
        edits.append({**edit, **translated})
        if edit["do"] in _CREATING:  # the topics that it creates have the same keys in both
            created = [f"{edit['key']}.{part}" for part in range(_MAX_CREATED)]
            keys |= dict(zip(created, created, strict=True))
    replayed, failed = replay(new, edits, encoder=encoder)
    return replayed, unmatched + failed


def transfer_colours(old: Analysis, new: Analysis) -> Analysis:
    """Give topics of a new analysis the colours of the matching topics of an old one.

    Topics are matched as in :func:`transfer_edits`; keys, names and order do not change. A topic
    without a match gets an unused colour, if possible one that no old topic had.
    """
    old_keys = {new_key: old_key for old_key, new_key in match_topics(old, new).items()}
    colours = {topic.key: topic.colour for topic in old.topics}
    kept = {
        topic.key: colours[old_keys[topic.key]] for topic in new.topics if topic.key in old_keys
    }
    unused = [colour for colour in range(2 * len(new.topics)) if colour not in kept.values()]
    free = iter(sorted(unused, key=lambda colour: colour in colours.values()))
    topics = tuple(
        replace(topic, colour=kept[topic.key] if topic.key in kept else next(free))
        for topic in new.topics
    )
    return new.edited(topics=topics)


def describe_edit(analysis: Analysis, edit: Edit) -> str:
    """Describe an edit in words: "Renamed a topic to “Night noise”".

    Args:
        analysis: has the names of the topics.
        edit: an edit of this analysis.
    """
    initial = analysis.initial.topics if analysis.initial else ()
    names = {topic.key: topic.name for topic in (*initial, *analysis.topics)}

    def name(key: object) -> str:
        return _("“{topic}”", topic=names.get(str(key), _("a topic")))

    kind = edit.get("do")
    if kind == "rename":
        return _("Renamed a topic to “{name}”", name=edit["name"])
    if kind == "hide":
        said = N_("Hid {topic}") if edit["hidden"] else N_("Showed {topic}")
        return _(said, topic=name(edit["topic"]))
    if kind == "merge":
        return _("Merged {topics}", topics=format_list(map(name, edit["topics"])))
    if kind == "split":
        return _("Split {topic} into {parts}", topic=name(edit["topic"]), parts=edit["parts"])
    if kind == "move":
        return ngettext(
            "Moved {n} text to {topic}",
            "Moved {n} texts to {topic}",
            len(edit["units"]),
            topic=name(edit["to"]),
        )
    if edit.get("phrase"):
        return _("Made a topic of “{phrase}”", phrase=edit["phrase"])
    return _("Made a topic of examples")


def _new_key(analysis: Analysis) -> str:
    used = [edit.get("key", "") for edit in (*analysis.edits, *analysis.undone)]
    used += [topic.key for topic in analysis.topics]
    taken = {key.split(".")[0] for key in used}
    return next(key for n in range(len(taken) + 1) if (key := f"e{n}") not in taken)


def _finish(analysis: Analysis, draft: Draft, encoder: Encoder | None) -> Analysis:
    """The analysis with the draft's topics, described and counted."""
    draft.reorder(
        sorted(range(len(draft.topics)), key=lambda topic_id: draft.topics[topic_id].is_outlier)
    )
    old = analysis.assigner
    initial = analysis.initial or InitialTopics(
        analysis.assignments, analysis.topics, old.centroids, old.centroid_topics
    )
    moved = analysis.edited(
        assignments=draft.assignments,
        assigner=replace(old, centroids=draft.centroids, centroid_topics=draft.centroid_topics),
        initial=initial,
    )
    if draft.undescribed:
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
            judged=moved.judged_passages(),
            hotels=hotel_names(analysis.frame, analysis.columns),
            kept={
                i: topic
                for i, topic in enumerate(draft.topics)
                if topic.key not in draft.undescribed
            },
        )
        draft.topics = list(map(_with_identity, described, draft.topics))
    topics = recount_topics(
        analysis.units, analysis.languages, draft.assignments, tuple(draft.topics)
    )
    edited = moved.edited(topics=topics)
    same = np.array_equal(draft.assignments, analysis.assignments)
    return edited if same else keep_names_true(edited)


def _with_identity(new: Topic, old: Topic) -> Topic:
    """A newly described topic with the key, colour and user's name of the old one."""
    new = replace(new, key=old.key, colour=old.colour, is_outlier=old.is_outlier, hidden=old.hidden)
    return replace(new, name=old.name, names={}, named=True, name_share=None) if old.named else new


def match_topics(old: Analysis, new: Analysis) -> dict[str, str]:
    """Keys of old topics -> keys of the new topics that match, see :func:`transfer_edits`."""
    new_rows = {text_digest(text): row for row, text in enumerate(new.texts)}
    rows = np.array([new_rows.get(text_digest(text), -1) for text in old.texts])
    common = rows >= 0
    in_old = np.array([old.in_topic(topic.id)[common] for topic in old.topics], float)
    in_new = np.array([new.in_topic(topic.id)[rows[common]] for topic in new.topics], float)
    both = in_old @ in_new.T
    jaccard = both / np.maximum(in_old.sum(1)[:, None] + in_new.sum(1)[None, :] - both, 1)
    return {
        topic.key: new.topics[best].key
        for topic, best in zip(old.topics, jaccard.argmax(axis=1).tolist(), strict=True)
        if jaccard[topic.id, best] >= _MIN_JACCARD and jaccard[:, best].argmax() == topic.id
    }
