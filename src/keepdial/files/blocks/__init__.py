"""The blocks of JPEG files: reading, replacing and writing quantised DCT coefficients.

`splice` is the door; `coefficients` reads and writes scans with the kernels of `entropy` and `progressive`;
`kernels` encodes touched blocks. A package of its own, so that finding codecs does not import Numba.
"""
