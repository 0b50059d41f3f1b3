"""Servers that a person has set up, on this machine or another: how far they are trusted, and asking them.

Used by whatever asks one: the language model that reads a sentence, the images server that paints.
"""
