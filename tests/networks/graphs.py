"""Tiny ONNX graphs with the inputs and outputs of the published exports."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper, save

Node = Any
_TYPES = {"float": TensorProto.FLOAT, "int64": TensorProto.INT64, "uint8": TensorProto.UINT8}


def value(name: str, shape: list[int | str], kind: str = "float") -> Any:
    return helper.make_tensor_value_info(name, _TYPES[kind], shape)


def constant(name: str, array: Any, dtype: Any = np.float32) -> Any:
    return numpy_helper.from_array(np.asarray(array, dtype), name)


def write(path: Path, nodes: list[Node], inputs: list[Any], outputs: list[Any], constants: list[Any]) -> Path:
    graph = helper.make_graph(nodes, "tiny", inputs, outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    save(model, str(path))
    return path


def node(kind: str, inputs: list[str], output: str, **more: Any) -> Node:
    return helper.make_node(kind, inputs, [output], **more)


DECODER_INPUTS = [
    value("point_coords", [1, "points", 2]),
    value("point_labels", [1, "points"]),
    value("mask_input", [1, 1, 256, 256]),
    value("has_mask_input", [1]),
]


def bright_disc(canvas: list[Node], first: str) -> tuple[list[Node], list[Any]]:
    """Return nodes for a disc of radius 100 around the first point, positive inside, on the `grid`.

    `first` is the (1, N, 2) tensor of points; `canvas` makes the tensor ``grid`` (2, h, w) of x and y.
    """
    nodes = [
        *canvas,
        node("Gather", [first, "zero"], "point", axis=1),
        node("Reshape", ["point", "column"], "centre"),
        node("Sub", ["grid", "centre"], "away"),
        node("Mul", ["away", "away"], "squared"),
        node("ReduceSum", ["squared", "axis0"], "distance2", keepdims=0),
        node("Sub", ["radius2", "distance2"], "inside"),
        node("Mul", ["inside", "steep"], "logits"),
    ]
    constants = [
        constant("zero", [0], np.int64),
        constant("column", [2, 1, 1], np.int64),
        constant("axis0", [0], np.int64),
        constant("radius2", 100.0**2),
        constant("steep", 0.01),
    ]
    return nodes, constants


def grid(height: int, width: int) -> Any:
    ys, xs = np.mgrid[:height, :width]
    return constant("grid", np.stack([xs, ys]))


def sam_encoder(path: Path) -> Path:
    """HxWx3, 0 to 255 -> image_embeddings (1, 256, 64, 64) that hold the mean of the red plane."""
    nodes = [
        node("Gather", ["input_image", "red"], "plane", axis=2),
        node("ReduceMean", ["plane"], "mean", keepdims=0),
        node("Expand", ["mean", "shape"], "image_embeddings"),
    ]
    constants = [constant("red", [0], np.int64), constant("shape", [1, 256, 64, 64], np.int64)]
    return write(
        path,
        nodes,
        [value("input_image", ["height", "width", 3])],
        [value("image_embeddings", [1, 256, 64, 64])],
        constants,
    )


def sam_decoder(path: Path, size: tuple[int, int]) -> Path:
    """SAM's signature. The mask is a disc of radius 100 around the first point, of `size` (height, width)."""
    nodes, constants = bright_disc([], "point_coords")
    nodes += [
        node("Unsqueeze", ["logits", "two"], "masks"),
        # Everything that was fed shows in the score, so that nothing may be left out or be of another shape.
        node("ReduceMean", ["image_embeddings"], "seen", keepdims=0),
        node("ReduceMean", ["orig_im_size"], "size", keepdims=0),
        node("ReduceMean", ["mask_input"], "before", keepdims=0),
        node("ReduceMean", ["has_mask_input"], "has", keepdims=0),
        node("ReduceMean", ["point_labels"], "labels", keepdims=0),
        node("Sum", ["seen", "size", "before", "has", "labels"], "score"),
        node("Reshape", ["score", "square"], "iou_predictions"),
        node("Identity", ["mask_input"], "low_res_masks"),
    ]
    constants += [grid(*size), constant("two", [0, 1], np.int64), constant("square", [1, 1], np.int64)]
    inputs = [value("image_embeddings", [1, 256, 64, 64]), *DECODER_INPUTS, value("orig_im_size", [2])]
    outputs = [
        value("masks", [1, 1, *size]),
        value("iou_predictions", [1, 1]),
        value("low_res_masks", [1, 1, 256, 256]),
    ]
    return write(path, nodes, inputs, outputs, constants)


def sam2_encoder(path: Path) -> Path:
    """1x3x1024x1024, normalised -> three outputs under names of their own, pooled from the picture."""
    nodes = [node("AveragePool", ["image"], "pooled", kernel_shape=[16, 16], strides=[16, 16])]
    constants = []
    for name, channels, side in (("a", 32, 256), ("b", 64, 128), ("c", 256, 64)):
        nodes += [
            node("ReduceMean", ["pooled"], f"mean_{name}", keepdims=0),
            node("Expand", [f"mean_{name}", f"shape_{name}"], name),
        ]
        constants.append(constant(f"shape_{name}", [1, channels, side, side], np.int64))
    outputs = [value("a", [1, 32, 256, 256]), value("b", [1, 64, 128, 128]), value("c", [1, 256, 64, 64])]
    return write(path, nodes, [value("image", [1, 3, 1024, 1024])], outputs, constants)


def sam2_decoder(path: Path) -> Path:
    """SAM 2's signature: three masks of 256 x 256; the second, a disc around the first point, scores best."""
    nodes, constants = bright_disc([node("Mul", ["grid4", "four"], "grid")], "point_coords")
    nodes += [
        node("Neg", ["logits"], "not_it"),
        node("Unsqueeze", ["logits", "two"], "mask_1"),
        node("Unsqueeze", ["not_it", "two"], "mask_0"),
        node("Concat", ["mask_0", "mask_1", "mask_0"], "masks", axis=1),
        *(node("ReduceMean", [n], f"m_{n}", keepdims=0) for n in ("image_embed", "high_res_feats_0")),
        *(node("ReduceMean", [n], f"m_{n}", keepdims=0) for n in ("high_res_feats_1", "mask_input")),
        node("ReduceMean", ["has_mask_input"], "m_has", keepdims=0),
        node("ReduceMean", ["point_labels"], "m_labels", keepdims=0),
        node("Sum", ["m_image_embed", "m_high_res_feats_0", "m_high_res_feats_1"], "m_features"),
        node("Sum", ["m_features", "m_mask_input", "m_has", "m_labels"], "offset"),
        node("Add", ["scores", "offset"], "iou_predictions"),
    ]
    ys, xs = np.mgrid[:256, :256]
    constants += [
        constant("grid4", np.stack([xs, ys])),
        constant("four", 4.0),
        constant("two", [0, 1], np.int64),
        constant("scores", [[0.2, 0.9, 0.5]]),
    ]
    inputs = [
        value("image_embed", [1, 256, 64, 64]),
        value("high_res_feats_0", [1, 32, 256, 256]),
        value("high_res_feats_1", [1, 64, 128, 128]),
        *DECODER_INPUTS,
    ]
    outputs = [value("masks", [1, 3, 256, 256]), value("iou_predictions", [1, 3])]
    return write(path, nodes, inputs, outputs, constants)


def owl(path: Path) -> Path:
    """OWLv2's signature with three places: the score of a word is its number after "a photo of a".

    The first place is the left upper quarter of the square, the second nearly the same, the third the right
    half; the mean of the red plane shows in the third place's score.
    """
    nodes = [
        node("Gather", ["input_ids", "fifth"], "word", axis=1),
        node("Cast", ["word"], "number", to=TensorProto.FLOAT),
        node("Transpose", ["number"], "row", perm=[1, 0]),
        node("Mul", ["weights", "row"], "scores"),
        node("Cast", ["attention_mask"], "attended", to=TensorProto.FLOAT),
        node("ReduceMean", ["attended"], "much", keepdims=0),
        node("ReduceMean", ["pixel_values"], "bright", keepdims=0),
        node("Mul", ["bright", "third"], "extra"),
        node("Sum", ["scores", "extra"], "both"),
        node("Unsqueeze", ["both", "zero"], "logits"),
    ]
    boxes = [[[0.25, 0.25, 0.5, 0.5], [0.26, 0.25, 0.5, 0.5], [0.75, 0.5, 0.5, 1.0]]]
    constants = [
        constant("fifth", [5], np.int64),
        constant("weights", [[1.0], [0.5], [-1.0]]),
        constant("third", [[0.0], [0.0], [1.0]]),
        constant("zero", [0], np.int64),
        constant("boxes", boxes),
    ]
    nodes.append(node("Identity", ["boxes"], "pred_boxes"))
    inputs = [
        value("input_ids", ["words", 16], "int64"),
        value("pixel_values", [1, 3, 960, 960]),
        value("attention_mask", ["words", 16], "int64"),
    ]
    return write(
        path, nodes, inputs, [value("logits", [1, 3, "words"]), value("pred_boxes", [1, 3, 4])], constants
    )
