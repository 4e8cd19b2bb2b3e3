"""Speed and memory of the whole tool, against plain LanguageTool on the same machine in the same run.

    python benchmarks/speed.py [--sentences N]

Prints one table: (a) sentences a second with everything on, as a multiple of one `LanguageTool.check` call a sentence with default
settings; (b) peak memory of Python and Java together; (c) `cleaner --help`; (d) a cold `cleaner clean` of the seed article. Exits with 1
when a target is missed. Text is the bench's tune split where ../shared is there, else the seed and the rules' own examples, repeated.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
from rich.console import Console
from rich.table import Table

from cleaner import formats, languagetool, registry
from cleaner.config import Config
from cleaner.core import Document
from cleaner.pipeline import Pipeline, run

if TYPE_CHECKING:
    from language_tool_python import LanguageTool

ROOT = Path(__file__).resolve().parents[1]
TUNE = ROOT.parent / "shared/bench/tune"
SEED = next((ROOT / "seeds").glob("*.txt"))
_SLICE = 22  # documents a turn
TARGETS = {"ratio": 2.0, "memory_gb": 2.5, "help_s": 0.3, "cold_s": 10.0}


def texts() -> Iterator[tuple[str, str]]:
    """Documents without end, each (name, text); none twice word for word, since sentences that were seen are remembered."""
    if TUNE.is_dir():
        found = [(p.name, p.read_text(encoding="utf-8")) for p in sorted(TUNE.glob("*.txt"))]
    else:
        examples = [e.text for r in registry.detectors().values() for e in r.examples]
        found = [(f"examples-{i}.txt", "\n\n".join(examples[i:i + 20])) for i in range(0, len(examples), 20)]
    found.insert(0, (SEED.name, SEED.read_text(encoding="utf-8")))
    yield from found
    for turn in itertools.count(2):
        for name, text in found:
            yield f"{turn}-{name}", "\n\n".join(f"{block.rstrip()} ({turn})" for block in text.split("\n\n"))


def documents(sentences: int) -> list[Document]:
    """A first document to warm up with, and more that hold at least so many sentences."""
    taken: list[Document] = []
    count = 0
    for name, text in texts():
        if count >= sentences:
            break
        taken.append(formats.parse(name, text))
        count += len(taken[-1].segments) if len(taken) > 1 else 0
    return taken


class Peak:
    """Greatest memory of this process and its children while the block runs: proportional set size, which counts shared pages once.

    Children that are there before the block are not ours to count.
    """

    def __enter__(self) -> Peak:
        self.bytes = 0
        self._others = set(psutil.Process().children(recursive=True))
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        me = psutil.Process()
        while not self._over.wait(0.5):
            total = 0
            for process in [me, *(c for c in me.children(recursive=True) if c not in self._others)]:
                try:
                    memory = process.memory_full_info()
                except psutil.Error:
                    continue
                total += getattr(memory, "pss", 0) or memory.rss
            self.bytes = max(self.bytes, total)


def timed(work: Callable[[], object]) -> float:
    """Seconds that it takes."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def checker() -> LanguageTool:
    """Plain LanguageTool with default settings, as language-tool-python starts it."""
    import language_tool_python

    java, tool = languagetool.find_java(), languagetool.find()
    if java is None or tool is None:
        sys.exit(f"benchmarks/speed.py: LanguageTool is not installed: `{languagetool.INSTALL}`")
    os.environ["PATH"] = f"{java.path.parent}{os.pathsep}{os.environ['PATH']}"
    os.environ["LTP_PATH"] = str(tool.jar.parent.parent)
    return language_tool_python.LanguageTool("en-US", language_tool_download_version=".".join(map(str, tool.version)))


def race(work: list[Document]) -> tuple[float, float, float]:
    """Seconds for the pipeline with everything on, seconds for one check a sentence, and our peak memory in bytes.

    Both are warm from the first document, and take turns over the text, so that what else the machine does meets both alike.
    """
    ours = theirs = 0.0
    with checker() as plain:
        _each(plain, work[:1])
        with Peak() as peak, Pipeline(Config()) as pipeline:
            pipeline.clean(work[0])
            for i in range(1, len(work), _SLICE):
                part = work[i:i + _SLICE]
                ours += timed(partial(list, run(pipeline, part)))
                theirs += timed(partial(_each, plain, part))
    return ours, theirs, peak.bytes


def _each(plain: LanguageTool, part: list[Document]) -> None:
    for document in part:
        for segment in document.segments:
            plain.check(segment.target)


def command(*arguments: str, cwd: Path = ROOT) -> float:
    """Seconds for a `cleaner` command as a person starts it."""
    return timed(lambda: subprocess.run([sys.executable, "-m", "cleaner", *arguments], cwd=cwd, capture_output=True, check=False))


def main() -> None:
    """Measure, print, and say by the exit code whether the targets are met."""
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--sentences", type=int, default=2000, help="at least so many")
    ap.add_argument("--json", action="store_true", help="print the figures as one JSON object")
    args = ap.parse_args()
    work = documents(args.sentences)
    count = sum(len(d.segments) for d in work[1:])
    help_s = min(command("--help") for _ in range(5))
    with tempfile.TemporaryDirectory() as folder:
        cold_s = command("clean", str(SEED), "-o", "out", "--report", "out/report.jsonl", cwd=Path(folder))
    ours, theirs, peak = race(work)
    figures = {
        "sentences": count, "whole_per_s": count / ours, "plain_per_s": count / theirs, "ratio": theirs / ours,
        "memory_gb": peak / 1e9, "help_s": help_s, "cold_s": cold_s,
    }
    met = {
        "ratio": figures["ratio"] >= TARGETS["ratio"], **{k: figures[k] <= TARGETS[k] for k in ("memory_gb", "help_s", "cold_s")},
    }
    if args.json:
        print(json.dumps({k: round(v, 3) for k, v in figures.items()} | {"met": met}))
    else:
        draw(figures, met)
    sys.exit(0 if all(met.values()) else 1)


def draw(figures: dict[str, float], met: dict[str, bool]) -> None:
    """One row a target."""
    table = Table("what", "measured", "target", "", box=None, title=f"{figures['sentences']:.0f} sentences, {os.cpu_count()} cores")
    rows = {
        "ratio": (
            f"whole pipeline / one LanguageTool.check a sentence ({figures['whole_per_s']:.0f} / {figures['plain_per_s']:.0f} a second)",
            "{:.1f} ×", "at least {:.1f} ×",
        ),
        "memory_gb": ("peak memory, Python and Java", "{:.2f} GB", "at most {:.1f} GB"),
        "help_s": ("cleaner --help, best of 5", "{:.2f} s", "at most {:.1f} s"),
        "cold_s": ("cleaner clean of the seed, cold", "{:.1f} s", "at most {:.0f} s"),
    }
    for key, (what, measured, target) in rows.items():
        table.add_row(what, measured.format(figures[key]), target.format(TARGETS[key]), "ok" if met[key] else "missed")
    Console(width=140).print(table)


if __name__ == "__main__":
    main()
