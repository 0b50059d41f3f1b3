"""Reshape: a smile, wider eyes, a slimmer face, another nose or jaw, as small movements of its parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import Field

from keepdial.operations import Operation, Params, Saying, Stage
from keepdial.operations._faces import everything, meant

if TYPE_CHECKING:
    from keepdial.faces.shape import Amounts, Ways
    from keepdial.geometry import Box
    from keepdial.image import Image
    from keepdial.select import Selection
    from keepdial.settings import Settings


class ReshapeParams(Params):
    """What changes, and how far."""

    smile: float = Field(
        default=0, ge=-100, le=100, description="In %: 100 = the corners of the mouth up, -100 = down."
    )
    open_eyes: float = Field(
        default=0, ge=-100, le=100, description="In %: 100 = eyes further open, -100 = less."
    )
    slim: float = Field(
        default=0, ge=-100, le=100, description="In %: 100 = slimmer cheeks and jaw, -100 = fuller."
    )
    nose: float = Field(default=0, ge=-100, le=100, description="In %: 100 = a larger nose, -100 = smaller.")
    jaw: float = Field(default=0, ge=-100, le=100, description="In %: 100 = a wider jaw, -100 = narrower.")

    @property
    def amounts(self) -> Amounts:
        """The same as shares from -1 to 1."""
        from keepdial.faces.shape import Amounts

        return Amounts(
            smile=self.smile / 100,
            open_eyes=self.open_eyes / 100,
            slim=self.slim / 100,
            nose=self.nose / 100,
            jaw=self.jaw / 100,
        )


@dataclass(frozen=True, eq=False, slots=True)
class Bent:
    """What is done to one face.

    Attributes:
        ways: where points go, in pixels of the canvas.
        box: around all that may move; it may reach out of the canvas.
        unit: the distance of the eyes in px.
    """

    ways: Ways
    box: Box
    unit: float


def stage(image: Image, selection: Selection, params: ReshapeParams, settings: Settings) -> Stage:
    """Find the faces, and where their points go; the background around them holds still."""
    import numpy as np

    from keepdial.errors import ParameterError
    from keepdial.faces import topology
    from keepdial.faces.parts import Parts, grown
    from keepdial.faces.shape import BESIDE, Amounts, ways

    amounts = params.amounts
    if amounts == Amounts():
        raise ParameterError(
            "smile, open_eyes, slim, nose, jaw", "0 each", "at least one of them other than 0"
        )
    faces, notes = meant(image, selection, mesh="a smile" if params.smile else "")
    if amounts.outline:
        notes.append("What is right beside the face goes along a little; all else holds still.")
    if not everything(selection):
        notes.append("The selection says which faces are meant; each is reshaped as a whole.")
    mask = np.zeros((image.size.height, image.size.width), np.float32)
    bent = []
    for face in faces:
        beside = BESIDE if amounts.outline else 0.0
        parts = Parts.of(face, image.size, margin=beside + 0.05)
        wide = grown(parts.polygon(face.at(topology.OVAL)), beside * face.unit)
        place = mask[parts.box.slices]
        np.maximum(place, np.asarray(wide > 0.5, np.float32), out=place)
        bent.append(Bent(ways(face, amounts), parts.box, face.unit))
    return Stage(image, mask, examples="everywhere", notes=tuple(notes), guide=tuple(bent))


OPERATION = Operation(
    "reshape",
    "Reshape faces: smile, open the eyes, slim the face, nose and jaw.",
    ReshapeParams,
    default_keep=0.0,
    stage=stage,
    target="optional",
    blends=False,
    done="Reshaped",
    group="Faces",
    auto_pins=False,
    scales=True,
    examples=(
        "reshape photo.jpg --smile 60 -o smile.jpg",
        "reshape photo.jpg --slim 40 --open-eyes 30 -o slim.jpg",
    ),
    says=(
        Saying(
            (
                "smile",
                "smiling",
                "a smile",
                "bigger smile",
                "add a smile",
                "give a smile",
                "make them smile",
                "make him smile",
                "make her smile",
                "look happy",
                "happier",
                "look happier",
            ),
            {"smile": 60},
            amount="smile",
            units=("%", "percent"),
        ),
        Saying(
            ("less smile", "smile less", "no smile", "frown", "look sad", "sadder", "remove the smile"),
            {"smile": -60},
            amount="smile",
            units=("%", "percent"),
        ),
        Saying(
            (
                "open the eyes",
                "open eyes",
                "eyes open",
                "bigger eyes",
                "eyes bigger",
                "eyes larger",
                "eyes wider",
                "larger eyes",
                "wider eyes",
                "enlarge the eyes",
                "widen the eyes",
            ),
            {"open_eyes": 60},
            amount="open_eyes",
            units=("%", "percent"),
        ),
        Saying(
            ("smaller eyes", "eyes smaller", "narrow the eyes", "squint", "close the eyes a little"),
            {"open_eyes": -60},
            amount="open_eyes",
            units=("%", "percent"),
        ),
        Saying(
            (
                "slim the face",
                "slim face",
                "slimmer face",
                "slimmer cheeks",
                "thinner face",
                "narrower face",
                "thin the face",
                "slim the cheeks",
                "face slimmer",
                "face thinner",
                "face narrower",
            ),
            {"slim": 50},
            amount="slim",
            units=("%", "percent"),
        ),
        Saying(
            (
                "fuller face",
                "face fuller",
                "face rounder",
                "rounder face",
                "wider face",
                "fuller cheeks",
                "chubbier face",
            ),
            {"slim": -50},
            amount="slim",
            units=("%", "percent"),
        ),
        Saying(
            (
                "smaller nose",
                "nose smaller",
                "nose narrower",
                "shrink the nose",
                "slim the nose",
                "narrower nose",
                "reduce the nose",
            ),
            {"nose": -60},
            amount="nose",
            units=("%", "percent"),
        ),
        Saying(
            ("bigger nose", "nose bigger", "nose larger", "larger nose", "enlarge the nose", "wider nose"),
            {"nose": 60},
            amount="nose",
            units=("%", "percent"),
        ),
        Saying(
            (
                "narrower jaw",
                "jaw narrower",
                "jaw slimmer",
                "slim the jaw",
                "smaller jaw",
                "slimmer jaw",
                "softer jaw",
            ),
            {"jaw": -60},
            amount="jaw",
            units=("%", "percent"),
        ),
        Saying(
            (
                "wider jaw",
                "jaw wider",
                "jaw stronger",
                "stronger jaw",
                "bigger jaw",
                "square jaw",
                "widen the jaw",
            ),
            {"jaw": 60},
            amount="jaw",
            units=("%", "percent"),
        ),
    ),
)
