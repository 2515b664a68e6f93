"""What keeps a Triton from being used at all; errors of single requests are the engine's own."""


class TritonError(Exception):
    """The message is one line that names the address or file and what is wrong."""
