"""Remove an object from a photograph: the shuttle model from the background of a portrait.

python examples/plot_remove.py     writes out/plot_remove.jpg
"""

from __future__ import annotations

from figure import PHOTOS, outlined, side_by_side

from keepdial import Request, Selector, edit, open_image

OUTLINE = (
    (392, 0), (436, 0), (443, 38), (452, 40), (460, 70), (462, 255), (478, 270), (478, 290), (430, 296),
    (398, 300), (362, 296), (362, 262), (378, 236), (350, 230), (354, 202), (374, 178), (376, 44), (388, 36),
)  # fmt: skip

photo = open_image(PHOTOS / "astronaut.png")
shuttle = Selector(kind="polygon", options={"points": [list(point) for point in OUTLINE]})
done = edit(Request(operation="remove", targets=(shuttle,), params={"grow": 3}, seed=1), photo)

side_by_side(
    "plot_remove.jpg",
    ("before", photo),
    ("selected", outlined(photo, done.mask)),
    ("keepdial remove", done.image),
)
for finding in done.report.findings:
    print(f"{finding.verdict:>5}  {finding.signal:<10} {finding.meaning}")
