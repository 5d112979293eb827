"""Keep the web server and the worker running together, and stop both cleanly."""

import http.client
import os
import signal
import socket
import subprocess
import time
from pathlib import Path
from types import FrameType

from house.environment import PYTHON, ROOT, SNEEUWBAL, last_lines
from house.telling import Trouble, say

LOGS = ROOT / "var" / "log"
START_SECONDS = 60
STOP_SECONDS = 10
THREADS = 4
SERVER_ERROR = 500


class Stopped(Exception):
    """Someone asked us to stop."""


def listen_for_stop() -> None:
    """Turn Ctrl-C and SIGTERM into Stopped, so that every exit passes the same door."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise Stopped

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)


def check_port(host: str, port: int) -> None:
    """Stop in plain words when something else listens on the port."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Trouble(
                f"Port {port} on {host} cannot be used ({error.strerror}): perhaps this site runs "
                f"already in another window.\nStop that one, or choose another port: "
                f"--port {port + 1}"
            ) from error


class Children:
    """The web server and the worker."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = os.environ | environment | {"PYTHONUNBUFFERED": "1"}
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, host: str, port: int, *, workers: int) -> None:
        """Start both; their output goes to var/log."""
        granian = [str(PYTHON), "-m", "granian", "--interface", "wsgi", "--no-ws"]
        granian += ["--workers", str(workers), "--blocking-threads", str(THREADS)]
        granian += ["--host", host, "--port", str(port), "sneeuwbal.web.wsgi:application"]
        self._start("web", granian)
        self._start("worker", [str(SNEEUWBAL), "db_worker"])

    def wait_until_answering(self, host: str, port: int) -> None:
        """Return once the site answers; a server error is trouble too."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            self._complain_of_the_dead()
            status = _status_of_start_page(host, port)
            if status >= SERVER_ERROR:
                raise Trouble(f"The start page answers {status}:\n{_tail('web')}")
            if status:
                return
            time.sleep(0.2)
        raise Trouble(f"The site did not answer in {START_SECONDS} s:\n{_tail('web')}")

    def watch(self) -> None:
        """Stay until one of them dies; that is trouble."""
        while True:
            self._complain_of_the_dead()
            time.sleep(0.5)

    def stop(self) -> None:
        """Ask both to stop, wait, and only then end them by force."""
        for child in self.running.values():
            _signal_group(child, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for name, child in self.running.items():
            try:
                child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                say(f"{name} did not stop in {STOP_SECONDS} s; ending it.")
            _signal_group(child, signal.SIGKILL)
            child.wait()
        self.running.clear()

    def _start(self, name: str, command: list[str]) -> None:
        LOGS.mkdir(parents=True, exist_ok=True)
        with _log(name).open("wb") as log:
            # An own session: Ctrl-C reaches us alone, and we stop the whole group in order.
            self.running[name] = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _complain_of_the_dead(self) -> None:
        for name, child in self.running.items():
            if child.poll() is not None:
                raise Trouble(f"The {name} process ended ({child.returncode}):\n{_tail(name)}")


def _status_of_start_page(host: str, port: int) -> int:
    """The status of `/`, or 0 while nothing answers; production may redirect to https."""
    connection = http.client.HTTPConnection(host, port, timeout=30)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def _signal_group(child: subprocess.Popen[bytes], number: signal.Signals) -> None:
    try:
        os.killpg(child.pid, number)
    except ProcessLookupError:
        return


def _log(name: str) -> Path:
    return LOGS / f"{name}.log"


def _tail(name: str) -> str:
    return last_lines(_log(name).read_text(encoding="utf-8", errors="replace"))
