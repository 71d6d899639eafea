"""Paths of the pages' scripts, by which Streamlit switches from one page to another."""

START, EXPLORE = "ui/pages/start.py", "ui/pages/explore.py"
CHANGES, COMPARE = "ui/pages/changes.py", "ui/pages/compare.py"
HOTELS, ANALYSES = "ui/pages/hotels.py", "ui/pages/analyses.py"
HOW_IT_WORKS = "ui/pages/how_it_works.py"
WAITING, AUDIT = "ui/pages/waiting.py", "ui/pages/audit.py"
