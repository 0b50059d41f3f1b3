"""Networks as plain functions on (H, W, 3) uint8 sRGB pictures; answers are in the picture's own pixels.

Each module is one network. It needs a model of the store (`keepdial.models`); without it, its functions raise
`keepdial.errors.ModelMissing`. Inputs are never modified.
"""
