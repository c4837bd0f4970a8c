"""The offline author: a small deterministic grammar that labels personas and writes dialogues on them.

It needs no key and no network, so that everything can be tried before a cent is spent, and tested at any time. It is no
language model and no person: whatever is made from its words carries `CAVEAT`, and from
its labels `LABEL_CAVEAT`.
"""

from typing import Final

CAVEAT: Final = "written by the offline author, a grammar, not by people or an LLM"
LABEL_CAVEAT: Final = "traits labelled by the offline author, rules on words, not by people or an LLM"
