"""Say what is being done: numbered steps with seconds, and a sign of life while one lasts."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

SIGN_OF_LIFE_SECONDS = 15


class Trouble(Exception):
    """Something the person at the keyboard can mend; its text says how."""


def say(text: str = "") -> None:
    """Print one line at once, also through a pipe."""
    print(text, flush=True)


class _Ticker:
    """Show seconds on a terminal, or a line now and then in a log."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.started = time.monotonic()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._tick, daemon=True)

    def __enter__(self) -> "_Ticker":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._done.set()
        self._thread.join()

    @property
    def seconds(self) -> float:
        """Seconds since the step began."""
        return time.monotonic() - self.started

    def _tick(self) -> None:
        on_terminal = sys.stdout.isatty()
        while not self._done.wait(1 if on_terminal else SIGN_OF_LIFE_SECONDS):
            if on_terminal:
                print(f"\r{self.title} … {self.seconds:.0f} s ", end="", flush=True)
            else:
                say(f"      still busy, {self.seconds:.0f} s")
        if on_terminal:
            print("\r\033[K", end="", flush=True)


class Steps:
    """Number the steps of one verb."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.number = 0
        self.started = time.monotonic()

    @contextmanager
    def step(self, title: str, *, ticking: bool = True) -> Iterator[list[str]]:
        """Tell one step; what the body appends to the list stands behind its seconds.

        A body that prints its own progress asks for `ticking=False`.
        """
        self.number += 1
        head = f"[{self.number}/{self.total}] {title}"
        remarks: list[str] = []
        say(f"{head} …")
        with _Ticker(f"      {title}") if ticking else _Silent() as clock:
            yield remarks
        ending = f" — {'; '.join(remarks)}" if remarks else ""
        say(f"      ready in {clock.seconds:.1f} s{ending}")

    @property
    def seconds(self) -> float:
        """Seconds since the first step."""
        return time.monotonic() - self.started


class _Silent(_Ticker):
    """Only keeps the time."""

    def __init__(self) -> None:
        super().__init__("")

    def _tick(self) -> None:
        self._done.wait()
