"""What to compare: the models, the dimensions, and what they are measured on."""

from __future__ import annotations

import streamlit as st

from pipeline.access.policy import Action
from pipeline.common import settings, variables
from pipeline.common.errors import InputError
from pipeline.common.locale_format import format_list, format_number
from pipeline.common.translation import gettext as _
from pipeline.common.translation import gettext_noop as N_
from pipeline.common.translation import ngettext
from pipeline.common.wording import short_name
from pipeline.embedding.corpus_models import is_corpus_model
from pipeline.embedding.precision import default_precision
from pipeline.embedding.registry import DEFAULT_MODEL, check_libraries, is_known_model
from pipeline.evaluation.topic_methods import is_topic_method
from pipeline.insights.model_tasks import MAX_REVIEWS
from pipeline.jobs.job import Job
from pipeline.jobs.requests import CompareModelsRequest
from pipeline.search.evaluation import load_golden_set, save_golden_set
from ui.components.widgets import escape_markdown, job_progress_of
from ui.session.current import current_search
from ui.session.session import Session
from ui.session.view import View

JOB = "models-job"
_NAMES = {
    DEFAULT_MODEL: N_("multilingual-e5-small (the app's own)"),
    f"{DEFAULT_MODEL}:int8": N_("multilingual-e5-small in 8 bits"),
    f"{DEFAULT_MODEL}:float32": N_("multilingual-e5-small in float32"),
    "tfidf": N_("TF-IDF: shared letters, no meaning"),
    "word2vec": N_("Word2Vec: words learnt from your reviews"),
    "sif": N_("Word2Vec, where rare words count more (SIF)"),
    "lda": N_("LDA: groups by words, no search"),
    "lsa": N_("LSA: groups by words, no search"),
}
_CHOSEN_FIRST = 3
_DIMENSIONS = (16, 32, 64, 96, 128, 192, 256)
_NO_LABELS = N_("No labels")
_MAX_LABELS = 60


def choose_comparison(session: Session, view: View) -> None:
    """The form; a comparison is started as a job of the worker."""
    state = current_search()
    right = sum(len(each.relevant) for each in state.golden)
    asked = sum(bool(each.relevant) for each in state.golden)
    with st.container(border=True):
        if right:
            queries = ngettext("{n} query", "{n} queries", asked)
            st.markdown(
                ngettext(
                    "**Your golden set:** {queries} with {n} right review.",
                    "**Your golden set:** {queries} with {n} right reviews.",
                    right,
                    queries=queries,
                )
            )
        else:
            st.markdown(
                _(
                    "**No golden set yet.** Judge hits with thumbs up on the page Explore, or "
                    "upload queries with right answers there (“How good is this search?”). Without "
                    "it, models are measured by how well they keep the labels of a column apart."
                )
            )
        offered = _offered()
        models = st.multiselect(
            _("Models"),
            offered,
            default=[name for name in offered if not _what_lacks(name)][:_CHOSEN_FIRST],
            format_func=lambda name: _(_NAMES[name]) if name in _NAMES else short_name(name),
            key="models-chosen",
            accept_new_options=True,
            help=_(
                "Others by name: an endpoint's as endpoint:NAME, and what the administrator has "
                "named in {setting}.",
                setting=variables.MODELS.name,
            ),
        )
        columns = _label_columns(view)
        label = st.selectbox(
            _("Labels"),
            [_NO_LABELS, *columns],
            key="models-labels",
            format_func=lambda name: _(name) if name == _NO_LABELS else short_name(name),
            help=_(
                "A column that sorts the reviews, such as their subject or hotel: models are "
                "measured by how well they tell its values apart."
            ),
        )
        dimensions = st.multiselect(
            _("Fewer dimensions, too"),
            _DIMENSIONS,
            default=[64, 128, 256],
            key="models-dimensions",
            help=_(
                "Shorter vectors take less memory; this shows how much worse they find reviews."
            ),
        )
        unknown = [name for name in models if not is_known_model(name) and name not in _NAMES]
        unknown = [name for name in unknown if not is_corpus_model(name)]
        if unknown:
            st.warning(
                escape_markdown(
                    _(
                        "The model “{model}” is not known here: the administrator can name it in "
                        "{setting}.",
                        model=short_name(unknown[0]),
                        setting=variables.MODELS.name,
                    )
                ),
                icon=":material/info:",
            )
        lacking = list(dict.fromkeys(filter(None, map(_what_lacks, models))))
        for said in lacking:
            st.warning(escape_markdown(said), icon=":material/info:")
        groups = [name for name in models if is_topic_method(name)]
        if groups and label == _NO_LABELS:
            st.warning(
                _(
                    "{methods} only group reviews, which is measured by labels: choose some.",
                    methods=format_list([name.upper() for name in groups]),
                ),
                icon=":material/info:",
            )
        nothing = not right and label == _NO_LABELS
        if len(view.original.texts) > MAX_REVIEWS:
            st.caption(
                _(
                    "Measured on {number} of the reviews, those you judged among them.",
                    number=format_number(MAX_REVIEWS),
                )
            )
        job: Job | None = st.session_state.get(JOB)
        running = job is not None and not job.finished
        if st.button(
            _("Compare"),
            type="primary",
            key="models-compare",
            icon=":material/science:",
            disabled=running
            or nothing
            or not models
            or bool(unknown)
            or bool(lacking)
            or (bool(groups) and label == _NO_LABELS),
            help=_("Judge hits on the page Explore, or choose labels, first.") if nothing else None,
        ):
            _submit(session, view, models, dimensions, None if label == _NO_LABELS else label)
    if running:
        job_progress_of(JOB)


def _offered() -> list[str]:
    """Models by name; the app's own in the precision that it hasn't, too."""
    same = f"{DEFAULT_MODEL}:{default_precision()}"
    return [*(name for name in _NAMES if name != same), *settings.trusted_models()]


def _what_lacks(model: str) -> str:
    """What has to be installed for a model, in a sentence; "" where nothing has.

    Where servers share a database another machine may do the job, which knows better.
    """
    if is_corpus_model(model) or is_topic_method(model) or settings.database_address():
        return ""
    try:
        check_libraries(model)
    except InputError as error:
        return str(error)
    return ""


def _label_columns(view: View) -> list[str]:
    """Columns of the file with a few values that recur."""
    frame = view.original.frame
    texts = {view.original.columns.get(role) for role in ("text", "title", "positive", "negative")}
    return [
        str(name)
        for name in frame.columns
        if name not in texts and 2 <= frame[name].nunique() <= min(_MAX_LABELS, len(frame) / 2)
    ]


def _submit(
    session: Session, view: View, models: list[str], dimensions: list[int], label: str | None
) -> None:
    if not session.allows(Action.ANALYSE, "compare models"):
        return
    folder = view.save()
    golden = current_search().golden
    if golden != (load_golden_set(folder) or ()):
        save_golden_set(folder, golden)
    request = CompareModelsRequest(
        folder,
        session.folder.new_path("models"),
        tuple(models),
        tuple(sorted(dimensions)),
        label,
    )
    rows = min(len(view.original.texts), MAX_REVIEWS) * len(models)
    st.session_state[JOB] = session.jobs.submit(request, rows=rows)
    st.rerun()
