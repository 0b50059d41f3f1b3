"""Identity: a face that became somebody else.

The value is the largest distance, over the faces that the edit touched, between the fingerprints of a face
before and after (`keepdial.faces.embedding`, dlib's 128 numbers). dlib takes two for one person's below 0.6.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from keepdial.verify import Evidence, Finding, Signal

if TYPE_CHECKING:
    from keepdial.faces import Face
    from keepdial.geometry import Box
    from keepdial.image import Image

LIMIT = 0.6
NOTICED = 0.4
"""From here on the meaning says that a face changed noticeably."""
ALSO = frozenset({"drag", "variation"})
"""Operations that are not about faces and may change one."""
LEAST = 32
"""A face narrower than this, in px, has no fingerprint to speak of."""
PAD = 64
"""How far around the mask faces are looked for, in px."""


def measure(evidence: Evidence) -> Finding | None:
    """Measure how far the fingerprints of the touched faces moved; None where there is no face, or no way."""
    from keepdial.faces import embedding, hog
    from keepdial.operations import operations
    from keepdial.scene import scene_of

    box = evidence.box
    known = operations().get(evidence.operation)
    about = known is not None and (known.group == "Faces" or known.name in ALSO)
    if not about or box is None or evidence.placement is not None or evidence.asked() >= 1:
        return None
    if not hog.installed():
        return None
    every = known is not None and known.group == "Faces"
    touched = [face for face in _faces(evidence.canvas, box, every=every) if _touches(face, evidence)]
    if not touched:
        return None
    before, after = scene_of(evidence.canvas).rgb, scene_of(evidence.result).rgb
    gaps = [float(np.linalg.norm(embedding(before, face) - embedding(after, face))) for face in touched]
    value = max(gaps)
    who = "The face" if len(gaps) == 1 else f"Of {len(gaps)} faces the one that changed most"
    lost = value >= LIMIT
    said = "is no longer taken for the same person" if lost else "is still the same person"
    if not lost and value >= NOTICED:
        said += ", but changed noticeably"
    return Finding(
        signal=SIGNAL.name,
        value=value,
        limit=LIMIT,
        verdict="warn" if lost else "pass",
        meaning=f"{who} {said}: the distance is {value:.2f}, and two people lie {LIMIT} or more apart.",
        advice=(
            "Ask for less (a smaller amount, or a higher keep), or pin the face (--pin face)." if lost else ""
        ),
    )


def _faces(canvas: Image, box: Box, *, every: bool) -> tuple[Face, ...]:
    """Return the faces of the picture, found already where the edit was about faces, else around `box`."""
    from keepdial.faces import Face, find_faces
    from keepdial.scene import scene_of
    from keepdial.select.faces import faces_of

    if every:
        return faces_of(canvas)
    part = box.grow(max(PAD, box.width // 2), max(PAD, box.height // 2)).clip(canvas.size)
    found = find_faces(np.ascontiguousarray(scene_of(canvas).rgb[part.slices]))
    return tuple(
        Face(
            face.box.shift(part.x, part.y),
            None if face.points is None else face.points + np.array([part.x, part.y], np.float32),
            face.score,
            face.source,
        )
        for face in found
    )


def _touches(face: Face, evidence: Evidence) -> bool:
    return face.box.width >= LEAST and bool((evidence.mask[face.box.slices] > 0).any())


SIGNAL = Signal(
    name="identity",
    question="Is it still the same person?",
    catches="a face that became somebody else",
    limit=LIMIT,
    basis="dlib's own limit for one person; different people lay 0.62 to 0.99 apart on photographs tried",
    measure=measure,
)
