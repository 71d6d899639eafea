"""The photos of the open analysis, and those that show what is searched for."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from pipeline.analysis.photos import VECTORS_FILE, Photos, load_photos
from pipeline.common.errors import InputError
from pipeline.common.transaction import current_file
from pipeline.figures.map import visible_units
from pipeline.search.query import Query
from ui.session.server import worker
from ui.session.session import Session
from ui.session.view import View


def find_photos(session: Session, view: View) -> Photos | None:
    """The photos of the analysis that is shown; None without any.

    Of a saved analysis they are with it in the list, where the command adds them.

    Raises:
        InputError: they are damaged.
    """
    folder = _folder(session, view)
    try:
        changed = current_file(folder, VECTORS_FILE).stat().st_mtime_ns
    except OSError:
        return None
    found = view.figure(("photos", folder, changed), lambda: load_photos(folder, view.original))
    return found if found is not None and len(found) else None


def search_photos(
    view: View, photos: Photos, query: Query, *, top: int, allowed: np.ndarray
) -> np.ndarray:
    """The photos most like a query, the most alike first: int64 (k,).

    Args:
        view: whose photos.
        photos: to search.
        query: what they may show.
        top: how many.
        allowed: bool (n,), reviews that pass the filters.

    Raises:
        InputError: the model of the photos can't be loaded, or does not answer.
    """
    photos.check_model()
    (vector,) = worker().encode([query.text], photos.model)
    if len(vector) != photos.vectors.shape[1]:
        raise InputError("The model of the photos has changed: add them again")
    found, _cosines = photos.nearest(vector, top=top, allowed=allowed)
    return found


def photo_units(view: View, photos: Photos, allowed: np.ndarray) -> np.ndarray:
    """The first visible unit of each review that has a photo, of those allowed, bool (m,)."""
    reviews = view.original.units.review
    visible = allowed & visible_units(view.original)
    units = np.flatnonzero(visible & np.isin(reviews, photos.reviews))
    return units[np.unique(reviews[units], return_index=True)[1]]


def _folder(session: Session, view: View) -> Path:
    saved = session.file.autosave.revision
    if saved is not None:
        try:
            return session.catalogue().path(saved.token)
        except InputError:  # deleted meanwhile
            pass
    return view.folder
