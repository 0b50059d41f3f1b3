"""Diffusion models under the dial: any checkpoint that diffusers reads, as a backend like the others.

A checkpoint is a folder or a file under ``<models>/checkpoints`` (`checkpoint`). What kind it is says its
pipeline class, and a family (``backends/diffusion_*.py``, a constant ``FAMILY``) knows how the dial drives
that kind. Everything that families share is here: checking and loading the files (`load`), where and in how
much memory it runs (`memory`), progress, previews, cancelling and what is held still while the model works
(`run`).

Importing this package loads neither torch nor diffusers.
"""
