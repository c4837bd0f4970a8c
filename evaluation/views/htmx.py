"""How htmx behaves on researchers' pages: nothing inline, as the content security policy has it."""

import json
from typing import Final

HTMX: Final = json.dumps({"includeIndicatorStyles": False, "allowEval": False, "allowScriptTags": False})
