"""GIF: the first frame, decoded by Pillow; never written, since a palette loses colours."""

from __future__ import annotations

import struct

from keepdial.errors import CorruptFile, ParameterError
from keepdial.files.codec import Decoded, Encoded, Header, Job, split_alpha, too_large
from keepdial.geometry import Size

MAX_FRAMES = 10_000


class Gif:
    """The GIF codec: reads only."""

    name = "gif"
    suffixes = (".gif",)
    depths: tuple[int, ...] = ()
    alpha = True
    keeps_bytes = False

    def matches(self, head: bytes) -> bool:
        """Whether the bytes start with GIF's signature."""
        return head[:6] in (b"GIF87a", b"GIF89a")

    def header(self, data: bytes) -> Header:
        """Read the canvas size, and count frames by walking the blocks (GIF89a, section 12 on)."""
        width, height = struct.unpack_from("<HH", data, 6)
        return Header(Size(width, height), _count_frames(data) if width and height else 1)

    def decode(self, data: bytes, header: Header) -> Decoded:
        """Decode the first frame on its canvas."""
        from keepdial.files.pil import opened, samples

        with opened(data, "GIF") as picture:
            array, notes = samples(picture)
        pixels, alpha = split_alpha(array)
        return Decoded(pixels=pixels, alpha=alpha, notes=notes)

    def encode(self, job: Job) -> Encoded:
        """Refuse: a palette of 256 colours cannot hold an edited picture."""
        raise ParameterError("format", self.name, "a format that holds all colours, such as png")


def _count_frames(data: bytes) -> int:
    frames, at = 0, 13
    if data[10] & 0x80:
        at += 3 << ((data[10] & 7) + 1)
    while at < len(data):
        kind = data[at]
        if kind == 0x3B:
            return frames
        if kind == 0x21:
            at = _skip_blocks(data, at + 2)
        elif kind == 0x2C and at + 10 <= len(data):
            frames += 1
            if frames > MAX_FRAMES:
                raise too_large(
                    "The GIF file has too many frames", f"more than {MAX_FRAMES:,}", f"{MAX_FRAMES:,}"
                )
            flags = data[at + 9]
            at += 11 + ((3 << ((flags & 7) + 1)) if flags & 0x80 else 0)
            at = _skip_blocks(data, at)
        else:
            break
    if not frames:
        raise CorruptFile("The GIF file is cut short.", hint="Get a fresh copy of it.")
    return frames


def _skip_blocks(data: bytes, at: int) -> int:
    while at < len(data) and data[at]:
        at += data[at] + 1
    return at + 1


CODEC = Gif()
