"""Regions by what they look like."""
