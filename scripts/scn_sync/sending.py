"""Sends one batch while the next one is read: the time of the network and of the server is not waited for twice."""

import threading
from collections.abc import Callable

from scn_sync.models import BatchAnswer


class CallUnderWay:
    """One call in a thread of its own; there is never more than one, and it is asked for its answer once."""

    def __init__(self, call: Callable[[], BatchAnswer]) -> None:
        self._call = call
        self._answer: BatchAnswer | None = None
        self._problem: BaseException | None = None
        # a daemon: whoever interrupts the command does not wait for the server
        self._thread = threading.Thread(target=self._run, name="scn-sync call", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._answer = self._call()
        except BaseException as problem:  # noqa: BLE001 - raised again where the answer is asked for
            self._problem = problem

    def answer(self) -> BatchAnswer:
        """Wait for the answer; raises what the call raised."""
        self._thread.join()
        if self._problem is not None:
            raise self._problem
        assert self._answer is not None
        return self._answer
