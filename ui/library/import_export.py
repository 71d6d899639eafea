"""Export and import of analyses as files."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

import streamlit as st

from pipeline.access.policy import Action
from pipeline.common.errors import InputError
from pipeline.common.settings import saves_analyses
from pipeline.common.translation import current_language
from pipeline.common.translation import gettext as _
from pipeline.library.archive import read_archive, write_archive
from pipeline.library.catalogue import write_imported
from pipeline.library.entry import Entry
from ui.components.downloads import offer_file
from ui.components.widgets import error_box, escape_markdown
from ui.session.autosave import Autosave, file_title
from ui.session.current import sync_widgets
from ui.session.kept_analysis import KeptAnalysis, sources_of
from ui.session.server import upload_limit
from ui.session.session import Session
from ui.session.view import View, open_view

_SAID, _REFUSED, _TIMES = "import-said", "import-refused", "imports"
_SHOWN = "shown"  # the key of the button of what is open


def export_entry(session: Session, entry: Entry) -> None:
    """Download button of a saved analysis."""
    _export(entry.name, entry.token, lambda path: session.catalogue().export(entry.token, path))


def export_shown(session: Session) -> None:
    """Download button of the open analysis, for servers that save none."""
    view, source = session.view, session.source
    if view is None or source is None:
        return
    name = file_title(source.name)
    about = {"name": name, "file": source.name}
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(_("**{name}** is open.", name=escape_markdown(source.name)))
        _export(name, _SHOWN, lambda path: _write(view, about, path))


def _write(view: View, about: dict[str, str], path: Path) -> None:
    write_archive(view.save(), about, path)


def _export(name: str, key: str, write: Callable[[Path], None]) -> None:
    def data() -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "analysis.zip"
            write(path)
            return path.read_bytes()

    safe_name = re.sub(r"[^\w -]", "_", name)[:60].strip() or "analysis"
    offer_file(
        _("Export"),
        data,
        f"{safe_name}.zip",
        logged=key == _SHOWN,
        key=f"export-{key}",
        help=_("One file with everything in it, for another computer or a colleague."),
    )


def import_file(session: Session) -> None:
    """Uploader for an exported analysis; one line says why a file can't be imported."""
    if not session.may(Action.IMPORT):
        return
    title = _("Import") if saves_analyses() else _("Open an exported analysis")
    st.header(title, anchor=False)
    if said := st.session_state.pop(_SAID, ""):
        st.success(said, icon=":material/check:")
    times = st.session_state.setdefault(_TIMES, 0)
    file = st.file_uploader(
        _("An analysis that was exported here or elsewhere (.zip)"),
        type=["zip"],
        key=f"import-{times}",
        max_upload_size=upload_limit(),
    )
    if file is None:
        return
    refused = st.session_state.get(_REFUSED)
    key = (file.file_id, current_language())  # of the message
    if refused is None or refused[0] != key:
        path = session.folder.new_path()
        try:
            with st.spinner(_("Looking at the file …")):
                _take(session, file, path)
        except (InputError, OSError) as error:
            # What the message says of a path says nothing to the user.
            text = str(error).replace(str(path), file.name)
            refused = st.session_state[_REFUSED] = (key, text)
        else:
            st.session_state[_TIMES] += 1  # an empty uploader
            st.rerun()
        finally:
            path.unlink(missing_ok=True)
    error_box(refused[1])


def _take(session: Session, file: IO[bytes], path: Path) -> None:
    with path.open("wb") as target:
        shutil.copyfileobj(file, target)
    if saves_analyses():
        entry = session.catalogue().import_archive(path)
        st.session_state[_SAID] = _("**{name}** is in the list.", name=escape_markdown(entry.name))
        return
    session.grant.require(Action.IMPORT, detail=path.name)
    folder = session.folder.new_path()
    with read_archive(path, scratch=session.folder.path) as imported:
        about, analysis = imported.about, imported.analysis
        write_imported(imported, folder)
    name = about.get("file") if isinstance(about.get("file"), str) else ""
    sources = tuple(sources_of(analysis, name or "reviews", session.folder))
    view = open_view(session.folder.next_number(), folder, language=session.language)
    session.show(KeptAnalysis(view, sources, Autosave(session.workspace, session.grant)))
    sync_widgets(session)
    st.session_state[_SAID] = _(
        "**{name}** is open: see Explore and Topics.", name=escape_markdown(sources[0].name)
    )
