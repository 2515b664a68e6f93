"""Changing a part of a picture: what may change, from a mask or from regions, and the pixels that stay."""
