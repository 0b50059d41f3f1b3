"""DragGAN (Pan et al. 2023, arXiv 2305.10973) over a StyleGAN2 generator: drag what a generator can draw.

The picture is turned into the generator's styles, these are changed until the handles are at their targets,
and what changed in the generator's picture is what is proposed. It invents what comes to light, which no warp
can, and it knows nothing but what the generator was trained on: so it is used only by name.
"""

from __future__ import annotations

from dataclasses import dataclass

from keepdial.backends import Capabilities, Frame, Proposal, Step
from keepdial.progress import Cancel, Event, Listener, silent


@dataclass(frozen=True, slots=True)
class GanDrag:
    """Drags points in the styles of a StyleGAN2 generator."""

    name: str = "gan-drag"

    @property
    def version(self) -> str:
        """Its own, and a hash of each generator that is here: other weights propose other pixels."""
        from keepdial.diffusion.backend import fingerprint
        from keepdial.diffusion.checkpoint import described
        from keepdial.networks.stylegan2.weights import generators

        return " ".join(["1", *(fingerprint(described(one.name, one.path)) for one in generators())])

    @property
    def capabilities(self) -> Capabilities:
        """What it can do with the generators that are here."""
        from keepdial.networks.stylegan2.weights import generators, missing

        here = generators()
        licences = sorted({one.licence for one in here})
        return Capabilities(
            operations=frozenset({"drag"}),
            takes_points=True,
            quality=0.4,
            memory_mb=600,
            whole=True,
            by_name_only=True,
            licence=" and ".join(licences) or "not known",
            commercial=bool(here) and all(one.commercial for one in here),
            missing=missing(),
        )

    @property
    def drives(self) -> frozenset[str]:
        """Classes of checkpoints that are its own, in the folder where all checkpoints lie."""
        from keepdial.networks.stylegan2.weights import CLASS

        return frozenset({CLASS})

    def curve(self, operation: str) -> tuple[tuple[float, float], ...]:
        """Return the identity: the dial scales the way (`Operation.scales`)."""
        return ((0.0, 0.0), (1.0, 1.0))

    def generate(
        self, frame: Frame, step: Step, *, progress: Listener = silent, cancel: Cancel | None = None
    ) -> Proposal:
        """Propose the frame with its handles a share 1 - knob of the way further.

        Raises `ModelMissing` and `ModelRefused` for generators, `BackendError` where one fails, `Cancelled`.
        """
        from keepdial.dragging.styles import dragged

        made = dragged(frame, step, progress=progress, cancel=cancel)
        progress(Event("generate", 1.0))
        return made


BACKEND = GanDrag()
