"""Soft edges: from a mask to how much of each pixel belongs to the subject, and to the subject's own colours.

Polarity everywhere: 1 = subject, 0 = background. All of it works in a band around the edge; what lies outside
of the band is copied, not computed. NumPy arrays in, NumPy arrays out; nothing given is modified.
"""

from keepdial.matting.alpha import alpha_of, soft_edge
from keepdial.matting.foreground import foreground_of
from keepdial.matting.trimap import default_width, trimap_of

__all__ = ["alpha_of", "default_width", "foreground_of", "soft_edge", "trimap_of"]
