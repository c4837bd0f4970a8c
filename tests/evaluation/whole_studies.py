"""A study file of each kind of item that says something of all that it may say."""

from typing import Final

ABOUT: Final = """\
title = "Ours against theirs"
public_title = "Which is better?"
language = "en"
judgments_per_pair = 2
max_share = 0.5
repeat_share = 0.1
lease_minutes = 20
display = "as-is"
layout = "one-per-page"
content_warning = "Some of it is rude."
may_skip = true
ethics = "none"
closes = 2126-12-24
"""
TEXTS: Final = """
[text]
consent = "consent.md"
instructions = "instructions.md"
end = "end.md"
"""
PEOPLE: Final = """
[pay]
per_hour = 12
currency = "EUR"
floor = 11.5

[recruiting]
platform = "prolific"
completion = "C1A2B3C4"
screen_out = "S1A2B3C4"
no_consent = "N1A2B3C4"

[background]
ask = ["language", "age_band"]

[datasheet]
background = "Eighteen to sixty-five years old."
recruitment = "Prolific."
"3.3.7" = "At home."
"""
KNOWN: Final = """
[checks]
share = 0.2
make = "{made}"
criteria = ["naturalness"]
fail_after = 2

[practice]
make = "{made}"
pairs = 2
pass = 1
tries = 3
criteria = ["naturalness"]
"""
COMPARING: Final = """
[[criteria]]
key = "naturalness"
name = "Natural"
question = "Which is natural?"
help = "As people talk."
options = ["tie", "cannot_judge"]
reason = "optional"

[[criteria]]
key = "fluency"
question = "How fluent is it?"
scale = "rating"
min = 1
max = 5
ends = ["not at all", "wholly"]
options = ["cannot_judge"]
after = ["naturalness"]

[[criteria]]
key = "tone"
question = "What is its tone?"
scale = "label"
options = ["cold", "warm"]

[[criteria]]
key = "trait"
question = "Which is more {trait_words}?"
needs = "traits"

[trait_words.extraversion]
high = "sociable and full of talk"
"very low" = "somebody of hardly any word"

[plan]
annotators = "population"
alpha = 0.01
looks = [0.5, 0.75]
exclusions = ["median_seconds < 4"]

[[plan.hypotheses]]
criterion = "naturalness"
better = "{ours}"
than = "{theirs}"
domain = "all"
margin = 0.1

[[plan.contrasts]]
criterion = "trait"
better = "{ours}"
than = "{theirs}"
domain = "all"
trait = "extraversion"
level = "high"
minus = {{ better = "{ours}", than = "{theirs}", domain = "all", trait = "extraversion", level = "low" }}
"""


def _comparing(ours: str, theirs: str) -> str:
    # The braces of the plain words are the study's own.
    return COMPARING.replace("{trait_words}", "{{trait_words}}").format(ours=ours, theirs=theirs)


WHOLE: Final = {
    "pair": ABOUT
    + 'responses = ["p.jsonl", "pt.jsonl"]\n'
    + 'contexts = { per_domain = 6, per_cluster = 1, balance = ["speaker"], seed = 11 }\n'
    + TEXTS
    + _comparing("pt", "p")
    + KNOWN.format(made="shuffled-context")
    + '\n[controls]\naa_share = 0.1\nsamples = ["p-again.jsonl"]\nceiling_share = 0.1\n'
    + PEOPLE,
    "dialogues": ABOUT
    + 'kind = "dialogues"\ndialogues = ["human", "machine/test"]\nshow = []\n'
    + "contexts = { per_domain = 6, per_cluster = 1, seed = 11 }\n"
    + TEXTS
    + _comparing("machine", "human")
    + KNOWN.format(made="shuffled-turns")
    + PEOPLE,
    "persona": ABOUT
    + 'kind = "persona"\npersonas = "labelled"\ncontexts = { per_level = 3, seed = 11 }\n'
    + TEXTS
    + """
[[criteria]]
key = "extraversion"
name = "Outgoing"
question = "Is this person outgoing?"
help = "As others see them."
scale = "label"
options = ["high", "low", "unclear"]
reason = "required"

[[criteria]]
key = "liking"
question = "Would you like to meet them?"
scale = "rating"
min = 0
max = 10
ends = ["no", "yes"]
options = ["cannot_judge"]
after = ["extraversion"]

[plan]
annotators = "these"
alpha = 0.1
"""
    + PEOPLE,
}
