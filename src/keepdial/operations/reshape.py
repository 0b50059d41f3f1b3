"""Reshape: a smile, wider eyes, a slimmer face, another nose or jaw, as small movements of its parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import Field

from keepdial.operations import Operation, Params, Quality, Saying, Stage
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


_PERCENT = ("%", "percent")
_FACE = "(face|cheek|chubby cheek|double chin)"
_SLIM = "(slim|slim down|thin|thin out|narrow|slenderise|trim down)"
_ENLARGE = "enlarge|widen|open up|increase size of|make bigger|magnify|expand"
_SHRINK = (
    "(shrink|slim|slim down|reduce|narrow|reduce size of|decrease size of|refine|thin|make smaller|shorten)"
)
_BIGGER = "(bigger|larger|wider|rounder|huge)"
_SMALLER = "(smaller|slimmer|narrower|thinner|tinier|shorter|less wide|less big|less prominent)"
_IS = "(is|are|looks|look|seems|)"
_SIZES = (
    ("eyes", "(bigger|larger|wider|rounder)", "open_eyes", 60),
    ("eyes", "(smaller|narrower)", "open_eyes", -60),
    ("(face|cheeks)", "(slimmer|thinner|narrower|smaller)", "slim", 50),
    ("(face|cheeks)", "(fuller|rounder|wider|chubbier|bigger)", "slim", -50),
    ("nose", "(bigger|larger|wider)", "nose", 60),
    ("nose", "(smaller|slimmer|narrower|thinner|shorter)", "nose", -60),
    ("(jaw|jawline|chin)", "(wider|stronger|bigger|larger)", "jaw", 60),
    ("(jaw|jawline|chin)", "(smaller|slimmer|narrower|softer)", "jaw", -60),
)
"""A part of the face, what it is to be, and the option that does so at an ordinary amount."""

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
                "(make|have|let|get) {thing} (smile|smiling|grin)",
                "(make|have|let|get) {thing} (smile|grin) (more|wider|broadly|happily)",
                "{thing} (should|must|ought to|could) (smile|be smiling)",
                "(add|put|give {thing}|put on) (smile|big smile|bigger smile|grin)",
                "(add|put) (smile|grin) (on|to) {thing}",
                "make {thing} (smile|grin) (bigger|wider|broader)",
                "smile (more|bigger|wider|broader)",
                "(make|have) {thing} (|look) (happy|happier|more happy|more cheerful|cheerful|joyful)",
                "look (happy|happier|more cheerful|cheerful)",
                "(happier|more cheerful) (face|expression|look)",
                "turn frown upside down",
            ),
            {"smile": 60},
            amount="smile",
            units=_PERCENT,
        ),
        Saying(
            (
                "(make|have|let) {thing} (frown|pout)",
                "(make|have) {thing} (|look) (sad|sadder|unhappy)",
                "look (sad|sadder|unhappy|less happy)",
                "(less of|less|remove|no|tone down|reduce|weaken|get rid of) smile",
                "(less of|less|remove|no|tone down|reduce|weaken|get rid of) {thing} smile",
                "(smile|smiling) (less|smaller)",
                "smile (is|looks) (too|so) (big|wide|broad|fake)",
            ),
            {"smile": -60},
            amount="smile",
            units=_PERCENT,
        ),
        Saying(
            (
                f"(open|{_ENLARGE}) eyes",
                f"(open|{_ENLARGE}) {{thing}} eyes",
                "eyes (|more|further|look) (bigger|larger|wider|open|rounder|less closed)",
                "make eyes (|more|look) (bigger|larger|wider|open|rounder|big)",
                "make {thing} eyes (|more|look) (bigger|larger|wider|open|rounder|big)",
                f"eyes {_IS} (too|so|very|almost|half|) (small|squinty|closed|narrow)",
                "give {thing} (bigger|larger|wider) eyes",
            ),
            {"open_eyes": 60},
            amount="open_eyes",
            units=_PERCENT,
        ),
        Saying(
            (
                "eyes (|look) (smaller|narrower|less open|less wide)",
                "make eyes (|look) (smaller|narrower|less open|less wide)",
                "make {thing} eyes (|look) (smaller|narrower|less open|less wide)",
                "(narrow|shrink|reduce) eyes",
                "(narrow|shrink|reduce) {thing} eyes",
                "(make|have|let) {thing} squint",
                "squint eyes",
                "close eyes (slightly|a bit|a little|a little bit|halfway|partly)",
                f"eyes {_IS} (too|so|very) (big|large|wide|open)",
                "give {thing} (smaller|narrower) eyes",
            ),
            {"open_eyes": -60},
            amount="open_eyes",
            units=_PERCENT,
        ),
        Saying(
            (
                f"{_SLIM} {_FACE}",
                f"{_SLIM} {{thing}} {_FACE}",
                "(face|cheeks) (slimmer|thinner|narrower|leaner|less round|less fat|less chubby|less wide)",
                "make (face|cheeks) (|look) (slimmer|thinner|narrower|leaner|slim|less round|less "
                "fat|less chubby)",
                "make {thing} (face|cheeks) (|look) (slimmer|thinner|narrower|leaner|slim|less round|"
                "less fat|less chubby)",
                f"(face|cheeks) {_IS} (too|so|very) (fat|round|wide|chubby|full|puffy)",
                "(remove|reduce|get rid of|less) (double chin|chubby cheek|face fat)",
                "(remove|reduce|get rid of|less) {thing} (double chin|chubby cheek|face fat)",
                "give {thing} (slimmer|thinner|narrower) face",
            ),
            {"slim": 50},
            amount="slim",
            units=_PERCENT,
        ),
        Saying(
            (
                "(face|cheeks) (fuller|rounder|wider|chubbier|fatter|less thin|less gaunt)",
                "make (face|cheeks) (|look) (fuller|rounder|wider|chubbier|fatter|chubby)",
                "make {thing} (face|cheeks) (|look) (fuller|rounder|wider|chubbier|fatter|chubby)",
                "(widen|fatten|fatten up|fill out) (face|cheeks)",
                "(widen|fatten|fatten up|fill out) {thing} (face|cheeks)",
                f"(face|cheeks) {_IS} (too|so|very) (thin|gaunt|narrow|hollow|slim)",
                "give {thing} (fuller|rounder|wider|chubbier) (face|cheeks)",
            ),
            {"slim": -50},
            amount="slim",
            units=_PERCENT,
        ),
        Saying(
            (
                f"{_SHRINK} nose",
                f"{_SHRINK} {{thing}} nose",
                f"nose {_SMALLER}",
                f"make nose (|look) {_SMALLER}",
                f"make {{thing}} nose (|look) {_SMALLER}",
                f"nose {_IS} (too|so|very) (big|large|wide|broad|huge)",
                "give {thing} (smaller|slimmer|narrower|thinner) nose",
                "nose job",
            ),
            {"nose": -60},
            amount="nose",
            units=_PERCENT,
        ),
        Saying(
            (
                f"({_ENLARGE}) nose",
                f"({_ENLARGE}) {{thing}} nose",
                f"nose {_BIGGER}",
                f"make nose (|look) {_BIGGER}",
                f"make {{thing}} nose (|look) {_BIGGER}",
                f"nose {_IS} (too|so|very) (small|narrow|thin|tiny)",
                "give {thing} (bigger|larger|wider) nose",
            ),
            {"nose": 60},
            amount="nose",
            units=_PERCENT,
        ),
        Saying(
            (
                f"{_SHRINK} (jaw|jawline|chin)",
                f"{_SHRINK} {{thing}} (jaw|jawline|chin)",
                "soften (jaw|jawline)",
                "soften {thing} (jaw|jawline)",
                "(jaw|jawline|chin) (smaller|slimmer|narrower|softer|less wide|less square|less strong)",
                "make (jaw|jawline|chin) (|look) (smaller|slimmer|narrower|softer|less wide|less square)",
                "make {thing} (jaw|jawline|chin) (|look) (smaller|slimmer|narrower|softer|less wide|"
                "less square)",
                f"(jaw|jawline|chin) {_IS} (too|so|very) (big|wide|square|strong|broad|large)",
            ),
            {"jaw": -60},
            amount="jaw",
            units=_PERCENT,
        ),
        Saying(
            (
                f"(strengthen|{_ENLARGE}) (jaw|jawline|chin)",
                f"(strengthen|{_ENLARGE}) {{thing}} (jaw|jawline|chin)",
                "(jaw|jawline|chin) (wider|stronger|bigger|larger|broader|more square|more defined)",
                "make (jaw|jawline|chin) (|look) (wider|stronger|bigger|larger|broader|more square|"
                "more defined)",
                "make {thing} (jaw|jawline|chin) (|look) (wider|stronger|bigger|larger|broader|more "
                "square|more defined)",
                f"(jaw|jawline|chin) {_IS} (too|so|very) (weak|narrow|small|thin)",
                "give {thing} (square|strong|stronger|wider|defined) (jaw|jawline|chin)",
            ),
            {"jaw": 60},
            amount="jaw",
            units=_PERCENT,
        ),
        *(
            Saying((f"make {part} of {{thing}} {said}",), {option: usual}, amount=option, units=_PERCENT)
            for part, said, option, usual in _SIZES
        ),
        # As many words as "make the dog a lot bigger", which is about a thing and not a face.
        *(
            Saying(
                (f"make {part} {how} {said}", f"make {{thing}} {part} {how} {said}"),
                {option: round(usual * factor)},
            )
            for part, said, option, usual in _SIZES
            for how, factor in (("(bit|little|slightly|touch|tad)", 0.5), ("(lot|way|far|much)", 1.6))
        ),
    ),
    qualities=(
        Quality(
            (),
            {"smile": 60},
            "smile",
            more=("bigger smile", "wider smile", "broader smile"),
            less=("smaller smile",),
        ),
        Quality(
            (),
            {"open_eyes": 60},
            "open_eyes",
            more=("bigger eyes", "larger eyes", "wider eyes"),
            less=("smaller eyes", "narrower eyes"),
        ),
        Quality(
            (),
            {"slim": 50},
            "slim",
            more=("slimmer face", "thinner face", "narrower face", "slimmer cheeks", "thinner cheeks"),
            less=(
                "fuller face",
                "rounder face",
                "wider face",
                "chubbier face",
                "fuller cheeks",
                "rounder cheeks",
            ),
        ),
        Quality(
            (),
            {"nose": 60},
            "nose",
            more=("bigger nose", "larger nose", "wider nose"),
            less=("smaller nose", "narrower nose", "slimmer nose", "thinner nose"),
        ),
        Quality(
            (),
            {"jaw": 60},
            "jaw",
            more=("wider jaw", "stronger jaw", "bigger jaw", "stronger jawline", "sharper jawline"),
            less=("narrower jaw", "slimmer jaw", "smaller jaw", "softer jaw", "softer jawline"),
        ),
    ),
    asks=("Make her smile a bit.", "Bigger eyes, please.", "Could you slim the nose of the man on the left?"),
)
