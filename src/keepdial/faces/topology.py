"""Which of the mesh's points outline which part of a face.

The numbers are MediaPipe's, of its canonical face model and of the connections that it draws
(google-ai-edge/mediapipe, ``canonical_face_model_uv_visualization.png`` and ``face_mesh_connections.py``,
Apache-2.0). "Left" and "right" are the picture's, as in `keepdial.faces.Face`.
"""

from __future__ import annotations

OVAL = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
    152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
)  # fmt: skip
"""The outline, from the middle of the forehead over the right side down to the chin and up the left side."""
FOREHEAD = (10, 338, 297, 332, 284, 251, 21, 54, 103, 67, 109, 162)
"""Points of the outline above the brows."""

EYES = (
    (33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246),
    (263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386, 387, 388, 466),
)
"""The edge of the lids, left and right: the outer corner, the lower lid, the inner corner, the upper lid."""
UPPER_LIDS = ((173, 157, 158, 159, 160, 161, 246), (398, 384, 385, 386, 387, 388, 466))
LOWER_LIDS = ((7, 163, 144, 145, 153, 154, 155), (249, 390, 373, 374, 380, 381, 382))
CORNERS = ((33, 133), (263, 362))
"""Of each eye the outer and the inner corner."""
IRISES = ((468, 469, 470, 471, 472), (473, 474, 475, 476, 477))
"""Of each eye the middle of the iris and four points on its rim."""

BROWS = (
    (70, 63, 105, 66, 107, 55, 65, 52, 53, 46),
    (300, 293, 334, 296, 336, 285, 295, 282, 283, 276),
)

LIPS = (
    61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185,
)  # fmt: skip
MOUTH = (
    78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308, 415, 310, 311, 312, 13, 82, 81, 80, 191,
)  # fmt: skip
"""The inner edge of the lips; nothing lies within where the mouth is shut."""
MOUTH_CORNERS = (61, 291)
UPPER_LIP, LOWER_LIP = 13, 14

NOSE_TIP, NOSE_BASE = 1, 2
NOSE_WINGS = ((129, 64, 98, 48), (358, 294, 327, 278))
"""The wings of the nose, left and right."""
NOSTRILS = (98, 97, 2, 326, 327, 278, 344, 1, 115, 48)
"""Around the underside of the nose."""

CHIN = 152
CHEEKS = ((50, 205, 101), (280, 425, 330))
"""On the left and the right cheek, about its apple."""
SIDES = (
    (234, 93, 132, 58, 172, 136, 150, 149),
    (454, 323, 361, 288, 397, 365, 379, 378),
)
"""The outline of the cheeks and the jaw, left and right, from the ear down."""
MIDDLE = (10, 151, 9, 168, 6, 197, 195, 5, 4, 1, 2, 152)
"""Down the middle of the face."""
