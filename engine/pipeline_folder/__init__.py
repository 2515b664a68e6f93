"""Models as they lie on disk in diffusers' layout: which folders, which configs, which weights.

Export reads a model here to write its bundle, training to go on from it. It does not know what either does with it.
"""
