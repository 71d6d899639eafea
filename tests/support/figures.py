"""The figures that a running server tells Prometheus."""

import urllib.request

from prometheus_client.parser import text_string_to_metric_families


def read_figures(port):
    """Sample name -> values of its labels -> value; and the text that they were read from."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as answer:
        text = answer.read().decode()
    figures = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            figures.setdefault(sample.name, {})[tuple(sample.labels.values())] = sample.value
    return figures, text
