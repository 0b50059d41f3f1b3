"""Clicks and boxes become masks: the Segment Anything family, as exported to ONNX.

A. Kirillov et al.: Segment Anything. arXiv:2304.02643. C. Zhang et al.: Faster Segment Anything (MobileSAM).
arXiv:2306.14289. N. Ravi et al.: SAM 2. arXiv:2408.00714.

An encoder reads the picture once; a decoder answers each set of clicks in a few hundredths of a second. Two
kinds of export are known, told apart by the names of the decoder's inputs:

- SAM and MobileSAM (``scripts/export_onnx_model.py`` of both): ``image_embeddings, point_coords,
  point_labels, mask_input, has_mask_input, orig_im_size -> masks, iou_predictions, low_res_masks``. The
  picture keeps its shape: its longer side becomes 1024, the rest is padding.
- SAM 2: ``image_embed, high_res_feats_0, high_res_feats_1, point_coords, point_labels, mask_input,
  has_mask_input -> masks, iou_predictions``. The picture is stretched to 1024 x 1024.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from keepdial.errors import BackendError, SelectionError
from keepdial.networks.pictures import as_rgb, resized

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from keepdial.geometry import Box
    from keepdial.models.runtime import Onnx
    from keepdial.segment import Click

    Arrays = Mapping[str, NDArray[Any]]

MEMBERS: tuple[str, ...] = ("sam2-tiny", "mobilesam")
"""Their models are called ``<member>-encoder`` and ``<member>-decoder``; the best comes first."""
SIDE = 1024
LOW = 256
MEAN = np.array([123.675, 116.28, 103.53], np.float32)
DEVIATION = np.array([58.395, 57.12, 57.375], np.float32)
"""Of ImageNet, in units of 0 to 255; SAM 2 uses the same in 0 to 1."""
OUTSIDE, INSIDE, CORNER, OPPOSITE, PADDING = 0, 1, 2, 3, -1
REMEMBERED = 2
"""Pictures whose encoding is kept: 4 MB each for SAM, 16 MB for SAM 2."""
_TYPES = {"tensor(int32)": np.int32, "tensor(int64)": np.int64, "tensor(uint8)": np.uint8}

_lock = threading.Lock()
_encoded: OrderedDict[tuple[str, str], Encoded] = OrderedDict()


@dataclass(frozen=True, eq=False, slots=True)
class Encoded:
    """A picture as the encoder has read it.

    Attributes:
        features: the encoder's outputs by the names of the decoder's inputs.
        size: (height, width) of the picture.
        canvas: (height, width) that the decoder's masks are to cover.
        content: (height, width) of the part of it, from its top left, that is the picture.
    """

    features: Arrays
    size: tuple[int, int]
    canvas: tuple[int, int]
    content: tuple[int, int]


def ready() -> str | None:
    """Return the name of the best family member whose encoder and decoder are installed, or None."""
    from keepdial.models import installed

    return next(
        (m for m in MEMBERS if installed(f"{m}-encoder") and installed(f"{m}-decoder")),
        None,
    )


def segment(
    rgb: NDArray[np.uint8], clicks: Sequence[Click] = (), box: Box | None = None
) -> NDArray[np.float32]:
    """Return the mask of what is clicked or boxed, (H, W) float32 in [0, 1], 1 = inside.

    Args:
        rgb: (H, W, 3) uint8 sRGB; not modified. The last two pictures' encodings are kept.
        clicks: points inside and outside, in pixels; the first pixel's centre is (0.5, 0.5).
        box: around the thing.

    Raises:
        ModelMissing: no member of the family is installed.
        SelectionError: neither a click inside nor a box.
        BackendError: a network failed, or has inputs that are not known.
    """
    from keepdial.models import missing, runtime

    if box is None and not any(click.inside for click in clicks):
        raise SelectionError(
            "Nothing says what is to be selected.", hint="Click inside of it, or draw a box around it."
        )
    member = ready()
    if member is None:
        raise missing(f"{MEMBERS[-1]}-encoder")
    encoder, decoder = runtime.onnx(f"{member}-encoder"), runtime.onnx(f"{member}-decoder")
    return decode(decoder, _remembered(member, encoder, decoder, as_rgb(rgb)), clicks, box)


def _remembered(member: str, encoder: Onnx, decoder: Onnx, rgb: NDArray[np.uint8]) -> Encoded:
    digest = hashlib.blake2b(rgb.tobytes(), digest_size=16, key=repr(rgb.shape).encode()).hexdigest()
    with _lock:
        known = _encoded.get((member, digest))
        if known is None:
            known = encode(encoder, decoder, rgb)
            _encoded[member, digest] = known
        _encoded.move_to_end((member, digest))
        while len(_encoded) > REMEMBERED:
            _encoded.popitem(last=False)
    return known


def encode(encoder: Onnx, decoder: Onnx, rgb: NDArray[np.uint8]) -> Encoded:
    """Return `rgb` (H, W, 3) as `encoder` reads it, for `decoder`."""
    ((name, shape),) = encoder.inputs.items()
    height, width = rgb.shape[:2]
    second = "image_embed" in decoder.inputs
    canvas = _canvas(shape, (height, width))
    if second:
        content = canvas
    else:
        scale = min(canvas[0] / height, canvas[1] / width)
        content = (max(1, int(height * scale + 0.5)), max(1, int(width * scale + 0.5)))
    fed = resized(rgb, content[1], content[0]).astype(np.float32)
    if len(shape) == 4:
        fed = (fed - MEAN) / DEVIATION
    padded = np.zeros((*canvas, 3), np.float32)
    padded[: content[0], : content[1]] = fed
    given = padded.transpose(2, 0, 1)[None] if len(shape) == 4 else padded
    if encoder.types[name] == "tensor(uint8)":
        given = np.clip(np.rint(given), 0, 255).astype(np.uint8)
    outputs = encoder({name: np.ascontiguousarray(given)})
    # The part of the canvas below and right of the picture is cut off here, not in the decoder: it then works
    # for canvases of any shape, and large pictures cost no more than small ones.
    return Encoded(_named(outputs, decoder), (height, width), canvas, content)


def _canvas(shape: tuple[int | str | None, ...], size: tuple[int, int]) -> tuple[int, int]:
    """Return the (height, width) that the encoder wants: fixed in its input, or the longer side at 1024."""
    if len(shape) not in (3, 4):
        raise BackendError(f"The encoder's input is of an unknown shape {shape}.")
    height, width = shape[-2:] if len(shape) == 4 else shape[:2]
    if isinstance(height, int) and isinstance(width, int):
        return height, width
    if len(shape) == 4:
        return SIDE, SIDE
    scale = SIDE / max(size)
    return max(1, int(size[0] * scale + 0.5)), max(1, int(size[1] * scale + 0.5))


def _named(outputs: Arrays, decoder: Onnx) -> Arrays:
    """Return the encoder's outputs by the decoder's names, matched by name, else by shape."""
    wanted = [n for n in decoder.inputs if n.startswith(("image_embed", "high_res_feats"))]
    found: dict[str, NDArray[Any]] = {}
    rest = dict(outputs)
    for name in wanted:
        if name in rest:
            found[name] = rest.pop(name)
    for name in wanted:
        if name not in found:
            shape = decoder.inputs[name]
            fits = [n for n, array in rest.items() if _fits(array.shape, shape)]
            if len(fits) != 1:
                raise BackendError(f"The encoder gives nothing that fits the decoder's input {name!r}.")
            found[name] = rest.pop(fits[0])
    return found


def _fits(shape: tuple[int, ...], wanted: tuple[int | str | None, ...]) -> bool:
    return len(shape) == len(wanted) and all(
        not isinstance(w, int) or w == n for n, w in zip(shape, wanted, strict=True)
    )


def decode(
    decoder: Onnx, encoded: Encoded, clicks: Sequence[Click] = (), box: Box | None = None
) -> NDArray[np.float32]:
    """Return the mask (H, W) float32 in [0, 1] of what is clicked or boxed in an encoded picture."""
    # SAM 2's exports add the padding point themselves.
    points, labels = prompts(encoded, clicks, box, pad="image_embed" not in decoder.inputs)
    given: dict[str, NDArray[Any]] = {
        **encoded.features,
        "point_coords": points[None],
        "point_labels": labels[None],
        "mask_input": np.zeros((1, 1, LOW, LOW), np.float32),
        "has_mask_input": np.zeros(1, np.float32),
        "orig_im_size": np.array(encoded.canvas, np.float32),
    }
    if unknown := sorted(set(decoder.inputs) - set(given)):
        raise BackendError(f"The decoder wants {', '.join(unknown)}, which is not known.")
    fed = {n: given[n].astype(_TYPES.get(decoder.types[n], np.float32)) for n in decoder.inputs}
    outputs = decoder(fed)
    masks = outputs["masks"].reshape(-1, *outputs["masks"].shape[-2:])
    best = masks[_choice(outputs["iou_predictions"].ravel(), len(points))].astype(np.float32)
    # Masks may come at the canvas's size or a quarter of it.
    down, across = best.shape[0] / encoded.canvas[0], best.shape[1] / encoded.canvas[1]
    height = max(1, round(encoded.content[0] * down))
    width = max(1, round(encoded.content[1] * across))
    logits = resized(np.ascontiguousarray(best[:height, :width]), encoded.size[1], encoded.size[0])
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -50, 50))), np.float32)


def prompts(
    encoded: Encoded, clicks: Sequence[Click], box: Box | None, *, pad: bool = True
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return points (N, 2) in canvas pixels and labels (N): 1 inside, 0 outside, 2 and 3 a box's corners.

    Without a box, if `pad`, a point at (0, 0) with the label -1 stands for it, as in SAM's own examples.
    """
    points = [(click.x, click.y) for click in clicks]
    labels = [INSIDE if click.inside else OUTSIDE for click in clicks]
    if box is not None:
        points += [(box.x, box.y), (box.right, box.bottom)]
        labels += [CORNER, OPPOSITE]
    scale = np.array([encoded.content[1] / encoded.size[1], encoded.content[0] / encoded.size[0]])
    # The networks count from the first pixel's centre (they add 0.5 themselves), we from its corner.
    placed = np.array(points, np.float64) * scale - 0.5
    if pad and box is None:
        placed = np.concatenate([placed, [[0.0, 0.0]]])
        labels.append(PADDING)
    return placed.astype(np.float32), np.array(labels, np.float32)


def _choice(scores: NDArray[Any], points: int) -> int:
    """Return which of several masks to take.

    Of SAM's four the first is made for several points and the others for one that may mean a part, a thing
    or a group: the rule of its ``SamOnnxModel.select_masks``. Of fewer, the one with the best score.
    """
    if len(scores) == 4:
        scores = scores + (points - 2.5) * np.array([1000.0, 0.0, 0.0, 0.0])
    return int(np.argmax(scores))
