"""The page of a visitor without a browser: its elements, as Streamlit's messages change them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.ForwardMsg_pb2 import ForwardMsgMetadata

_TEXTS = ("html", "markdown", "text", "heading", "alert")


class ProtocolError(RuntimeError):
    """What was waited for did not come, or a request failed."""


@dataclass
class Node:
    """An element or a block of the page.

    Attributes:
        kind: "text_input", "button", "html", …; of a block "form", "popover", ….
        proto: its message.
        run: the run of the script that has sent it.
        fragment: that it belongs to; "" for none.
        script: hash of the script that has drawn it.
        is_block: whether it is a block.
    """

    kind: str
    proto: Any
    run: str
    fragment: str
    script: str
    is_block: bool


@dataclass
class Page:
    """What is drawn now.

    Attributes:
        nodes: path -> what is there.
        problems: exceptions and error boxes that were drawn.
    """

    nodes: dict[tuple[int, ...], Node] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def draw(self, delta: Delta, metadata: ForwardMsgMetadata, run: str) -> Node | None:
        """Take in an element or a block; returns it, None for what only passes by."""
        path, kind = tuple(metadata.delta_path), delta.WhichOneof("type")
        if kind == "new_transient":
            return None  # a spinner
        is_block = kind == "add_block"
        holder: Any = delta.add_block if is_block else delta.new_element
        of = holder.WhichOneof("type") or "vertical"
        if not is_block:  # perhaps in place of a block
            for below in [each for each in self.nodes if each[: len(path)] == path]:
                del self.nodes[below]
        proto = holder if is_block else getattr(holder, of)
        node = Node(of, proto, run, delta.fragment_id, metadata.active_script_hash, is_block)
        self.nodes[path] = node
        if of == "exception":
            self.problems.append(f"exception: {proto.type} {proto.message}")
        elif of == "alert" and proto.format == proto.ERROR:
            self.problems.append(f"error box: {proto.body}")
        return node

    def clear(self, main: str) -> None:
        """Another page is opened: only what the main script has drawn stays."""
        self.nodes = {path: node for path, node in self.nodes.items() if node.script == main}

    def drop_stale(self, run: str, fragments: set[str]) -> None:
        """Drop what a run that has ended has not drawn again.

        Args:
            run: that has ended.
            fragments: that it has drawn; none for the whole page.
        """
        gone: set[tuple[int, ...]] = set()
        for path, node in sorted(self.nodes.items()):
            of_this = node.fragment in fragments if fragments else True
            stale = of_this and node.run != run and len(path) > 1
            if stale or any(path[:length] in gone for length in range(2, len(path))):
                gone.add(path)
        for path in gone:
            del self.nodes[path]

    def widgets(self) -> set[str]:
        """The ids of all widgets."""
        shown = {getattr(node.proto, "id", "") for node in self.nodes.values()}
        return shown | {node.proto.popover.id for node in self.blocks("popover")}

    def find(self, kind: str, label: str, *, key: str = "") -> Node:
        """The first element of a kind with this label.

        Raises:
            ProtocolError: there is none.
        """
        for node in self.elements(kind):
            if node.proto.label.startswith(label) and key in node.proto.id:
                return node
        raise ProtocolError(f"no {kind} “{label}” on the page: {self}")

    def has(self, kind: str, label: str = "") -> bool:
        """Whether there is an element of a kind, with this label where one is given."""
        return any(not label or node.proto.label.startswith(label) for node in self.elements(kind))

    def elements(self, kind: str) -> Iterator[Node]:
        """All elements of a kind, as they come on the page."""
        for _, node in sorted(self.nodes.items()):
            if node.kind == kind and not node.is_block:
                yield node

    def menus(self, label: str) -> list[Node]:
        """The menus with this label, as they come on the page."""
        return [node for node in self.blocks("popover") if node.proto.popover.label == label]

    def blocks(self, kind: str) -> list[Node]:
        """All blocks of a kind, as they come on the page."""
        return [
            node for _, node in sorted(self.nodes.items()) if node.is_block and node.kind == kind
        ]

    def text(self) -> str:
        """The HTML, Markdown and text of the page."""
        shown = (node for _, node in sorted(self.nodes.items()) if node.kind in _TEXTS)
        parts = [getattr(node.proto, "body", "") for node in shown if not node.is_block]
        return "\n".join(part for part in parts if "<style" not in part)

    def __str__(self) -> str:
        """What is on it, for a message."""
        return f"{dict(Counter(node.kind for node in self.nodes.values()))}, {self.text()[:300]}"
