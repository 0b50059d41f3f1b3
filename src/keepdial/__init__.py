"""keepdial: edit images by saying how much must be kept.

One engine generates pixels under a constraint; the dial ``keep`` (0 to 1) says how much of the picture is
that constraint; what is pinned survives bit for bit. Heavy modules load on first use.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from keepdial.arrays import inpaint as inpaint
    from keepdial.blank import generate as generate
    from keepdial.edit import edit as edit
    from keepdial.files import open_image as open_image
    from keepdial.files import save_image as save_image
    from keepdial.image import Image as Image
    from keepdial.request import Request as Request
    from keepdial.request import Selector as Selector

_WHERE = {
    "Image": "keepdial.image",
    "Request": "keepdial.request",
    "Selector": "keepdial.request",
    "edit": "keepdial.edit",
    "generate": "keepdial.blank",
    "inpaint": "keepdial.arrays",
    "open_image": "keepdial.files",
    "save_image": "keepdial.files",
}

__all__ = ["__version__", *_WHERE]


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        from importlib import import_module

        return getattr(import_module(_WHERE[name]), name)
    raise AttributeError(f"module 'keepdial' has no attribute {name!r}")


class _Package(ModuleType):
    """The package; importing the submodule ``edit`` binds no module over the function of that name."""

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in _WHERE and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def __dir__() -> list[str]:
    return sorted(__all__)
