"""Taking files from a browser: bounded before a byte of them is kept, and said kindly where they are too large."""

from collections.abc import Callable
from functools import wraps
from typing import IO, Any, Final, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from evaluation.study_files.uploaded_files import LARGEST_TOTAL, MOST_FILES, TooLarge, UploadError

View = Callable[..., HttpResponse]
# Beside the files: a form's own fields, and what parts one file from the next.
AROUND: Final = 1_000_000
# So much more is read and dropped, so that a browser hears the answer instead of a broken line.
DROPPED: Final = 4 * LARGEST_TOTAL
_PIECE: Final = 1 << 20


def bounded(view: View) -> View:
    """A signed-in view that takes files; where too many bytes come it gets `too_large`, and reads none of them."""
    guarded = csrf_protect(view)

    # The token is in the body, which must not be read before its size is known.
    @csrf_exempt
    @login_required
    @wraps(view)
    def measured(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST" and _length(request) > LARGEST_TOTAL + AROUND:
            left = min(_length(request), DROPPED)
            while left > 0 and (piece := request.read(min(_PIECE, left))):
                left -= len(piece)
            return view(request, *args, too_large=_too_large(), **kwargs)
        return guarded(request, *args, **kwargs)

    return measured


def files_of(request: HttpRequest, field: str = "files") -> list[tuple[str, IO[bytes]]]:
    """The uploaded files of a field, by their names."""
    return [(str(each.name), cast("IO[bytes]", each)) for each in request.FILES.getlist(field)]


def status_of(refused: Exception) -> int:
    """413 for what is too large, 400 for what else is refused."""
    return 413 if isinstance(refused, TooLarge) else 400


def _length(request: HttpRequest) -> int:
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isdecimal() else 0


def _too_large() -> TooLarge:
    expected = f"expected at most {MOST_FILES} files of {LARGEST_TOTAL:,} bytes together"
    return TooLarge([UploadError("", None, f"{expected}, got more; nothing of it was kept, and nothing is lost")])
