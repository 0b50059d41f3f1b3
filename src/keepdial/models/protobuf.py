"""Walking an ONNX file's protocol buffer without the `onnx` package: enough to know it is whole and safe.

The wire format: https://protobuf.dev/programming-guides/encoding/. Field numbers: onnx.proto of ONNX IR 10.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import mmap

    Buffer = mmap.mmap | bytes

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_MODEL_IR, _MODEL_GRAPH, _MODEL_OPSET = 1, 7, 8
_GRAPH_NODE, _GRAPH_INITIALIZER, _GRAPH_OUTPUT = 1, 5, 12
_TENSOR_TYPE, _TENSOR_FLOATS, _TENSOR_NAME, _TENSOR_RAW, _TENSOR_LOCATION = 2, 4, 8, 9, 14
_FLOAT, _FLOAT16, _DOUBLE = 1, 10, 11
_KINDS = {_FLOAT: "<f4", _FLOAT16: "<f2", _DOUBLE: "<f8"}


def check_onnx(data: Buffer) -> None:
    """Check a ModelProto from its first byte to its last; raise `ValueError` with what is wrong.

    Weights outside of the file are refused, since another file could be slipped in there; so is NaN among
    plain float weights. Infinity is let in: masks of attention are made of it.
    """
    graphs: list[tuple[int, int]] = []
    version = opsets = 0
    for field, start, stop, value in _fields(data, 0, len(data)):
        version = value if field == _MODEL_IR else version
        opsets += field == _MODEL_OPSET
        if field == _MODEL_GRAPH:
            graphs.append((start, stop))
    if version < 1 or len(graphs) != 1 or not opsets:
        raise ValueError("it lacks a version, a graph or its operator set")
    nodes = outputs = 0
    for field, start, stop, _ in _fields(data, *graphs[0]):
        nodes += field == _GRAPH_NODE
        outputs += field == _GRAPH_OUTPUT
        if field == _GRAPH_INITIALIZER:
            _check_tensor(data, start, stop)
    if not nodes or not outputs:
        raise ValueError("its graph is empty")


def _check_tensor(data: Buffer, begin: int, end: int) -> None:
    import numpy as np

    name, kind, external = "", 0, False
    raw: tuple[int, int] | None = None
    floats: tuple[int, int] | None = None
    for field, start, stop, value in _fields(data, begin, end):
        if field == _TENSOR_TYPE:
            kind = value
        elif field == _TENSOR_NAME:
            name = bytes(data[start:stop]).decode("utf-8", "replace")[:60]
        elif field == _TENSOR_RAW:
            raw = (start, stop)
        elif field == _TENSOR_FLOATS and stop - start > 4:
            floats = (start, stop)
        elif field == _TENSOR_LOCATION:
            external = value == 1
    if external:
        raise ValueError(f"the weights {name!r} lie in another file; a model of one file is needed")
    for place, dtype in ((raw, _KINDS.get(kind)), (floats, "<f4")):
        if place is not None and dtype is not None:
            numbers = bytes(data[slice(*place)])
            if len(numbers) % np.dtype(dtype).itemsize:
                raise ValueError(f"the weights {name!r} are cut short")
            if np.isnan(np.frombuffer(numbers, dtype)).any():
                raise ValueError(f"the weights {name!r} hold NaN")


def _fields(data: Buffer, position: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield (field number, start, stop, value) of a message; value is 0 for anything but a whole number."""
    while position < end:
        key, position = _varint(data, position, end)
        number, wire, value = key >> 3, key & 7, 0
        start = position
        if number == 0:
            raise ValueError("a field has the number 0")
        if wire == _VARINT:
            value, position = _varint(data, position, end)
        elif wire == _BYTES:
            length, start = _varint(data, position, end)
            position = start + length
        elif wire in (_FIXED64, _FIXED32):
            position += 8 if wire == _FIXED64 else 4
        else:
            raise ValueError(f"a field is of the unknown wire type {wire}")
        if position > end:
            raise ValueError("it is cut short")
        yield number, start, position, value


def _varint(data: Buffer, position: int, end: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if position >= end:
            raise ValueError("it is cut short")
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if not byte & 0x80:
            return value, position
    raise ValueError("a number in it never ends")
