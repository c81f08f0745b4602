"""Files as accidents and attackers leave them.

What belongs here: garbling bytes. What does not: what must hold of them. The count is
a hundredth of what `make soak` takes.
"""

from __future__ import annotations

import os
import random

HURTFUL = (
    b"\x00", b"\xff", b"&a ", b"*a", b"[" * 100, b"{", b"'", b'"', b"\t", b": ", b"- ",
    b"!!python/object:os.system ", b"1e999", b"nan", b"-", b"0x", "６e23⑩".encode(),
    b"\r", b"---\n", b"2026-13-45", b"9" * 400, "\u202e".encode(), b"? ", b"|\n", b"%",
)  # fmt: skip
CASES = int(os.environ.get("HEADROOM_FUZZ", "250"))


def garble(random_: random.Random, data: bytes) -> bytes:
    """Bytes with a few bytes changed, doubled, cut or replaced by what hurts."""
    out = bytearray(data)
    for _ in range(random_.randint(1, 6)):
        at = random_.randrange(len(out) + 1)
        match random_.randrange(4):
            case 0:
                out[at:at] = random_.choice(HURTFUL)
            case 1:
                del out[at : at + random_.randint(1, 40)]
            case 2:
                out[at:at] = out[at : at + random_.randint(1, 200)]
            case 3:
                out[at : at + 1] = bytes([random_.randrange(256)])
    return bytes(out)
