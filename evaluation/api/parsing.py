"""What may come in a request's body: JSON of a bounded size and depth, or a form with files."""

import json
from collections.abc import Mapping
from typing import IO, Any, Final

from django.conf import settings
from django.http import QueryDict
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser, DataAndFiles, MultiPartParser

from evaluation.study_files.uploaded_files import LARGEST_TOTAL

# Answers are flat; nothing that is asked for nests deeper than this.
DEEPEST: Final = 20
# What a form takes beside its files: names and boundaries.
ROOM: Final = 1_000_000


class TooLarge(APIException):
    """A body over the limit."""

    status_code = 413
    default_code = "too_large"


class BoundedJson(BaseParser):
    """JSON in UTF-8, of at most `DATA_UPLOAD_MAX_MEMORY_SIZE` bytes: what is longer is not even read."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any] | QueryDict:
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        raw = stream.read(most + 1)
        if len(raw) > most:
            raise TooLarge(f"expected at most {most:,} bytes of JSON")
        try:
            found = json.loads(raw.decode("utf-8"), parse_constant=_no_constant)
        except RecursionError:
            raise ParseError(f"expected JSON that is nested at most {DEEPEST} deep") from None
        except ValueError as error:
            raise ParseError(f"expected JSON in UTF-8: {error}") from error
        if not isinstance(found, dict):
            raise ParseError(f"expected a JSON object, got {type(found).__name__}")
        _check_depth(found, 0)
        return found


class BoundedForm(MultiPartParser):
    """A form with files, of which none is read where all together are too many bytes."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> "DataAndFiles[Any, Any]":
        length = (parser_context or {})["request"].META.get("CONTENT_LENGTH") or 0
        if int(length) > LARGEST_TOTAL + ROOM:
            raise TooLarge(f"expected at most {LARGEST_TOTAL:,} bytes in all files together, got {int(length):,}")
        return super().parse(stream, media_type, parser_context)


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON")


def _check_depth(value: Any, depth: int) -> None:
    if depth > DEEPEST:
        raise ParseError(f"expected JSON that is nested at most {DEEPEST} deep")
    if isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            _check_depth(each, depth + 1)
