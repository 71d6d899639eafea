"""What can be done with a query beyond reading its hits."""

from __future__ import annotations

import numpy as np

from ui.search_state import Ask
from ui.view import View


def show_tools(view: View, wanted: Ask, allowed: np.ndarray) -> None:
    """Folded up beneath the hits."""
