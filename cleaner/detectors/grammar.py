"""Grammar that LanguageTool misses in machine-translated news: patterns from `cleaner/data/grammar/*.toml`."""

from __future__ import annotations

from .. import phrases

phrases.register("grammar")
