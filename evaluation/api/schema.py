"""How the OpenAPI document names the ways of signing in."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension

NO_WORDS: dict[str, Any] = {"type": "apiKey", "in": "header", "name": "Authorization"}


class ResearcherTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[misc]  # drf-spectacular is untyped
    """A researcher's script."""

    target_class = "evaluation.api.authentication.ResearcherToken"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        said = "`Token ` and a token made on the account's page or by `create_token`. Reading needs its scope `read`."
        return {**NO_WORDS, "description": f"{said} All else needs `write`."}


class AnnotatorTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[misc]  # drf-spectacular is untyped
    """An outside front end."""

    target_class = "evaluation.api.authentication.AnnotatorByToken"
    name = "annotator"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {**NO_WORDS, "description": "`Annotator ` and the token that `enter` or `join` told."}
