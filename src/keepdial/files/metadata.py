"""What of EXIF and XMP goes into a delivered file: nothing by default; on request all but the location.

Rules: location (GPS and named places), thumbnails (they show the unedited original) and maker notes (opaque:
they may hold both) never; IPTC never. Files are written upright, so kept EXIF says orientation 1; a spliced
JPEG alone keeps the source's orientation, with or without other EXIF.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from keepdial.files import exif as exif_block
from keepdial.files.codec import UPRIGHT

if TYPE_CHECKING:
    from xml.etree import ElementTree

    from keepdial.geometry import Orientation
    from keepdial.image import Image

_XMP_LIMIT = 4 * 1024 * 1024
_PRIVATE = re.compile(
    r"GPS\w*|\w*(City|State|Country|CountryCode|Province|ProvinceState|Sublocation|Location|LocationCreated"
    r"|LocationShown|WorldRegion|LocationId|LocationName|Latitude|Longitude|Altitude)|Thumbnails?|"
    r"(Extended|Has)?(Panorama)?GImage|Data|History|HasExtendedXMP|Orientation",
)
"""Local names of XMP properties that tell where, show the original, or contradict the file."""


@dataclass(frozen=True, slots=True)
class Metadata:
    """Metadata that may go into a file: EXIF without prefix, XMP as a packet; and what to say about it."""

    exif: bytes | None = field(default=None, repr=False)
    xmp: bytes | None = field(default=None, repr=False)
    notes: tuple[str, ...] = ()


def outgoing(image: Image, *, keep: bool, orientation: Orientation = UPRIGHT) -> Metadata:
    """Return what of the image's EXIF and XMP goes into a file stored with this orientation."""
    had = [name for name, block in (("EXIF", image.exif), ("XMP", image.xmp)) if block]
    if not had:
        return Metadata()
    if not keep:
        return Metadata(notes=(f"camera data ({' and '.join(had)}) left out; keep_metadata keeps it",))
    exif = exif_block.cleaned(image.exif, orientation) if image.exif else None
    xmp = cleaned_xmp(image.xmp) if image.xmp else None
    lost = [
        name for name, old, new in (("EXIF", image.exif, exif), ("XMP", image.xmp, xmp)) if old and not new
    ]
    notes = ["camera data kept, without location, thumbnails and maker notes"] if exif or xmp else []
    notes += [f"the {name} block could not be read and was left out" for name in lost]
    return Metadata(exif, xmp, tuple(notes))


def cleaned_xmp(xmp: bytes) -> bytes | None:
    """Return the XMP packet without location, embedded pictures, orientation; None if it does not parse."""
    from xml.etree import ElementTree

    if len(xmp) > _XMP_LIMIT or b"<!" in xmp:  # no document types or entities: nothing can expand
        return None
    text = xmp.strip(b"\0 \r\n\t")
    try:
        for _, (prefix, uri) in ElementTree.iterparse(io.BytesIO(text), events=["start-ns"]):
            if not re.fullmatch(r"ns\d+|", prefix):
                ElementTree.register_namespace(prefix, uri)
        root = ElementTree.fromstring(text)
    except (ElementTree.ParseError, ValueError, LookupError):
        return None
    _strip(root)
    body: bytes = ElementTree.tostring(root, encoding="utf-8")
    begin = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'.encode()
    return begin + body + b'<?xpacket end="w"?>'


def _strip(element: ElementTree.Element) -> None:
    for name in list(element.attrib):
        if _PRIVATE.fullmatch(name.rpartition("}")[2]):
            del element.attrib[name]
    for child in list(element):
        if _PRIVATE.fullmatch(child.tag.rpartition("}")[2]):
            element.remove(child)
        else:
            _strip(child)
