"""Small keys and answers for the check of labels."""

import json


def a_key(path, *lines):
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    return path


def a_label(number, predicted, **words):
    return {
        "format": 1,
        "context": f"persona-{number}",
        "trait": "openness",
        "predicted": predicted,
        "weight": 2.5,
        "persona": [f"i have {number} cats ."],
    } | words


def a_judgments_file(path, *labels):
    rows = [
        f"persona-{number},{annotator},openness,{label}\n"
        for number, of in enumerate(labels)
        for annotator, label in zip(("ada", "bo"), of, strict=True)
    ]
    path.write_text("context,annotator,criterion,choice\n" + "".join(rows), encoding="utf-8")
    return path
