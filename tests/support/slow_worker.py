"""A real worker with a fake model that takes its time: ``python -m tests.support.slow_worker``."""

import time

from pipeline.jobs import worker
from tests.support.fake_encoder import FakeEncoder


class SlowEncoder(FakeEncoder):
    """Takes two milliseconds for each text with a guest in it."""

    def encode_documents(self, texts, *, progress=None):
        time.sleep(0.002 * sum("guest" in text for text in texts))
        return super().encode_documents(texts, progress=progress)


if __name__ == "__main__":
    worker.Worker.__init__.__kwdefaults__["load"] = lambda name: SlowEncoder()
    worker.Worker.warm_up = lambda self, **options: None
    worker.main()
