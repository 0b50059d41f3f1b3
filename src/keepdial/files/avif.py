"""AVIF: libavif through imagecodecs, at its own depth; written without loss."""

from __future__ import annotations

from keepdial.errors import CorruptFile
from keepdial.files import isobmff
from keepdial.files.codec import Decoded, Encoded, Header, Job, in_colour, split_alpha

SPEED = 9


class Avif:
    """The AVIF codec."""

    name = "avif"
    suffixes = (".avif",)
    depths: tuple[int, ...] = (8,)
    alpha = True
    keeps_bytes = False

    def matches(self, head: bytes) -> bool:
        """Whether the brands say AVIF."""
        return bool(isobmff.brands(head) & {b"avif", b"avis"})

    def header(self, data: bytes) -> Header:
        """Read the largest size of any item."""
        return Header(isobmff.properties(data).size, exact=False)

    def decode(self, data: bytes, header: Header) -> Decoded:
        """Decode the primary picture; 10 and 12 bits are widened to 16."""
        import imagecodecs
        import numpy as np

        found = isobmff.properties(data)
        array = imagecodecs.avif_decode(data, index=0)
        notes = []
        if array.dtype == np.uint16:
            notes.append(f"{found.bits} bits per sample widened to 16")
            most = (1 << found.bits) - 1
            if int(array.max()) > most:
                raise CorruptFile("The AVIF file's samples exceed its depth.", hint="Get a fresh copy of it.")
            array = ((array.astype(np.uint32) * 65535 + most // 2) // most).astype(np.uint16)
        if found.transfer in (16, 18):
            notes.append("the HDR transfer curve was not understood: sRGB is assumed")
        pixels, alpha = split_alpha(array)
        exif, xmp = isobmff.metadata(data)
        return Decoded(
            pixels=pixels,
            alpha=alpha,
            icc=found.icc,
            orientation=found.orientation,
            exif=exif,
            xmp=xmp,
            lossless=False,
            notes=tuple(notes),
        )

    def encode(self, job: Job) -> Encoded:
        """Write lossless AVIF (RGB planes, no colour transform): pixels stay exactly as they were decoded."""
        import imagecodecs
        import numpy as np

        from keepdial.files.avificc import with_profile

        image = job.image
        samples, icc, notes = in_colour(image)
        if image.pixels.shape[2] == 1 and image.alpha is None:
            samples, icc, notes = np.ascontiguousarray(image.pixels[:, :, 0]), image.icc, ()
        data = bytes(imagecodecs.avif_encode(samples, level=100, speed=SPEED))
        if icc:
            data = with_profile(data, icc)
        notes += ("saved as lossless AVIF, so that kept pixels stay as they were; the file is larger",)
        if job.metadata.exif or job.metadata.xmp:
            notes += ("camera data are not written to AVIF files",)
        return Encoded(data, self.name, np.ones(image.pixels.shape[:2], np.bool_), notes)


CODEC = Avif()
