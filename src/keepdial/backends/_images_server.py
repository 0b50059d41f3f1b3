"""Which images server is set up, and what its model takes: sizes, edits, parameters.

The model's name decides. What the names of the service stand for that the protocol comes from is written here
as its published client says it (openai-python, types/image_edit_params.py). Of any other server nothing is
assumed but that it takes sides in steps of 16 px, unless ``KEEPDIAL_IMAGES_SIZES`` names its sizes.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

from keepdial.errors import BackendError, InputError, ParameterError
from keepdial.geometry import Size
from keepdial.remote.server import Server, check_address, check_key_name, here, port_of

PREFIX = "KEEPDIAL_IMAGES"
VARIABLES = {
    name: f"{PREFIX}_{name.upper()}"
    for name in ("url", "model", "key", "key_from", "seconds", "sizes", "quality", "commercial")
}
"""The environment variables that describe the server."""

STEP = 16
"""Sides of a frame are multiples of this, in px: latent cells of 8 px, in pairs."""
LEAST, BEST, MOST = 512 * 512, 1024 * 1024, 1536 * 1024
"""Area in px: a frame outside of LEAST to MOST is sent at about BEST, where sizes are free."""
LONGEST_SHAPE = 3
"""The longest side in shorter sides, where sizes are free: as far as gpt-image-2 goes."""


class ImagesError(BackendError):
    """An images server could not be asked, or what it answered cannot be used. Nothing was written."""

    status = 502


@dataclass(frozen=True, slots=True)
class Model:
    """What a model takes.

    Attributes:
        sizes: the sizes there are; empty = any, in steps of 16 px.
        edits: whether it changes a given picture, and not only makes new ones.
        hosted: whether it is one of the service that the protocol comes from, which refuses what it does not
            know; other servers are offered a seed and their sampler's options.
        fidelity: whether it has `input_fidelity`.
        references: whether it takes further pictures beside the frame.
        longest: characters of the prompt.
    """

    sizes: tuple[Size, ...] = ()
    edits: bool = True
    hosted: bool = False
    fidelity: bool = False
    references: bool = True
    longest: int = 32_000


def model_of(name: str, sizes: tuple[Size, ...] = ()) -> Model:
    """Return what a model takes, by its name; `sizes`, where given, count before what is known of it."""
    bare = name.lower().rpartition("/")[2]
    three = (Size(1024, 1024), Size(1536, 1024), Size(1024, 1536))
    if bare == "dall-e-2":
        squares = (Size(256, 256), Size(512, 512), Size(1024, 1024))
        return Model(sizes or squares, hosted=True, references=False, longest=1000)
    if bare == "dall-e-3":
        wide = (Size(1024, 1024), Size(1792, 1024), Size(1024, 1792))
        return Model(sizes or wide, edits=False, hosted=True, references=False, longest=4000)
    if bare.startswith("gpt-image-2"):
        return Model(sizes, hosted=True, fidelity=True)
    if bare.startswith(("gpt-image", "chatgpt-image")):
        return Model(sizes or three, hosted=True, fidelity="mini" not in bare)
    return Model(sizes)


@dataclass(frozen=True, slots=True)
class Images:
    """The images server that a person has set up.

    Attributes:
        url: its address, ``http://localhost:8080/v1``; http alone goes to this machine and private networks.
        model: the model's name as the server knows it; "" = the server has one only.
        key_from: the NAME of the environment variable that holds the key; "" = none is needed.
        seconds: seconds for one picture, with all tries; above 0, at most 3600.
        sizes: the sizes that the server makes; empty = what is known of the model.
        quality: what to ask for as `quality`; "" = the server's own choice.
        commercial: whether the person says that the results may be used commercially.
        most: largest answer that is read, in bytes.
    """

    url: str
    model: str = ""
    key_from: str = ""
    seconds: float = 300.0
    sizes: tuple[Size, ...] = ()
    quality: str = ""
    commercial: bool = False
    most: int = 64 * 1024 * 1024

    def __post_init__(self) -> None:
        check_address(self.url, "the images server's", "8080/v1", PREFIX)
        check_key_name(self.key_from)
        if len(self.model) > 200 or not self.model.isprintable():
            raise ParameterError(VARIABLES["model"], self.model, "a model's name, at most 200 characters")
        if not 0 < self.seconds <= 3600:
            raise ParameterError(VARIABLES["seconds"], self.seconds, "seconds, above 0, at most 3600")
        if not re.fullmatch(r"[a-z]{0,20}", self.quality):
            raise ParameterError(VARIABLES["quality"], self.quality, "a word such as low, medium, high, auto")

    @classmethod
    def from_environment(cls) -> Images | None:
        """Return the server that `VARIABLES` describe, None where there is none; raise `InputError`."""
        said = {name: os.environ.get(variable, "").strip() for name, variable in VARIABLES.items()}
        if not said["url"]:
            return None
        try:
            seconds = float(said["seconds"] or 300)
        except ValueError:
            raise ParameterError(VARIABLES["seconds"], said["seconds"], "a number of seconds") from None
        if said["commercial"].lower() not in ("", "0", "1", "true", "false"):
            raise ParameterError(VARIABLES["commercial"], said["commercial"], "0, 1, true or false")
        return cls(
            said["url"],
            said["model"],
            said["key_from"] or (VARIABLES["key"] if said["key"] else ""),
            seconds,
            _sizes(said["sizes"]),
            said["quality"].lower(),
            said["commercial"].lower() in ("1", "true"),
        )

    @property
    def server(self) -> Server:
        """The server, as requests are sent to it."""
        from urllib.parse import urlsplit

        parts = urlsplit(self.url)
        return Server(
            parts.hostname or "",
            port_of(parts),
            parts.scheme.lower() == "https",
            self.key_from,
            connect=10.0,
            seconds=self.seconds,
            what="images server",
            sent="the picture, the words and the key",
            variables=PREFIX,
            longer="use a faster model",
            error=ImagesError,
        )

    @property
    def local(self) -> bool:
        """Whether the address is this machine's own, so that what is sent does not leave it."""
        return here(self.server.host)

    @property
    def takes(self) -> Model:
        """What its model takes."""
        return model_of(self.model, self.sizes)

    def path(self, end: str) -> str:
        """Return the path of ``edits`` or ``generations``: under ``/v1`` where the address has no path.

        An address that ends in ``/images/inpainting`` is LocalAI's, which does its edits there.
        """
        from urllib.parse import urlsplit

        path = urlsplit(self.url).path.rstrip("/")
        if path.endswith("/images/inpainting") and end == "edits":
            return path
        path = re.sub(r"/images(/(edits|generations|inpainting))?$", "", path)
        return f"{path or '/v1'}/images/{end}"


def _sizes(text: str) -> tuple[Size, ...]:
    """Return sizes that are written as ``1024x1024,512x512``."""
    found = []
    for one in filter(None, re.split(r"[,\s]+", text.lower())):
        match = re.fullmatch(r"(\d{2,5})x(\d{2,5})", one)
        size = Size(int(match[1]), int(match[2])) if match else None
        if size is None or not (min(size.width, size.height) >= 64 and size.area <= 16_777_216):
            raise ParameterError(
                VARIABLES["sizes"], text, "sizes such as 1024x1024,1536x1024; 64 px to 16 MP"
            )
        found.append(size)
    return tuple(dict.fromkeys(found))


def set_up() -> tuple[Images | None, str]:
    """Return the server of the environment, and what is missing before it can be asked; "" = nothing."""
    from keepdial.settings import Settings

    example = f"{VARIABLES['url']}=http://localhost:8080/v1"
    try:
        images = Images.from_environment()
        if images is None:
            return None, f"no images server is set up: name one, for example {example}"
        images.server.key()
        if Settings.from_environment().offline and not images.local:
            return images, f"KEEPDIAL_OFFLINE is set, and {images.server.host} is another machine"
    except InputError as problem:
        return None, str(problem)
    return images, ""


def size_for(size: Size, takes: Model) -> tuple[Size, Size]:
    """Return the size at which a frame of `size` is sent, and that of the frame within it, at its top left.

    The frame is scaled to fit, never cropped; what it leaves free at the right and below is padding.
    """
    if takes.sizes:
        fits = {one: min(one.width / size.width, one.height / size.height) for one in takes.sizes}

        def worth(one: Size) -> tuple[float, float]:
            shown = size.area * fits[one] ** 2 / one.area
            # Among shapes that fit equally well the one that is next above the frame, else the largest.
            return round(shown, 2), -fits[one] if fits[one] >= 1 else fits[one] - 1e9

        whole = max(takes.sizes, key=worth)
        return whole, _scaled(size, fits[whole], whole)
    # Judged with the padding: what is very long is padded to a shape that models know.
    shape = [
        max(side, -(-max(size.width, size.height) // LONGEST_SHAPE)) for side in (size.width, size.height)
    ]
    area = shape[0] * shape[1]
    scale = 1.0 if LEAST <= area <= MOST else (BEST / area) ** 0.5
    whole = Size(*(-(-max(1, round(side * scale)) // STEP) * STEP for side in shape))
    return whole, _scaled(size, scale, whole)


def _scaled(size: Size, scale: float, most: Size) -> Size:
    width, height = round(size.width * scale), round(size.height * scale)
    return Size(min(max(1, width), most.width), min(max(1, height), most.height))
