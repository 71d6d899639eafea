"""Read options: boxes for encoding, delimiter and sheet."""

from __future__ import annotations

import streamlit as st

from pipeline.common.translation import gettext as _
from pipeline.common.wording import list_names
from pipeline.reviews.source import ReadOptions
from pipeline.tables.joined_sheets import join_titles
from pipeline.tables.report import delimiter_name, encoding_name
from ui.components.widgets import escape_markdown
from ui.session.preview import Preview

_ENCODINGS = (
    "utf-8", "utf-16", "cp1252", "iso8859_15", "mac_roman", "cp932", "euc_jp", "iso2022_jp",
    "gb18030", "big5", "cp949", "cp1251", "koi8_u", "iso8859_5", "cp866", "cp1250", "iso8859_2",
    "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp874",
)  # fmt: skip
_RECOGNISED = ""
_DELIMITERS = (",", ";", "\t", "|", "^", "~")


def choose_read_options(preview: Preview) -> ReadOptions:
    """A box for each of encoding, delimiter and sheet that the file has."""
    text = preview.kind in ("text", "jsonl", "json", "html")
    boxes = [_encoding] if text else []
    boxes += [_delimiter] if preview.kind == "text" else []
    boxes += [_part] if preview.parts else []
    if not boxes:
        return ReadOptions()
    _restore(preview)
    st.header(_("File format"), anchor=False)
    chosen: dict[str, str | None] = {}
    with st.container(key="reading"):
        places = st.columns(4, gap="small")
    for place, box in zip(places, boxes, strict=False):
        with place:
            chosen[box.__name__.removeprefix("_")] = box(preview)
    return ReadOptions(chosen.get("encoding"), chosen.get("delimiter"), chosen.get("part"))


def note_other_sheets(preview: Preview) -> None:
    """Say which sheets of a workbook are not read, with a button to read those of one form."""
    table = preview.table
    if table is None or table.sheet is None:
        return
    together = join_titles(table.alike)
    read = table.alike if table.sheet == together else (table.sheet,)
    rest = [name for name in table.sheets if name not in read]
    if not rest:
        return
    said = _("Not read: {sheets}.", sheets=escape_markdown(list_names(rest)))
    if table.sheet not in table.alike:
        st.caption(said)
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="sheets"):
        names = escape_markdown(list_names(table.alike))
        st.markdown(_("{sheets} have the same columns.", sheets=names) + " " + said)
        st.button(
            _("Read them together"),
            icon=":material/join:",
            key=f"join-{preview.number}",
            on_click=_choose_sheet,
            args=(preview, together),
        )


def _choose_sheet(preview: Preview, name: str) -> None:
    st.session_state[f"sheet-{preview.number}"] = name


def reset_button(preview: Preview) -> None:
    """A button that resets encoding and delimiter to the detected ones, where they differ."""
    if preview.options and (preview.options.encoding or preview.options.delimiter):
        st.button(
            _("Reset to detected"),
            icon=":material/undo:",
            key=f"recognised-{preview.number}",
            on_click=_take_back,
            args=(_encoding_key(preview), _delimiter_key(preview)),
        )


def _take_back(*keys: str) -> None:
    for key in keys:
        if key in st.session_state:
            st.session_state[key] = _RECOGNISED


def _restore(preview: Preview) -> None:
    """Restore the choices made before the page was left, which Streamlit has dropped."""
    if preview.options is None:
        return
    for key, value in (
        (_encoding_key(preview), preview.options.encoding or _RECOGNISED),
        (_delimiter_key(preview), preview.options.delimiter or _RECOGNISED),
        (f"sheet-{preview.number}", preview.options.sheet),
    ):
        if value is not None and key not in st.session_state:
            st.session_state[key] = value


# What is recognised is part of the key: a box remembers the words of its choice, not its meaning.
def _encoding_key(preview: Preview) -> str:
    return f"encoding-{preview.number}-{preview.encoding}"


def _delimiter_key(preview: Preview) -> str:
    return f"delimiter-{preview.number}-{preview.delimiter}"


def _encoding(preview: Preview) -> str | None:
    def name(code: str) -> str:
        if code == _RECOGNISED:
            return _("Detected: {name}", name=encoding_name(preview.encoding))
        return encoding_name(code)

    chosen = st.selectbox(
        _("Encoding"),
        (_RECOGNISED, *_ENCODINGS),
        format_func=name,
        key=_encoding_key(preview),
        help=_("Choose another one if characters below look wrong."),
    )
    return chosen or None


def _delimiter(preview: Preview) -> str | None:
    def name(sign: str) -> str:
        if sign == _RECOGNISED:
            return _("Detected: {name}", name=delimiter_name(preview.delimiter))
        shown = f" ( {sign} )" if sign in _DELIMITERS and sign.strip() else ""
        said = delimiter_name(sign)
        return said[:1].upper() + said[1:] + shown

    chosen = st.selectbox(
        _("Delimiter"),
        (_RECOGNISED, *_DELIMITERS),
        format_func=name,
        key=_delimiter_key(preview),
        help=_("The character between two columns. Choose one, or type another."),
        accept_new_options=True,
    )
    return chosen or None


def _part(preview: Preview) -> str | None:
    packed = preview.name.lower().endswith(".zip")
    return st.selectbox(
        _("File of the archive") if packed else _("Sheet of the workbook"),
        [*preview.parts, *([join_titles(preview.alike)] if preview.alike else [])],
        index=None,
        key=f"sheet-{preview.number}",
        placeholder=_("Choose one"),
    )
