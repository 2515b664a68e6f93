"""Connections below HTTP: how many there may be, how long each may take, and how one ends.

uvicorn speaks HTTP; this room gives it the limits that it has none of. It knows no route and no request's meaning.
"""
