from __future__ import annotations

import io
import struct

import numpy as np
import pytest
from PIL import Image as Pil
from PIL.TiffImagePlugin import IFDRational

from keepdial.files import encode_image, open_image
from keepdial.files import exif as exif_block
from keepdial.files.metadata import cleaned_xmp
from keepdial.geometry import Orientation
from keepdial.settings import Settings
from tests.files.samples import exif, jpeg, photo

KEEP = Settings(keep_metadata=True)
XMP = b"""<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 exif:GPSLatitude="48,51.5N" photoshop:City="Paris" xmp:Rating="5">
<exif:GPSLongitude>2,17.6E</exif:GPSLongitude><xmp:Thumbnails>AAAA</xmp:Thumbnails><dc:creator>Ada</dc:creator>
</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>"""


def rich_exif() -> bytes:
    """Description, camera settings, maker note, location, and a thumbnail, as cameras write them."""
    block = Pil.Exif()
    block[0x0112] = 6
    block[0x010F] = "Maker"
    camera = block.get_ifd(0x8769)
    camera[0x829A] = IFDRational(1, 125)
    camera[0x927C] = b"MAKERNOTE" * 5
    place = block.get_ifd(0x8825)
    place[1] = "N"
    place[2] = (48.0, 51.0, 29.0)
    return block.tobytes()


@pytest.mark.parametrize("format", ["jpeg", "png", "webp", "heic"])
def test_camera_data_are_dropped_by_default_and_kept_on_request_without_location(format: str) -> None:
    image = open_image(jpeg(photo(30, 40), exif=rich_exif(), xmp=XMP))
    assert image.exif is not None
    assert image.xmp is not None
    dropped = open_image(encode_image(image, format=format).data)
    assert dropped.xmp is None
    assert b"Maker" not in (dropped.exif or b"")
    kept = open_image(encode_image(image, format=format, settings=KEEP).data)
    assert kept.exif is not None
    found = Pil.Exif()
    found.load(kept.exif)
    assert found[0x010F] == "Maker"
    assert found[0x0112] == (6 if format == "jpeg" else 1)
    assert found.get_ifd(0x8769)[0x829A] == IFDRational(1, 125)
    assert 0x8825 not in found
    assert 0x927C not in found.get_ifd(0x8769)
    assert kept.xmp is not None
    assert b"Ada" in kept.xmp
    for private in (b"GPS", b"Paris", b"Thumbnails", b"48,51", b"2,17"):
        assert private not in kept.xmp


def test_the_report_says_what_became_of_it() -> None:
    image = open_image(jpeg(photo(30, 40), exif=exif(1, gps=True)))
    assert "camera data (EXIF) left out; keep_metadata keeps it" in encode_image(image).notes
    assert (
        "camera data kept, without location, thumbnails and maker notes"
        in encode_image(image, settings=KEEP).notes
    )


@pytest.mark.parametrize("value", range(1, 9))
def test_the_smallest_block(value: int) -> None:
    block = exif_block.orientation_only(Orientation(value))
    assert len(block) == 26
    assert exif_block.orientation_of(block) == Orientation(value)


def test_the_thumbnail_goes() -> None:
    """IFD1 follows IFD0 by a link; the rebuilt block ends its list."""
    main = struct.pack("<HHHII", 1, 0x0112, 3, 1, 6) + struct.pack("<I", 26)
    thumb = struct.pack("<H", 1) + struct.pack("<HHII", 0x0201, 4, 1, 44) + bytes(4)
    block = b"II*\0" + struct.pack("<I", 8) + main + thumb + b"THUMBNAIL"
    assert exif_block.cleaned(block, Orientation(1)) is None
    named = Pil.Exif()
    named[0x010F] = "Maker"
    clean = exif_block.cleaned(named.tobytes()[6:], Orientation(3))
    assert clean is not None
    assert exif_block.orientation_of(clean) == Orientation(3)


def test_big_endian_blocks_and_interop() -> None:
    named = Pil.Exif()
    named.endian = ">"
    named[0x010F] = "Maker"
    named.get_ifd(0x8769)[0xA005] = {1: "R98"}
    clean = exif_block.cleaned(named.tobytes()[6:], Orientation(1))
    assert clean is not None
    found = Pil.Exif()
    found.load(clean)
    assert found[0x010F] == "Maker"


@pytest.mark.parametrize(
    "block", [b"", b"II*\0", b"II*\0\xff\xff\xff\xff", b"II*\0\x08\0\0\0\xff\xff" + bytes(9), b"junk" * 9]
)
def test_damaged_blocks_are_no_error(block: bytes) -> None:
    assert exif_block.orientation_of(block) == Orientation(1)
    assert exif_block.resolution_of(block) is None
    assert exif_block.cleaned(block, Orientation(1)) is None


def test_hostile_xmp_is_left_out() -> None:
    bomb = b'<!DOCTYPE s [<!ENTITY a "aaaa">]><x>&a;</x>'
    for xmp in (bomb, b"<x:y>", b"\xff\xfe", b"<a xmlns='u'>" * 3):
        assert cleaned_xmp(xmp) is None


def test_resolution_is_kept_without_camera_data() -> None:
    image = open_image(jpeg(photo(30, 40), dpi=(240, 240)))
    for format in ("jpeg", "png", "tiff", "webp", "heic", "bmp"):
        assert open_image(encode_image(image, format=format).data).dpi == (240.0, 240.0), format


def test_a_jfif_thumbnail_goes() -> None:
    plain = jpeg(photo(16, 16))
    at = plain.index(b"JFIF\0")
    small = b"JFIF\0\1\1\0\0\1\0\1\2\2" + b"THUMBTHUMBTH"
    source = plain[: at - 2] + struct.pack(">H", len(small) + 2) + small + plain[at + 14 :]
    image = open_image(source)
    result = encode_image(image, changed=np.zeros((16, 16), np.bool_))
    assert b"THUMB" not in result.data
    with Pil.open(io.BytesIO(result.data)) as picture:
        picture.load()
