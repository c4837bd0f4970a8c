"""bespokelabs-curator asked for the same rows: run by a python of its own that has it, and knows nothing of Parley.

`PYTHON benchmarks/peer.py N CONCURRENCY BASE_URL` prints what `benchmarks.clients` does, as the last line.
"""

import json
import os
import resource
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

SYSTEM = "You write a chat between two people who have just met. " * 12
PERSONA = "i like to ski. i have two dogs. i work as a nurse. my sister lives in lisbon. " * 3


def prompt(number: int) -> list[dict[str, str]]:
    """As `benchmarks.clients.request` makes it."""
    user = f"{PERSONA}\nThis is row {number:06}."
    return [{"role": "system", "content": SYSTEM}, {"role": "user", "content": user}]


def main(rows: int, concurrency: int, base_url: str) -> dict[str, Any]:
    """What it took curator."""
    os.environ |= {"OPENAI_API_KEY": "none", "TELEMETRY_ENABLED": "false", "CURATOR_VIEWER": "0"}
    # The tokenizer that it counts with would be fetched from the network; one of its own dependencies has it along.
    if (litellm := find_spec("litellm")) and litellm.origin:
        bundled = Path(litellm.origin).parent / "litellm_core_utils" / "tokenizers"
        os.environ["TIKTOKEN_CACHE_DIR"] = str(bundled)
    # Imported once the environment is as it shall be.
    from bespokelabs import curator

    with tempfile.TemporaryDirectory() as folder:
        os.environ["CURATOR_CACHE_DIR"] = folder
        limits = {"max_requests_per_minute": 10**7, "max_tokens_per_minute": 10**10}
        llm = curator.LLM(
            model_name="mock",
            backend="openai",
            backend_params={"base_url": base_url, "max_concurrent_requests": concurrency, **limits},
        )
        started, cpu = time.monotonic(), time.process_time()
        answers = llm([prompt(number) for number in range(rows)])
        wall, cpu = time.monotonic() - started, time.process_time() - cpu
        made = answers.dataset if hasattr(answers, "dataset") else answers
        return {
            "wall": wall,
            "cpu": cpu,
            "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "answered": len(made),
        }


if __name__ == "__main__":
    sys.stdout.write("\n" + json.dumps(main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])) + "\n")
