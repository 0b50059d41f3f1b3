"""Dragging in latents: points of a picture are pulled by changing what the picture was made from.

Written from Pan et al., Drag your GAN (SIGGRAPH 2023, arXiv 2305.10973). `points` has the pieces: reading
features at points, motion supervision, point tracking. `loop` goes the way and knows when to stop. Neither
knows what the latents are of: a generator's styles and a diffusion model's latents serve alike. Both import
torch: import them late.
"""
