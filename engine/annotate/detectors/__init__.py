"""What finds people in photographs: the small networks inside a package of MediaPipe, run by LiteRT.

Nothing of MediaPipe runs: its files are read from the package, because the package itself wants other versions of what
serving needs, and later ones report to their maker.
"""
