"""The product's own processes on the Kafka of the run, under a prefix of their own."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from deploy.admin import TopicAdmin
from deploy.demo.stage import PARTITIONS, Stage, stage
from deploy.layout import Layout

Staged = Callable[[int], AbstractContextManager[Stage]]


@pytest.fixture(scope="module")
def staged(kafka: str, tmp_path_factory: pytest.TempPathFactory) -> Staged:
    """Give what sets the stage for so many workers; its topics are deleted when the block ends."""

    @contextmanager
    def staging(workers: int) -> Iterator[Stage]:
        prefix, folder = f"s{uuid.uuid4().hex[:10]}", Path(tmp_path_factory.mktemp("stage"))
        with pytest.MonkeyPatch.context() as surroundings:
            surroundings.setenv("DUNGHAN_KAFKA__BOOTSTRAP", kafka)
            with stage(folder / "stage", workers=workers, prefix=prefix) as it:
                yield it
        TopicAdmin(kafka, Layout(prefix, PARTITIONS, 1)).delete()

    return staging
