"""The model store: networks that are used where they are installed, and never needed.

    keepdial models list | get NAME | add PATH | verify [NAME] | remove NAME

What is known of a model stands on its card (`catalogue.py`, ``cards/*.toml``). `path_of` gives a file whose
bytes were checked, or raises `keepdial.errors.ModelMissing`, which says how to get it. `runtime` loads.
"""

from __future__ import annotations

from keepdial.models.catalogue import Card, card, cards
from keepdial.models.check import State, installed, missing, path_of, states
from keepdial.models.place import folder
from keepdial.models.store import add, get, remove

__all__ = [
    "Card",
    "State",
    "add",
    "card",
    "cards",
    "folder",
    "get",
    "installed",
    "missing",
    "path_of",
    "remove",
    "states",
]
