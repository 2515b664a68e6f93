"""The engine behind NVIDIA Triton: a client for the gateway, and a server of our own where none is given.

It needs the `triton` extra; nothing else of the gateway imports it.
"""
