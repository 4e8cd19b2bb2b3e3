"""An OpenAI-compatible endpoint (vLLM, Ollama, llama.cpp, a cloud service): POST URL/chat/completions, answers as JSON.

The key comes from the environment only: ``CLEANER_API_KEY`` for any endpoint, ``OPENAI_API_KEY`` for OpenAI's own. It goes over https, or
to this machine; never to another host in the clear.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from ..core import CleanerError
from . import Candidate, Request, Signature, prompts
from .http import SILENT, Client, RefusedError, UnreachableError
from .settings import Settings

KEY, OPENAI_KEY, OPENAI = "CLEANER_API_KEY", "OPENAI_API_KEY", "api.openai.com"
ANSWER = (
    'Answer in JSON: {{"candidates": ["…"]}}, each the whole SENTENCE, corrected, best first, at most {most}; '
    "an empty list keeps the sentence."
)
_SCHEMA = {
    "type": "object", "properties": {"candidates": {"type": "array", "items": {"type": "string"}}}, "required": ["candidates"],
    "additionalProperties": False,
}
#: How an answer can be asked for, the strictest first; an endpoint that does not know one is asked with the next.
_FORMATS: tuple[dict[str, Any], ...] = (
    {"response_format": {"type": "json_schema", "json_schema": {"name": "post_edits", "strict": True, "schema": _SCHEMA}}},
    {"response_format": {"type": "json_object"}},
    {},
)
_OPTIONAL = ("temperature", "seed")  # some models refuse these
_FIRST, _FALL = 0.5, 0.8  # scores of candidates by place: a chat model knows no chances
_CHARACTERS = 3  # a token in English has four; the budget is guarded on the safe side
_SPARE_TOKENS = 200
_IN_A_ROW = 5  # sentences without an answer, then the endpoint is left alone
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


class _UselessError(Exception):
    """An answer without a candidate in it."""


class _StopError(Exception):
    """Why no more is asked in this run."""


class Endpoint:
    """Asks the endpoint, several requests at once, within the run's budget; says what is sent and what came back."""

    def __init__(self, url: str, model: str, settings: Settings, say: Callable[[str], None]) -> None:
        parts = urlsplit(url)
        if parts.username or parts.password or parts.query:
            raise CleanerError(f"{parts.scheme}://{parts.hostname}: no key in the address; put it into the environment as {KEY}")
        self.url = url.rstrip("/")
        self.model = model
        self.settings = settings
        self._say = say
        self._key = _key(parts.scheme, parts.hostname or "")
        self._client = Client(f"{self.url}/chat/completions", self._key, settings.timeout)
        self._pool = ThreadPoolExecutor(max_workers=settings.concurrency, thread_name_prefix="endpoint")
        self._lock = Lock()
        self._budget = _Budget(settings)
        self._form = 0
        self._dropped: frozenset[str] = frozenset()
        self._sent = self._failed = 0
        self._stopped = ""
        self._useless: Counter[str] = Counter()

    @property
    def signature(self) -> Signature:
        s = self.settings
        own = (("candidates", s.candidates), ("prompt", prompts.digest(prompts.SYSTEM, ANSWER, s.system, s.prompt)))
        return Signature(self.model, urlsplit(self.url).netloc, own)

    def prompt(self, request: Request) -> str:
        return json.dumps(self._messages(request), ensure_ascii=False)

    def answers(self, requests: Sequence[Request]) -> Iterator[tuple[int, list[Candidate] | None]]:
        """Each answer as it comes; None where there was none, or no use in it."""
        jobs = {self._pool.submit(self._answer, r): i for i, r in enumerate(requests)}
        for job in as_completed(jobs):
            yield jobs[job], job.result()

    def close(self) -> None:
        """Sum up, on the same channel on which the sending was told."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._client.close()
        if self._sent:
            asked, tokens = self._budget.requests, self._budget.tokens
            self._say(f"rewriter: sentences sent to {self.url}: {self._sent}, in {asked} requests, about {tokens} tokens")
        if self._useless:
            what = ", ".join(f"{count} ({why})" for why, count in self._useless.items())
            self._say(f"rewriter: sentences for which {self.model} was no use: {what}: fewer suggestions")

    def _messages(self, request: Request) -> list[dict[str, str]]:
        system = self.settings.system or prompts.SYSTEM
        return [
            {"role": "system", "content": f"{system} {ANSWER.format(most=self.settings.candidates)}"},
            {"role": "user", "content": prompts.chat(request, self.settings.prompt)},
        ]

    def _answer(self, request: Request) -> list[Candidate] | None:
        if not self._open():
            return None
        try:
            found = _read(self._ask(request), request)
        except (_UselessError, _StopError, UnreachableError, RefusedError) as error:
            self._note(error)
            return None
        self._failed = 0
        return [Candidate(text, _FIRST * _FALL**i) for i, text in enumerate(found[:self.settings.candidates])]

    def _open(self) -> bool:
        """Whether to send one more; before the first, says where to."""
        with self._lock:
            if self._stopped:
                self._useless[self._stopped] += 1
                return False
            if not self._sent:
                how = "with the key from the environment" if self._key else "without a key"
                self._say(f"rewriter: sending flagged sentences with the text around them to {self.url} (model {self.model}), {how}")
            self._sent += 1
            return True

    def _note(self, error: Exception) -> None:
        """Count what came of nothing, and stop where more would too."""
        why = str(error)
        if why == SILENT:
            why += ", see rewriting.timeout and rewriting.concurrency"
        elif isinstance(error, RefusedError):
            why += {401: ", check the key", 403: ", check the key", 404: ", check the address and the model"}.get(error.status, "")
        with self._lock:
            self._useless[why] += 1
            self._failed += not isinstance(error, _UselessError)
            final = isinstance(error, _StopError) or (isinstance(error, RefusedError) and error.status in (401, 403, 404))
            if final or self._failed >= _IN_A_ROW:
                self._stopped = self._stopped or f"not sent after: {why}"

    def _ask(self, request: Request) -> dict[str, Any]:
        """The endpoint's answer, asked for in the strictest form that it takes."""
        messages = self._messages(request)
        most = len(request.text) // _CHARACTERS * self.settings.candidates + _SPARE_TOKENS
        expected = sum(len(m["content"]) for m in messages) // _CHARACTERS + most
        self._budget.reserve(expected)
        spent = 0
        try:
            while True:
                form, dropped = self._form, self._dropped
                try:
                    reply = self._client.post(_body(self.model, messages, most, form, dropped), self._budget.count)
                except RefusedError as error:
                    if not self._adapt(error, form, dropped):
                        raise
                else:
                    spent = _used(reply, expected)
                    return reply
        finally:
            self._budget.settle(expected, spent)

    def _adapt(self, error: RefusedError, form: int, dropped: frozenset[str]) -> bool:
        """Ask for less where the endpoint did not understand a request made in this form; False where nothing is left to leave out."""
        if error.status not in (400, 415, 422):
            return False
        with self._lock:
            if (form, dropped) != (self._form, self._dropped):
                return True  # another thread has learnt it meanwhile
            named = next((name for name in (*_OPTIONAL, "max_tokens") if name in error.said and name not in dropped), None)
            if named:
                self._dropped = dropped | {named}
            elif form + 1 < len(_FORMATS):
                self._form = form + 1
            else:
                return False
            return True


class _Budget:
    """What a run may spend, and has."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = Lock()
        self.requests = 0
        self.tokens = 0

    def count(self) -> None:
        """Take a request. Raises _StopError when there is none left."""
        with self._lock:
            if self.requests >= self._settings.max_requests:
                raise _StopError(f"the budget of {self._settings.max_requests} requests is spent, see --max-requests")
            self.requests += 1

    def reserve(self, tokens: int) -> None:
        """Take tokens. Raises _StopError when there are too few left."""
        with self._lock:
            if self.tokens + tokens > self._settings.max_tokens:
                raise _StopError(f"the budget of {self._settings.max_tokens} tokens is spent, see --max-tokens")
            self.tokens += tokens

    def settle(self, reserved: int, spent: int) -> None:
        """Give back what was reserved for what was spent."""
        with self._lock:
            self.tokens += spent - reserved


def _key(scheme: str, host: str) -> str | None:
    """The key for a host, if there is one and it can travel safely."""
    key = os.environ.get(KEY) or (os.environ.get(OPENAI_KEY) if host == OPENAI else None)
    return key if scheme == "https" or host in _LOCAL else None


def _body(model: str, messages: list[dict[str, str]], most: int, form: int, dropped: frozenset[str]) -> dict[str, Any]:
    limit = "max_completion_tokens" if "max_tokens" in dropped else "max_tokens"
    body = {"model": model, "messages": messages, limit: most, "temperature": 0, "seed": 0, **_FORMATS[form]}
    return {key: value for key, value in body.items() if key not in dropped}


def _used(reply: dict[str, Any], expected: int) -> int:
    """The tokens that an answer says it took, or what was expected of it."""
    usage = reply.get("usage")
    total = usage.get("total_tokens") if isinstance(usage, dict) else None
    return total if isinstance(total, int) and total >= 0 else expected


def _read(reply: dict[str, Any], request: Request) -> list[str]:
    """The candidates in an answer. Raises _UselessError for refusals, answers cut short, and what is neither JSON nor one sentence."""
    try:
        choice = reply["choices"][0]
        message = choice["message"]
        content = message.get("content") or ""
        if isinstance(content, list):
            content = "".join(part.get("text", "") for part in content)
        refusal, ended = message.get("refusal"), choice.get("finish_reason")
        text = str(content).rpartition("</think>")[2].strip()
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        raise _UselessError("unreadable answers") from error
    if refusal or ended == "content_filter":
        raise _UselessError("refusals")
    if ended == "length":
        raise _UselessError("answers cut short")
    found = _listed(text)
    if found is None and text and "\n" not in text and text[0] not in "[{":
        found = [prompts.answered(text, request) or text]
    if found is None:
        raise _UselessError("unreadable answers")
    kept = [c.strip() for c in found if not prompts.refused(c, request)]
    if found and not kept:
        raise _UselessError("refusals")
    return kept


def _listed(text: str) -> list[str] | None:
    """The texts of ``{"candidates": [...]}``, also where words or a code fence stand around it; None where it is not that."""
    at = text.find("{")
    if at < 0:
        return None
    try:
        found, _ = json.JSONDecoder().raw_decode(text, at)
    except (ValueError, RecursionError):
        return None
    listed = found.get("candidates") if isinstance(found, dict) else None
    return listed if isinstance(listed, list) and all(isinstance(c, str) for c in listed) else None
