"""What operations on faces have in common: which faces are meant, and painting their parts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import Field

from keepdial.operations import Params, Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from keepdial.faces.landmarks import Landmarks
    from keepdial.faces.parts import Parts
    from keepdial.geometry import Box, Size
    from keepdial.image import Image
    from keepdial.select import Selection
    from keepdial.settings import Settings
    from keepdial.tone import Look, Pass

    Array = NDArray[np.float32]

LEAST = 32
"""A face narrower than this, in px, is left: there is nothing to work on."""
MEANT = 0.2
"""A face is meant where at least this part of its box is selected."""
FAINT = 0.01
"""Weights below this change nothing that could be seen: there the picture stays bit for bit."""
ESTIMATED = (
    "Where the parts of the face lie was estimated from its eyes and nose; the model face-landmarker sees "
    "them: keepdial models get face-landmarker."
)


class AmountParams(Params):
    """Base of the options of operations that do one thing more or less."""

    amount: float = Field(default=60, ge=0, le=100, description="How much, in %: 0 = nothing, 100 = most.")


@dataclass(frozen=True, eq=False, slots=True)
class Spot:
    """A part of the picture that is painted.

    Attributes:
        box: where it lies in the canvas.
        weights: (h, w) float32 over the box by name, 0 = nothing changes.
        unit: the distance of the eyes in px.
        more: what else the operation found there.
    """

    box: Box
    weights: Mapping[str, Array]
    unit: float
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def support(self) -> NDArray[np.bool_]:
        """(h, w) bool, True where anything changes."""
        import numpy as np

        found = np.zeros((self.box.height, self.box.width), np.bool_)
        for weight in self.weights.values():
            found |= weight > 0
        return found


def meant(
    image: Image, selection: Selection, *, least: int = LEAST, mesh: str = ""
) -> tuple[tuple[Landmarks, ...], list[str]]:
    """Return the faces that are selected, the largest first, and what is to be said of them.

    Args:
        image: the picture.
        selection: what was selected of it.
        least: width in px below which a face is left.
        mesh: what cannot be done with estimated places ("smile"), "" = nothing: then they will do.

    Raises:
        SelectionError: no face can be found here, none is there, none is selected, or all are too small.
        ModelMissing: the operation needs the mesh and its network is not installed.
    """
    from keepdial.errors import ModelMissing, SelectionError
    from keepdial.faces import missing as no_finder
    from keepdial.faces.landmarks import landmarks_of
    from keepdial.faces.landmarks import missing as no_mesh

    if lacks := no_finder():
        raise SelectionError("Faces cannot be found here.", hint=lacks)
    if mesh and (lacks := no_mesh()):
        raise ModelMissing(f"For {mesh} the outline of the lips and eyes has to be seen.", hint=lacks)
    every = landmarks_of(image)
    if not every:
        raise SelectionError(
            "No face was found in the picture.",
            hint="Faces turned away, covered or small are not seen; keepdial models get yunet sees more.",
        )
    chosen = [face for face in every if covered(face, selection) >= MEANT]
    if not chosen:
        raise SelectionError(
            f"None of the {len(every)} faces in the picture is in what was selected.",
            hint="Select a face, for example --what 'the face on the left', or leave the selection out.",
        )
    large = [face for face in chosen if face.face.box.width >= least]
    notes = []
    if small := len(chosen) - len(large):
        notes.append(f"{small} of {len(chosen)} faces are narrower than {least} px and were left.")
    if not large:
        raise SelectionError(
            f"The faces are too small: narrower than {least} px.",
            hint="Enlarge the picture first (keepdial upscale), or choose another.",
        )
    unseen = [face for face in large if face.estimated]
    if mesh and unseen:
        notes.append(
            f"{len(unseen)} of {len(large)} faces were left, since their lips and eyes were not seen."
        )
        large = [face for face in large if not face.estimated]
        if not large:
            raise SelectionError(
                f"For {mesh} the outline of the lips and eyes has to be seen, and it was not.",
                hint="The face may be turned too far, covered, or too small.",
            )
    elif unseen:
        notes.append(ESTIMATED)
    return tuple(large), notes


def covered(face: Landmarks, selection: Selection) -> float:
    """Return the part of a face's box that is selected, 0 to 1."""
    from keepdial.geometry import size_of

    box = face.face.box.clip(size_of(selection.mask))
    return float((selection.mask[box.slices] > 0).mean()) if box.area else 0.0


def everything(selection: Selection) -> bool:
    """Whether the whole picture is selected, so that faces are all that is meant."""
    from keepdial.geometry import size_of

    box = selection.box
    return box is not None and box.area == size_of(selection.mask).area and bool(selection.mask.min() >= 1)


def lab_of(image: Image, box: Box) -> Array:
    """Return OKLab (h, w, 3) float32 of a part of the picture, a grey one with three channels too."""
    from keepdial.tone.oklab import to_oklab
    from keepdial.tone.space import space_of

    space = space_of(image.icc)
    return to_oklab(space.light(image.pixels[box.slices]), space)


def staged(
    image: Image,
    selection: Selection,
    spots: Sequence[Spot],
    notes: Sequence[str] = (),
    *,
    whole: bool = False,
) -> Stage:
    """Return the stage: the mask is what the spots paint, inside of what was selected.

    With `whole` the selection only says which, and the spots may reach out of it.
    """
    import numpy as np

    mask = np.zeros((image.size.height, image.size.width), np.float32)
    inside = whole or everything(selection)
    guide = []
    for spot in spots:
        chosen = np.float32(1) if inside else selection.mask[spot.box.slices]
        weights = {
            name: np.where(weight < FAINT, np.float32(0), weight) * chosen
            for name, weight in spot.weights.items()
        }
        spot = Spot(spot.box, weights, spot.unit, spot.more)
        guide.append(spot)
        np.maximum(mask[spot.box.slices], spot.support.astype(np.float32), out=mask[spot.box.slices])
    return Stage(image, mask, examples="everywhere", notes=tuple(notes), guide=tuple(guide))


def skin_stage(image: Image, selection: Selection, params: Params, settings: Settings) -> Stage:
    """Find the faces and their skin: the stage of operations on skin, whose spots weigh it as ``skin``."""
    faces, notes = meant(image, selection)
    spots = []
    for face in faces:
        parts = parts_of(image, face)
        spots.append(Spot(parts.box, {"skin": parts.skin(lab_of(image, parts.box))}, face.unit))
    return staged(image, selection, spots, notes)


def shade(name: str, *, option: str = "colour") -> Array:
    """Return a colour, a name or #rrggbb, as OKLab (3,) float32. Raises `ParameterError`, naming `option`."""
    import numpy as np

    from keepdial.tone.oklab import to_oklab
    from keepdial.tone.paint import encoded
    from keepdial.tone.space import space_of

    space = space_of(None)
    light = space.decode(np.array([[encoded(name, option=option)]], np.float32))
    lab: Array = to_oklab(light, space)[0, 0]
    return lab


def parts_of(image: Image, face: Landmarks, *, margin: float = 0.5) -> Parts:
    """Return the parts of a face, over a box in the picture."""
    from keepdial.faces.parts import Parts

    return Parts.of(face, image.size, margin=margin)


def painted(look: Look, work: Callable[[Array, Spot], Array], *, oklab: bool = True) -> tuple[Pass, ...]:
    """Return the pass that writes what `work` makes of each spot.

    `work` takes a spot's colours (h, w, 3), a new array of OKLab, or linear light where `oklab` is False, and
    the spot, and returns what they become.
    """
    import numpy as np

    from keepdial.geometry import overlap
    from keepdial.tone import Pass
    from keepdial.tone.oklab import from_oklab, to_oklab

    spots = look.frame.guide
    assert isinstance(spots, tuple)
    done: list[tuple[Box, Array, NDArray[np.bool_]]] = []
    for spot in spots:
        box, support = spot.box, spot.support
        if not support.any():
            continue
        if look.pending:
            light = look.light[box.slices].copy()
        else:
            light = np.ascontiguousarray(look.rows(box.slices[0])[:, box.x : box.right])
        for other, colours, where in done:  # faces cheek by cheek: the second begins where the first ended
            if not other.intersects(box):
                continue
            there, here = overlap(other.shift(-box.x, -box.y), _size(box))
            np.copyto(light[there.slices], colours[here.slices], where=where[here.slices][..., None])
        new = work(to_oklab(light, look.space), spot) if oklab else work(light, spot)
        done.append((box, from_oklab(new, look.space) if oklab else new, support))

    def run(tile: Array, rows: slice) -> Array:
        for box, colours, where in done:
            top, bottom = max(rows.start, box.y), min(rows.stop, box.bottom)
            if top >= bottom:
                continue
            part = np.s_[top - box.y : bottom - box.y]
            place = tile[top - rows.start : bottom - rows.start, box.x : box.right]
            np.copyto(place, colours[part], where=where[part][..., None])
        return tile

    return (Pass(run),)


def _size(box: Box) -> Size:
    from keepdial.geometry import Size

    return Size(box.width, box.height)
