"""Tasks that end with a stage, or with a signal."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Self

from testsigma_action.runtime.signals import Signals


async def until_signal(work: Coroutine[Any, Any, None], signals: Signals) -> bool:
    """Do some work. Returns whether it was done: False if a signal cancelled it."""
    task = asyncio.create_task(work)
    signals.cancels([task])
    await asyncio.wait({task})
    if task.cancelled():
        return False
    task.result()
    return True


class Background:
    """A `with` block that cancels its tasks at its end.

    An exception in a task is a bug. It is raised at the end of the block.
    """

    def __init__(self) -> None:
        """Start without tasks."""
        self._tasks: list[asyncio.Task[Any]] = []

    def begin(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        """Start a task in the background."""
        task = asyncio.create_task(work)
        self._tasks.append(task)
        return task

    def __enter__(self) -> Self:
        """Begin the block."""
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Cancel what is not done. A bug is never raised in place of a cancellation, which has to stop a run."""
        failed = [task for task in self._tasks if not task.cancel() and not task.cancelled()]
        errors = [error for task in failed if (error := task.exception())]
        if errors and kind is not asyncio.CancelledError:
            raise errors[0]
