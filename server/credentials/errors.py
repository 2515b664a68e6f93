"""What can go wrong when a picture is signed.

::

    CredentialsError          a picture could not be signed
"""


class CredentialsError(Exception):
    """A picture could not be signed; it must not go out unsigned instead."""
