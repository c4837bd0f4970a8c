"""The README in a model's folder: what it is, what it learned from, how well, and what it is not for."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from generation.corpus.manifest import new_file
from training.learning.curves import PLOT_FILE, plot_curves, read_curves

CARD_FILE: Final = "README.md"


def write_card(folder: Path, manifest: Mapping[str, Any]) -> Path:
    """Write card and picture of the curves beside the weights; `manifest` is that of the training run."""
    with new_file(folder / PLOT_FILE) as out:
        out.write(plot_curves(read_curves(folder), title=f"{folder.name}: perplexity per piece"))
    with new_file(folder / CARD_FILE) as out:
        out.write(card(folder.name, manifest))
    return folder / CARD_FILE


def card(name: str, manifest: Mapping[str, Any]) -> str:
    """The text of the card; everything in it stands in the manifest."""
    settings, results = manifest["settings"], manifest["results"]
    recipe = settings["recipe"]
    started = recipe["checkpoint"] or f"nothing ({recipe['architecture']}, built anew)"
    inputs = manifest.get("inputs", {})
    corpora = [
        f"- {each['corpus']}"
        + (f", share {each['share']:g}" if each["share"] is not None else "")
        + (f" (SHA-256 `{inputs[each['corpus']]['sha256']}`)" if each["corpus"] in inputs else "")
        for each in settings["on"]
    ]
    if "left_out" in results:
        partners = " and ".join(settings["only_shared_with"])
        count = results["left_out"]["count"]
        corpora.append(f"- of these only what has its source in {partners} too: {count:,} dialogues left out")
    told = "nobody's traits" if not settings["with_traits"] else _told(settings)
    rows = {
        "recipe": recipe["name"],
        "begun from": started,
        "parameters": f"{results['parameters']:,}",
        "learned from": f"{results['examples_seen']:,} examples, {results['pieces_seen']:,} pieces",
        "steps": f"{results['steps']:,}, best at {results['best_step']:,}",
        "validation perplexity per piece": f"{results['best_perplexity']:.1f}",
        "seed": settings["seed"],
        "device": f"{results['device']}, {results['precision']}",
        "time": f"{results['seconds']:,} s",
        "energy": (results["joules"] and f"{results['joules'] / 3600:,.1f} Wh for the whole machine") or "not told",
        "Parley": manifest["parley"],
    }
    limits = [
        "- It answers in a chat between two people, one turn at a time, for research on personalised dialogue.",
        "- It was taught to speak as the persona it is given. Nothing was done to make it truthful or harmless.",
        *(f"- {caveat[:1].upper()}{caveat[1:]}." for caveat in results["caveats"]),
    ]
    return "\n".join(
        [
            "---",
            "library_name: transformers",
            "tags: [dialogue, persona, parley]",
            "---",
            "",
            f"# {name}",
            "",
            "| | |",
            "| --- | --- |",
            *(f"| {key} | {value} |" for key, value in rows.items()),
            "",
            f"![Perplexity over steps]({PLOT_FILE})",
            "",
            "## Learned from",
            "",
            *corpora,
            "",
            f"Told: persona, {told}, and the last {recipe['history']} turns; `parley.json` is the form. "
            "`manifest.json` has every hyper-parameter, version and digest.",
            "",
            "## Limits",
            "",
            *limits,
            "",
            "## Use",
            "",
            "```python",
            "from transformers import AutoModelForSeq2SeqLM, AutoTokenizer",
            "",
            'model = AutoModelForSeq2SeqLM.from_pretrained(".")',
            'tokenizer = AutoTokenizer.from_pretrained(".")',
            'asked = tokenizer("<persona> i like to ski . <you> hi ! how are you ?", return_tensors="pt")',
            "print(tokenizer.decode(model.generate(**asked)[0], skip_special_tokens=True))",
            "```",
            "",
        ]
    )


def _told(settings: Mapping[str, Any]) -> str:
    if settings.get("shuffle_traits"):
        return "another speaker's traits (a control)"
    dropped = settings.get("drop_traits")
    return f"the speaker's stated traits, left out in {dropped:.0%} of the examples" if dropped else "stated traits"
