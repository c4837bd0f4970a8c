"""An authenticator app: the code of a secret now (RFC 6238, from its text)."""

import base64
import hashlib
import hmac
import re
import struct
import time

STEP = 30


def code_of(secret: str, *, at: float | None = None) -> str:
    """The six digits of `secret` at a time, by default now and for at least three more seconds."""
    if at is None:
        left = STEP - time.time() % STEP
        if left < 3:
            time.sleep(left)
        at = time.time()
    key = base64.b32decode(secret)
    digest = hmac.new(key, struct.pack(">Q", int(at) // STEP), hashlib.sha1).digest()
    offset = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[offset : offset + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


def secret_on(page: str) -> str:
    """The secret that the page of setting it up shows."""
    (secret,) = re.findall(r'<code class="secret">([A-Z2-7]+)</code>', page)
    return secret


def test_codes_are_those_of_the_standard():
    # RFC 6238, appendix B: the secret "12345678901234567890", the last six of the eight digits given there.
    secret = base64.b32encode(b"12345678901234567890").decode()

    assert [code_of(secret, at=at) for at in (59, 1111111109, 20000000000)] == ["287082", "081804", "353130"]
