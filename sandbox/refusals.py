"""The ways GitHub says no: one exception that carries a REST status and body and a GraphQL error type."""

from __future__ import annotations

from typing import Any

DOCS = "https://docs.github.com/rest"


class Refusal(Exception):
    """Raised by anything that refuses a request; `status` is HTTP, `kind` the GraphQL error type."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        errors: list[Any] | None = None,
        kind: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.errors = errors
        self.kind = kind or {404: "NOT_FOUND", 403: "FORBIDDEN", 401: "UNAUTHORIZED"}.get(
            status, "UNPROCESSABLE"
        )
        self.headers = headers or {}

    def body(self) -> dict[str, Any]:
        told: dict[str, Any] = {"message": self.message}
        if self.errors is not None:
            told["errors"] = self.errors
        return {**told, "documentation_url": DOCS, "status": str(self.status)}


def not_found() -> Refusal:
    return Refusal(404, "Not Found")


def gone(message: str = "This issue was deleted") -> Refusal:
    return Refusal(410, message)


def inaccessible(accepted: str | None = None) -> Refusal:
    """403 for an App's token; GitHub names the permissions that would have done in a header."""
    headers = {"x-accepted-github-permissions": accepted} if accepted else {}
    return Refusal(403, "Resource not accessible by integration", headers=headers)


def invalid(resource: str, field: str, code: str, message: str | None = None) -> Refusal:
    """422 with one entry in `errors`, as GitHub words a failed validation."""
    error = {"resource": resource, "field": field, "code": code}
    if message is not None:
        error["message"] = message
    return Refusal(422, "Validation Failed", errors=[error])


def unprocessable(message: str) -> Refusal:
    return Refusal(422, message)
