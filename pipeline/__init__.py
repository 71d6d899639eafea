"""Guest reviews in many languages: read, made language-neutral, grouped, mapped, searched."""

import os

# Before numpy and scikit-learn are loaded, and only where nobody chose otherwise. Threads that spin
# while they wait make KMeans ten times slower as soon as another program is busy.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
