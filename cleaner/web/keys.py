"""The keys of the review page. Each acts on the element with its `data-action`; a browser may keep others for its reviewer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Key:
    """An action with its usual keys, as `KeyboardEvent.key` names them; ``Ctrl+`` stands before where it is held (Cmd on a Mac)."""

    action: str
    keys: tuple[str, ...]
    does: str



KEYS = (
    ("Decide and move on", (
        Key("accept-1", ("1", "a"), "take the first suggestion; 2 to 9 take the others"),
        Key("edit", ("e",), "edit, starting from the first suggestion"),
        Key("edit-original", ("o",), "edit, starting from the original"),
        Key("reject", ("r",), "keep the original: nothing here needs a change"),
        Key("dismiss", ("d",), "dismiss the first finding only"),
        Key("dismiss-rule", ("x",), "dismiss the first finding's rule in this whole document"),
        Key("skip", ("s", "ArrowRight"), "skip for now"),
        Key("back", ("b", "ArrowLeft"), "go back to the one before"),
        Key("comment", ("c",), "write a comment"),
    )),
    ("After a decision", (
        Key("undo", ("u", "Ctrl+z"), "undo, as often as you like"),
        Key("redo", ("U", "Ctrl+Z", "Ctrl+y"), "redo"),
        Key("learn-case", ("k",), "make the last decision a regression case"),
        Key("learn-term", ("g",), "put the last change into the glossary"),
        Key("learn-ignore", ("i",), "never ask about these words again"),
    )),
    ("Find your way", (
        Key("search", ("/",), "search the queue"),
        Key("filters", ("f",), "choose what to review"),
        Key("document", ("v",), "see the whole document"),
        Key("help", ("?",), "show the keys"),
    )),
)
#: Within the edit field; these stay as they are.
EDITING = (("Ctrl+Enter", "keep the edit and move on"), ("Escape", "leave the field; what was typed stays until you move on"))
