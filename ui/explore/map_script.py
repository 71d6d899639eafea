"""The script of the map: names, contours and links of sentences over the points."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from pipeline.exports.map_html import names_script

# The server's Content-Security-Policy names this script by its hash: it never changes with values.
MAP_SCRIPT = names_script() + (Path(__file__).parent / "map.js").read_text("utf-8")


def run_map_script() -> None:
    """Let the page draw names, contours and links over its maps, now and later."""
    with st.container(key="map-script"):
        st.html(f"<script>{MAP_SCRIPT}</script>", unsafe_allow_javascript=True)
