"""Tiny model files of each kind, written byte by byte."""

from __future__ import annotations

import io
import json
import pickle
import struct
import zipfile
from typing import Any

import numpy as np


def field(number: int, content: bytes) -> bytes:
    assert len(content) < 16384
    size = (
        bytes([len(content)]) if len(content) < 128 else bytes([len(content) & 127 | 128, len(content) >> 7])
    )
    return bytes([number << 3 | 2]) + size + content


def tensor(values: Any = (1.0, 2.0), *, external: bool = False) -> bytes:
    numbers = np.asarray(values, "<f4").tobytes()
    return b"\x10\x01" + field(8, b"w") + field(9, numbers) + (b"\x70\x01" if external else b"")


def onnx(weights: bytes | None = None, *, version: int = 8) -> bytes:
    graph = field(1, field(4, b"Identity")) + field(5, weights or tensor()) + field(12, field(1, b"y"))
    return bytes([8, version]) + field(7, graph) + field(8, b"\x10\x0d")


def safetensors(values: Any = (1.0, 2.0), *, stop: int | None = None) -> bytes:
    numbers = np.asarray(values, "<f4").tobytes()
    entry = {"dtype": "F32", "shape": [len(numbers) // 4], "data_offsets": [0, stop or len(numbers)]}
    header = json.dumps({"__metadata__": {}, "w": entry}).encode()
    return struct.pack("<Q", len(header)) + header + numbers


def stored(kind: str, numbers: bytes, count: int, name: str = "w") -> bytes:
    """Return a safetensors file with one tensor of `count` numbers of the format `kind`."""
    entry = {"dtype": kind, "shape": [count], "data_offsets": [0, len(numbers)]}
    header = json.dumps({name: entry}).encode()
    return struct.pack("<Q", len(header)) + header + numbers


def tflite() -> bytes:
    return struct.pack("<I", 16) + b"TFL3" + bytes(8) + struct.pack("<i", 8) + bytes(16)


def task(**members: bytes) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in (members or {"a.tflite": tflite()}).items():
            archive.writestr(name, content)
    return data.getvalue()


def torch_zip() -> bytes:
    return task(**{"archive/data.pkl": pickle.dumps({"w": 1})})
