"""The process that asks a Ray cluster: ``python -m pipeline.diagnosis.cluster_survey ADDRESS``.

It writes JSON lines to standard output, and ends when its input closes. A process of its own, as
whoever started it can kill it: a cluster that is half gone may keep Ray waiting for ever.
"""

from __future__ import annotations

import json
import logging
import sys

from pipeline.common.errors import InputError
from pipeline.embedding.ray_survey import survey_of_ray
from pipeline.embedding.registry import load_encoder
from pipeline.isolation.frames import take_stdout


def main() -> None:
    """Write what is found of the cluster, each as soon as it is known."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    output = take_stdout()

    def say(event: str, **values: object) -> None:
        output.write(json.dumps({"event": event} | values).encode("ascii") + b"\n")
        output.flush()

    try:
        with survey_of_ray(sys.argv[1]) as survey:
            say("machines", ray=survey.version, machines=[vars(m) for m in survey.machines])
            for model in survey.models(load_encoder(threads=1)):
                say("model", **vars(model) | {"machine": model.machine.node})
            say("done")
    except InputError as error:
        say("refused", message=str(error))
    sys.stdin.buffer.read()


if __name__ == "__main__":
    main()
