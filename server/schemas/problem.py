"""The shape of a refusal (RFC 9457)."""

from server.schemas.base import Answer


class FieldError(Answer):
    field: str
    detail: str


class Problem(Answer):
    """RFC 9457, with the field at fault, all mistakes of the request, and the request's id."""

    type: str
    title: str
    status: int
    detail: str
    field: str | None = None
    errors: list[FieldError] | None = None
    request_id: str | None = None
