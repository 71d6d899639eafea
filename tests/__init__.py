"""Imported before any test, and before numpy, which reads this once."""

import os

# A process for each core: more threads would wait for each other, which takes twice the time.
os.environ.setdefault("OMP_NUM_THREADS", "1")
