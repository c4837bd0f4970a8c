"""The questions of two registries, OSF's and AsPredicted's, in our words, answered from what a study declares.

What the plan does not say is said to be yours to add; nothing is made up.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

YOURS: Final = "The plan does not say: yours to add."
SCALES: Final = {
    "preference": "a preference between the two replies",
    "preference5": "a preference between the two replies in five steps",
    "rating": "a rating of each reply",
    "label": "a label for each reply",
}


@dataclass(frozen=True)
class Asked:
    """A question of a registry and its answer."""

    registry: str
    number: str
    question: str
    answer: str


def answers(registered: Mapping[str, Any]) -> list[Asked]:
    """Every question of both registries in its order."""
    told = dict(_told(registered))
    return [Asked(registry, number, question, told[key]) for registry, number, question, key in _QUESTIONS]


_QUESTIONS: Final = (
    ("AsPredicted", "1", "Have any data been collected for this study already?", "begun"),
    ("AsPredicted", "2", "What is the main question, or what is expected to come out?", "hypotheses"),
    ("AsPredicted", "3", "What is measured, and how?", "measured"),
    ("AsPredicted", "4", "How many and which conditions are there?", "conditions"),
    ("AsPredicted", "5", "Exactly which analyses will test the main question?", "analysis"),
    ("AsPredicted", "6", "What counts as an outlier, and who is left out by which rule?", "exclusions"),
    ("AsPredicted", "7", "How many observations will there be, and what decides that?", "size"),
    ("AsPredicted", "8", "What else is registered, such as secondary analyses?", "secondary"),
    ("AsPredicted", "9", "What is it called, and what kind of study is it?", "kind"),
    ("OSF", "1.1", "Title", "title"),
    ("OSF", "1.2", "What is the study about, and why?", "description"),
    ("OSF", "1.3", "Which hypotheses are tested, and in which direction?", "hypotheses"),
    ("OSF", "2.1", "What kind of study is it?", "kind"),
    ("OSF", "2.2", "Who does not know what, while the study runs?", "blinding"),
    ("OSF", "2.3", "How is the study designed?", "conditions"),
    ("OSF", "2.4", "What is drawn at random, and how?", "random"),
    ("OSF", "3.1", "Were data there before this was registered?", "begun"),
    ("OSF", "3.2", "How are people found, and what are they paid?", "people"),
    ("OSF", "3.3", "How large is the sample?", "size"),
    ("OSF", "3.4", "Why that large?", "power"),
    ("OSF", "3.5", "What ends the collection?", "stopping"),
    ("OSF", "4.1", "What is varied?", "conditions"),
    ("OSF", "4.2", "What is measured?", "measured"),
    ("OSF", "4.3", "How are measures combined?", "indices"),
    ("OSF", "5.1", "Which statistical models are used?", "analysis"),
    ("OSF", "5.2", "How are data transformed before that?", "transformed"),
    ("OSF", "5.3", "What decides, at which level?", "inference"),
    ("OSF", "5.4", "Which data are left out?", "exclusions"),
    ("OSF", "5.5", "What is done about missing data?", "missing"),
    ("OSF", "5.6", "What is exploratory?", "secondary"),
    ("OSF", "6.1", "Anything else?", "else"),
)


def _told(registered: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    plan, design = registered.get("plan") or {}, registered.get("design") or {}
    sizes, state = registered["sizes"], registered["registered"]
    yield "title", str(registered["study"]["title"])
    yield "begun", _begun(state)
    yield "hypotheses", _hypotheses(plan)
    yield "measured", _measured(registered)
    yield "conditions", _conditions(registered)
    yield "analysis", _analysis(plan)
    yield "exclusions", _exclusions(plan)
    yield "size", _size(sizes)
    yield "power", _power(registered.get("power") or {})
    yield (
        "secondary",
        (
            "Everything that the plan does not name: by trait and level, bias of side, order and length, rankings, "
            "agreement with automatic measures. Parley's report marks it as exploratory."
        ),
    )
    yield (
        "kind",
        "An experiment: people compare what systems answer, and which system answered is varied within people.",
    )
    yield "description", YOURS
    yield (
        "blinding",
        (
            "Annotators see no name, number or order that tells which system answered. Researchers see nothing by "
            "system until the study closes; looking earlier is logged, and stated in the report."
        ),
    )
    yield (
        "random",
        (
            f"Contexts, sides and the order of pairs are drawn by a seeded function (seed {registered['seed']}); each "
            "pair shows either system first equally often, and who judges which pair follows from who comes when."
        ),
    )
    yield "people", _people(design)
    yield "stopping", _stopping(plan, sizes)
    yield (
        "indices",
        ("Net preference: wins less losses over judgments, ties 0; over domains their mean, equally weighted."),
    )
    yield "transformed", "None. Two replies that are equal once normalised are a tie that nobody is asked about."
    yield "inference", _inference(plan)
    yield (
        "missing",
        ('A pair that was never judged is left out; "cannot judge" is missing. How many there are is reported.'),
    )
    yield (
        "else",
        (
            f"Design digest {registered['design_digest']}; Parley {registered['parley']['version']}"
            + (f", commit {registered['parley']['commit']}" if registered["parley"]["commit"] else "")
            + ". The digests of the responses, all texts and the planned slots are in the registration's JSON."
        ),
    )


def _begun(state: Mapping[str, Any]) -> str:
    if state.get("late"):
        return f"Yes: {state['judgments']:,} judgments were in when this was written. It is no preregistration."
    return "No judgment has been given. The systems' responses exist, and their digests are registered."


def _hypotheses(plan: Mapping[str, Any]) -> str:
    claims = list(plan.get("hypotheses") or ())
    if not claims:
        return YOURS
    said = []
    for number, each in enumerate(claims, start=1):
        where = "over all domains" if each.get("domain", "all") == "all" else f"in {each['domain']}"
        than = each.get("than") or "the other system"
        if each.get("margin") is not None:
            said.append(
                f"{number}. On {each['criterion']} {where}, {each['better']} and {than} are equivalent within a net "
                f"preference of {each['margin']:g}."
            )
        else:
            said.append(f"{number}. On {each['criterion']} {where}, {each['better']} is preferred to {than}.")
    for each in plan.get("contrasts") or ():
        side, minus = each["side"], each["minus"]
        said.append(f"Contrast on {each['criterion']}: {_side(side)} differs from {_side(minus)}.")
    return "\n".join(said)


def _side(side: Mapping[str, Any]) -> str:
    more = [str(side[key]) for key in ("domain", "trait", "level") if side.get(key) and side[key] != "all"]
    return f"net preference for {side['better']} over {side['than']}" + (f" ({', '.join(more)})" if more else "")


def _measured(registered: Mapping[str, Any]) -> str:
    said = []
    for each in registered["criteria"]:
        options = ", ".join(str(option) for option in each.get("options") or ())
        also = f"; also offered: {options}" if options and each["scale"] != "label" else ""
        said.append(f"- {each['name']}: {SCALES.get(each['scale'], each['scale'])}. “{each['question']}”{also}")
    return "\n".join(said)


def _conditions(registered: Mapping[str, Any]) -> str:
    systems = ", ".join(str(name) for name, _ in registered["systems"])
    contexts = ", ".join(f"{count:,} of {domain}" for domain, count in registered["sizes"]["contexts"].items())
    return f"The systems {systems}, each two of them in every context ({contexts})."


def _analysis(plan: Mapping[str, Any]) -> str:
    if not plan:
        return YOURS
    if plan.get("annotators") == "population":
        how = "a t test with two-way clustered variance (context clusters and annotators), for annotators in general"
    else:
        how = "a sign-flip permutation test over context clusters, for these annotators"
    return (
        f"Each hypothesis on net preference by {how}, two-sided; equivalence by two one-sided tests; Holm's correction "
        "over all claims above."
    )


def _exclusions(plan: Mapping[str, Any]) -> str:
    rules = [str(rule) for rule in plan.get("exclusions") or ()]
    declared = f"Annotators for whom one of these holds: {'; '.join(rules)}. " if rules else "Nobody by a rule. "
    return declared + (
        "What is excluded is counted, and results stand with and without it. Agreement with others, sides and ties "
        "exclude nobody."
    )


def _size(sizes: Mapping[str, Any]) -> str:
    return (
        f"{sum(sizes['contexts'].values()):,} contexts, {sizes['pairs']:,} pairs, {sizes['judgments_per_pair']} "
        f"judgments of each: {sizes['slots']:,} looks. One annotator gives at most {sizes['max_share']:.0%} of them."
    )


def _power(power: Mapping[str, Any]) -> str:
    if power.get("value") is None:
        return YOURS
    return (
        f"Simulated with the test that decides, at {power['level']:.4g} ({power['family']} claims): a net preference "
        f"of {power['effect']:g} is found with a power of {power['value']:.2f}, with {power['annotators']} annotators "
        f"and {power['contexts_of_a_place']:,} contexts to a claim, assuming {power['ties']:.0%} ties and a "
        f"correlation of {power['likeness']:g} between judgments of one context."
    )


def _people(design: Mapping[str, Any]) -> str:
    said = []
    if design.get("recruiting"):
        said.append(f"Through {str(design['recruiting']['platform']).capitalize()}.")
    pay = design.get("pay") or {}
    if pay:
        rate = f"{pay['per_hour']} an hour" if "per_hour" in pay else f"{pay['per_judgment']} a pair"
        floor = f", at least {pay['floor']} an hour" if "floor" in pay else ""
        said.append(f"Paid {rate} {pay['currency']}{floor}.")
    return " ".join(said) or YOURS


def _stopping(plan: Mapping[str, Any], sizes: Mapping[str, Any]) -> str:
    looks = list(plan.get("looks") or ())
    end = f"The study ends when all {sizes['slots']:,} looks are in."
    if not looks:
        return f"{end} Nothing is tested before."
    shares = ", ".join(f"{share:.0%}" for share in looks)
    return (
        f"{end} Results are tested before at {shares} of the clusters, alpha spent by Lan and DeMets with O'Brien and "
        "Fleming's shape; a claim that is decided then stays decided."
    )


def _inference(plan: Mapping[str, Any]) -> str:
    if not plan:
        return YOURS
    return f"p after Holm at most {plan.get('alpha', 0.05):g}, two-sided; 95 % intervals stand beside."
