"""Which format some bytes are: the bytes decide, never the name; an allowlist."""

from __future__ import annotations

from keepdial.errors import CorruptFile, UnsupportedFormat
from keepdial.files.codec import Codec, codecs

_REFUSED: tuple[tuple[bytes, str], ...] = (
    (b"%!PS", "an EPS or PostScript program"),
    (b"\xc5\xd0\xd3\xc6", "an EPS program"),
    (b"%PDF", "a PDF document"),
    (b"8BPS", "a Photoshop document"),
    (b"\0\0\1\0", "an icon"),
    (b"\0\0\0\x0cjP  ", "a JPEG 2000 picture"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (b"\0\0\0\x0cJXL ", "a JPEG XL picture"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"<svg", "an SVG drawing"),
    (b"<?xml", "an XML document"),
    (b"<!DOCTYPE", "a web page or XML document"),
    (b"<html", "a web page"),
    (b"SIMPLE  =", "a FITS file"),
    (b"DDS ", "a DDS texture"),
)


def identify(data: bytes) -> Codec:
    """Return the codec whose format `data` is.

    Raises:
        CorruptFile: there are no bytes.
        UnsupportedFormat: the bytes are of no format of the allowlist.
    """
    if not data:
        raise CorruptFile("The file is empty (0 bytes).", hint="Get a fresh copy of it.")
    head = data[:64]
    for codec in codecs().values():
        if codec.matches(head):
            return codec
    seems = next((words for magic, words in _REFUSED if head.lstrip().startswith(magic)), None)
    given = f"The file is {seems}" if seems else "The file is not a picture of a known format"
    raise UnsupportedFormat(
        f"{given}; formats that open: {names()}.", hint="Convert it to PNG or JPEG first."
    )


def names() -> str:
    """Return the names of all formats, for messages."""
    return ", ".join(name.upper() for name in sorted(codecs()))
