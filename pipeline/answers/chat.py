"""A language model behind an OpenAI-compatible chat endpoint, whose answer comes as a stream."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from pipeline.common import variables
from pipeline.common.errors import InputError
from pipeline.common.http_client import Service
from pipeline.common.translation import gettext as _

_PATH = "chat/completions"
_MAX_LENGTH = 20_000  # characters of an answer
_MAX_TOLD = 200  # characters of a service's own message
_THOUGHTS = "<think>", "</think>"  # what some models think aloud before they answer


@dataclass(frozen=True)
class ChatModel:
    """A language model that answers over HTTP.

    Attributes:
        service: where it is asked.
        model: its name there.
    """

    service: Service
    model: str

    def stream(self, messages: Sequence[Mapping[str, str]]) -> Iterator[str]:
        """The answer in pieces, as they come, without what the model thought before it.

        Raises:
            InputError: the service can't be reached, refuses, or breaks off; also between pieces.
        """
        body = {
            "model": self.model,
            "messages": list(messages),
            "stream": True,
            "temperature": 0,
        }
        length = 0
        for piece in filter(None, _without_thoughts(self._pieces(body))):
            length += len(piece)
            if length > _MAX_LENGTH:
                raise InputError(
                    "{host} sends more than an answer may have", host=self.service.host
                )
            yield piece

    def _pieces(self, body: Mapping[str, Any]) -> Iterator[str]:
        ended = False
        plain: list[str] = []  # of a server that answers at once
        for line in self.service.stream(_PATH, body):
            name, _colon, data = line.partition(":")
            if name != "data":
                if line.strip() and name not in ("event", "id", "retry", ""):
                    plain.append(line)
                continue
            if data.strip() == "[DONE]":
                ended = True
                break
            chunk = self._parsed(data)
            yield _content(chunk, "delta")
            ended = ended or bool(_choice(chunk).get("finish_reason"))
        if plain and not ended:
            yield _content(self._parsed("\n".join(plain)), "message")
        elif not ended:
            raise InputError(
                "{host} broke off before the end of its answer: try again", host=self.service.host
            )

    def _parsed(self, data: str) -> dict[str, Any]:
        try:
            value = json.loads(data)
        except (ValueError, RecursionError) as error:
            raise InputError(
                "{host} answers with something that is no chat completion: check {setting}",
                host=self.service.host,
                setting=self.service.setting or _("its address"),
            ) from error
        if isinstance(value, dict) and value.get("error"):
            told = value["error"]
            message = told.get("message") if isinstance(told, dict) else told
            line = "".join(char if char.isprintable() else " " for char in str(message))
            if self.service.key:
                line = line.replace(self.service.key, "…")
            raise InputError(
                "{host} reports a fault: {fault}",
                host=self.service.host,
                fault=" ".join(line.split())[:_MAX_TOLD],
            )
        return value if isinstance(value, dict) else {}


def configured_chat_model(model: str = "") -> ChatModel | None:
    """The model that the administrator has set; None where none is.

    Args:
        model: its name; that of the settings when left out.

    Raises:
        InputError: the setting is no address.
    """
    url = variables.CHAT_URL.given
    return chat_model(url, model=model, setting=variables.CHAT_URL.name) if url else None


def chat_model(url: str, *, model: str = "", setting: str = "") -> ChatModel:
    """A model at an address.

    The key of the settings goes to the host of the settings alone, or, where they name none, to
    the one that is asked.

    Args:
        url: "http://localhost:11434/v1"; "/v1" is added to a host alone.
        model: its name; that of the settings when left out.
        setting: where the address comes from, for messages.

    Raises:
        InputError: it is no address.
    """
    own = variables.CHAT_URL.given
    key = variables.CHAT_KEY.given if _host(own) in ("", _host(url)) else ""
    base = url.strip().rstrip("/").removesuffix(f"/{_PATH}")
    if _host(base) and not urlsplit(base).path:
        base += "/v1"
    return ChatModel(Service(base, key, setting=setting), model or variables.CHAT_MODEL.value)


def _host(url: str) -> str:
    """Scheme, host and port of an address; "" where it is none."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def _choice(chunk: Mapping[str, Any]) -> Mapping[str, Any]:
    choices = chunk.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    return first if isinstance(first, dict) else {}


def _content(chunk: Mapping[str, Any], name: str) -> str:
    inner = _choice(chunk).get(name)
    content = inner.get("content") if isinstance(inner, dict) else None
    return content if isinstance(content, str) else ""


def _without_thoughts(pieces: Iterable[str]) -> Iterator[str]:
    """The pieces after a block of thoughts at the very beginning, if there is one."""
    begin, end = _THOUGHTS
    held, answering = "", False
    for piece in pieces:
        if answering:
            yield piece
            continue
        held += piece
        start = held.lstrip()
        if start.startswith(begin):
            _thought, closed, rest = start.partition(end)
            if closed and rest.strip():
                answering = True
                yield rest.lstrip()
        elif not begin.startswith(start[: len(begin)]):
            answering = True
            yield start
    if not answering and not held.lstrip().startswith(begin):
        yield held.lstrip()
