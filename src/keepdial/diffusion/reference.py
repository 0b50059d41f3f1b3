"""The page of the families, written from their declarations.

``python -m keepdial.diffusion.reference`` prints it; ``make docs`` writes it to docs/families.md.
"""

from __future__ import annotations

import sys

from keepdial.diffusion.family import Family, Kind, families

HEAD = (
    "# Families of diffusion models\n"
    "\n"
    "Written from the declarations in `src/keepdial/backends/diffusion_*.py` by `make docs`. "
    "[Adding a family](adding-a-family.md) tells how there is one more.\n"
    "\n"
    "A checkpoint is driven by the family that names its pipeline: the class of diffusers in its "
    "`model_index.json`. Best side, steps and guidance are\n"
    "where nobody says otherwise: a checkpoint's `keepdial.json` and an operation's options do. Each class "
    "below is tested as it is: a tiny\n"
    "checkpoint of it is saved, loaded from disk and edited with from end to end "
    "(`tests/diffusion/test_families.py`).\n"
)


def page() -> str:
    """Return the page as Markdown."""
    return "\n".join((HEAD, *(_section(unit) for _, unit in sorted(families().items()))))


def _section(family: Family) -> str:
    lines = [
        f"## {family.name}\n",
        family.summary,
        "",
        f"- **The dial drives** {family.dial}; from {family.keep[0]:g} to {family.keep[1]:g} it is at home.",
        f"- **Trained for:** {_trained(family)}.",
        f"- **Operations:** {', '.join(f'`{name}`' for name in sorted(family.operations))}.",
        f"- **Words:** {'needed' if family.needs_prompt else 'taken, not needed'}."
        + (" **Reference pictures:** taken." if family.takes_references else ""),
        "",
        "| class in model_index.json | further classes | best side | sides multiples of | steps | guidance |",
        "|---|---|---|---|---|---|",
    ]
    lines += [_row(name, kind) for name, kind in sorted(family.kinds.items())]
    return "\n".join((*lines, ""))


def _trained(family: Family) -> str:
    return {
        "edit": "changing a given picture",
        "generate": "pictures from words alone",
        "fill": "filling a hole in a given picture",
        "any": "no single one of these",
    }[family.trained]


def _row(name: str, kind: Kind) -> str:
    tasks = ", ".join(f"`{task}` ({what})" for what, task in sorted(kind.tasks.items()))
    guidance = "the pipeline's own" if kind.guidance is None else f"{kind.guidance:g}"
    if kind.scale != "guidance_scale":
        guidance += f" (`{kind.scale}`)"
    cells = (
        f"`{name}`",
        tasks or "none",
        f"{kind.best} px",
        f"{kind.multiple_of} px",
        str(kind.steps),
        guidance,
    )
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.stdout.write(page())
