"""The verdict in sentences: what came out, and its uncertainty in the same breath.

"No difference" is never written: what was not shown could be none, or could be there.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from evaluation.reports.label_sentences import (
    persona_label_signatures,
    persona_labels_said,
    system_label_signatures,
    system_labels_said,
)
from evaluation.reports.numbers import (
    SPACE,
    counted,
    decimal,
    has_interval,
    in_words,
    listed,
    p_said,
    percent,
    plain,
    points,
    span,
    span_of_points,
)
from evaluation.reports.places import Place, criterion_names, pairs_of
from evaluation.reports.rating_sentences import differences_said
from evaluation.stats.data.outcomes import ALL

KIND_OF_ANNOTATOR: Final = {"human": "annotator", "simulated": "simulated annotator", "llm": "LLM judge"}
TESTS: Final = {
    "permutation": "sign-flip permutation test",
    "two_way": "two-way clustered t test",
    "equivalence": "two one-sided tests",
}
# Beyond this many claims sentences would bury the result: the ranking leads, the claims stand in their table.
MOST_SENTENCES: Final = 24


@dataclass(frozen=True)
class Verdict:
    """One sentence on one criterion, and the signatures of its numbers."""

    text: str
    signatures: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """The sentence for a page, with hyphens at which no line ends: a name parted at one looks like a minus."""
        return re.sub(r"(?<=\w)-(?=\w)", "\u2011", self.text)


@dataclass(frozen=True)
class _Claim:
    """A hypothesis of the analysis, turned so that the system it came out for is named first."""

    said: Mapping[str, Any]
    place: Place | None

    @property
    def winner(self) -> str:
        return str(self.said["than"] if self.said["verdict"] == "worse" else self.said["better"])

    @property
    def loser(self) -> str:
        return str(self.said["better"] if self.said["verdict"] == "worse" else self.said["than"])

    @property
    def effect(self) -> Mapping[str, Any]:
        effect: Mapping[str, Any] = self.said.get("effect") or {}
        if self.said["verdict"] != "worse":
            return effect
        return {
            "value": _minus(effect.get("value")),
            "low": _minus(effect.get("high")),
            "high": _minus(effect.get("low")),
        }

    @property
    def domain_name(self) -> str:
        return (
            self.place.domain_name if self.place else ("" if self.said["domain"] == ALL else str(self.said["domain"]))
        )

    @property
    def where(self) -> str:
        return f" in {self.domain_name}" if self.domain_name else ""


def verdicts(analysis: Mapping[str, Any], found: Sequence[Place]) -> tuple[Verdict, ...]:
    """The sentences that open the report, the most important first."""
    if not int((analysis.get("n") or {}).get("judgments") or 0):
        return (Verdict("There is nothing to analyse: not one judgment counts."),)
    claims = _claims(analysis, found)
    declared = bool((analysis.get("plan") or {}).get("hypotheses"))
    many_systems = len(pairs_of(list(found))) > 1
    sentences: list[Verdict] = []
    if claims and len(claims) <= MOST_SENTENCES and (declared or not many_systems):
        sentences += _claim_sentences(analysis, claims)
    if many_systems:
        sentences += _ranking_sentences(analysis)
    sentences += _rating_sentences(analysis)
    sentences += _label_sentences(analysis)
    return tuple(sentences) or tuple(_agreement_sentences(analysis)) or (_NOTHING,)


def _claims(analysis: Mapping[str, Any], found: Sequence[Place]) -> list[_Claim]:
    by_place = {(place.criterion, frozenset((place.first, place.second)), place.domain): place for place in found}
    return [
        _Claim(said, by_place.get((said["criterion"], frozenset((said["better"], said["than"])), said["domain"])))
        for said in analysis.get("hypotheses") or ()
    ]


def _claim_sentences(analysis: Mapping[str, Any], claims: Sequence[_Claim]) -> list[Verdict]:
    """A sentence for each criterion and pair of systems; the first one says who judged and how it was tested."""
    groups: dict[tuple[str, frozenset[str]], list[_Claim]] = {}
    for claim in claims:
        groups.setdefault((claim.said["criterion"], frozenset((claim.winner, claim.loser))), []).append(claim)
    names = criterion_names(analysis)
    sentences: list[Verdict] = []
    for (criterion, _), group in groups.items():
        name = names.get(criterion, criterion)
        text = _criterion_sentence(analysis, name, group, opening=not sentences, several=len(claims) > 1)
        sentences.append(Verdict(text, tuple(dict.fromkeys(str(each.said.get("signature", "")) for each in group))))
    return sentences


_KINDS: Final = ("won", "equivalent", "open", "untested")


def _criterion_sentence(
    analysis: Mapping[str, Any], name: str, group: Sequence[_Claim], *, opening: bool, several: bool
) -> str:
    """All claims on one criterion, those that came out alike together."""
    alike: dict[tuple[str, str], list[_Claim]] = {}
    for claim in group:
        alike.setdefault((_kind(claim), claim.winner), []).append(claim)
    # What was shown leads; what stays open follows.
    ordered = sorted(alike.items(), key=lambda found: _KINDS.index(found[0][0]))
    clauses: list[str] = []
    for (kind, _), claims in ordered:
        # How it was tested is said once, with the first number of the report.
        effects = [
            _effect(each, opening=opening and not clauses and each is claims[0], several=several) for each in claims
        ]
        clauses.append(_clause(kind, claims, effects, lead=not clauses))
    (kind, _), claims = ordered[0]
    if opening and kind == "won":
        claim = claims[0]
        who = f"{_who(analysis)} preferred {claim.winner} to {claim.loser} on {in_a_sentence(name)}"
        return f"{who}: {clauses[0].partition(': ')[2]}" + "".join(f"; {clause}" for clause in clauses[1:]) + "."
    return f"On {in_a_sentence(name)} {'; '.join(clauses)}."


def _clause(kind: str, claims: Sequence[_Claim], effects: list[str], *, lead: bool) -> str:
    """Claims that came out alike, in half a sentence; `lead` where it is the first of its sentence."""
    claim = claims[0]
    if kind == "won":
        return f"{claim.winner} was preferred to {claim.loser}: net preference {listed(effects)}"
    if kind == "equivalent":
        margin = points(float(claim.said["margin"])).lstrip("+")
        return f"{claim.winner} and {claim.loser} are equivalent within {margin} points: {listed(effects)}"
    if kind == "open":
        if not lead:
            return f"{listed(effects)} could be chance"
        opened = (
            f"neither was shown to be better: net preference for {claim.winner} over {claim.loser} {listed(effects)}"
        )
        return opened if any(_includes_zero(each) for each in claims) else f"{opened}, which could be chance"
    reasons = dict.fromkeys(str(each.said.get("reason") or "no judgments").partition(": nothing")[0] for each in claims)
    where = listed([each.domain_name for each in claims if each.domain_name])
    seen = [
        f"{points(each.effect['value'])}{SPACE}points{each.where}"
        for each in claims
        if each.effect.get("value") is not None
    ]
    said = f"nothing can be tested{f' in {where}' if where and not seen else ''}: {'; '.join(reasons)}"
    return said + (f"; net preference for {claim.winner} over {claim.loser} was {listed(seen)}" if seen else "")


def _effect(claim: _Claim, *, opening: bool, several: bool) -> str:
    """An effect with its uncertainty: "+31 points in personachat (95 % interval +22 to +40; p < .001)"."""
    equivalence = claim.said.get("margin") is not None
    shown = claim.said.get("interval_90") if equivalence else None
    interval = shown if shown and has_interval(shown) else claim.effect
    parts = []
    if has_interval(interval):
        level = "90" if shown else "95"
        label = f"{level}{SPACE}% interval " if opening or shown else ""
        parts.append(label + span_of_points(interval["low"], interval["high"]))
    # After planned looks the claim's own p is held to what was left of the level, and nothing is corrected by Holm.
    holm = None if claim.said.get("looks") else claim.said.get("p_holm")
    p = holm if holm is not None else claim.said.get("p")
    if p is not None:
        corrected = " after Holm" if opening and several and holm is not None else ""
        test = (
            f"{TESTS.get(str(claim.said.get('test')), str(claim.said.get('test')))}{_over(claim)}, " if opening else ""
        )
        parts.append(f"{test}{p_said(p)}{corrected}")
    late = int(claim.said.get("after_judgments") or 0)
    if late:
        parts.append(f"exploratory: added when {counted(late, 'judgment')} {'was' if late == 1 else 'were'} in")
    value = claim.effect.get("value")
    what = "unknown" if value is None else f"{points(value)}{SPACE}points"
    return f"{what}{claim.where}" + (f" ({'; '.join(parts)})" if parts else "")


def _over(claim: _Claim) -> str:
    """Over how many of what the test ran."""
    if claim.place is None:
        return ""
    clusters, contexts = claim.place.n("clusters"), claim.place.n("contexts")
    if clusters == contexts:
        return f" over {counted(contexts, 'context')}"
    return f" over {counted(clusters, 'cluster')} of contexts"


def _kind(claim: _Claim) -> str:
    verdict = str(claim.said["verdict"])
    if verdict in ("better", "worse"):
        return "won"
    if verdict.startswith("equivalent"):
        return "equivalent"
    return "untested" if claim.said.get("p") is None else "open"


def _includes_zero(claim: _Claim) -> bool:
    effect = claim.effect
    return not has_interval(effect) or effect["low"] <= 0 <= effect["high"]


def _who(analysis: Mapping[str, Any]) -> str:
    """Those who judged, at the head of a sentence: "14 annotators", "Annotators"."""
    count = int((analysis.get("n") or {}).get("annotators") or 0)
    if count == 0:
        return "Annotators"
    return f"{in_words(count).capitalize()} {annotator_word(analysis, count)}"


def annotator_word(analysis: Mapping[str, Any], count: int) -> str:
    """What `count` of those who judged are called: "annotator", "simulated annotators"."""
    word = KIND_OF_ANNOTATOR.get(annotator_kind(analysis), "annotator")
    return word if count == 1 else f"{word}s"


def annotator_kind(analysis: Mapping[str, Any]) -> str:
    """Whose judgments these are: human, simulated or llm."""
    kind = (analysis.get("study") or {}).get("annotator_kind") or (analysis.get("n") or {}).get("annotator_kind")
    if kind:
        return str(kind)
    said = dict(part.split(":", 1) for part in str(analysis.get("signature", "")).split("|") if ":" in part)
    return said.get("annotators", "human")


def _ranking_sentences(analysis: Mapping[str, Any]) -> list[Verdict]:
    """Who leads, and how far that is settled: one sentence per criterion."""
    sentences = []
    for criterion, name in criterion_names(analysis).items():
        strengths = (analysis["criteria"][criterion].get("ranking") or {}).get("bradley_terry") or {}
        known = sorted(
            (
                (system, each)
                for system, each in strengths.items()
                if isinstance(each, dict) and each.get("value") is not None
            ),
            key=lambda named: (-named[1]["value"], named[0]),
        )
        if len(known) < 2:
            continue
        (best, top), (next_best, second) = known[0], known[1]
        low = top.get("low")
        within = sum(1 for _, each in known[1:] if low is None or each.get("high") is None or each["high"] >= low)
        bounds = (
            f" (95{SPACE}% interval {plain(top['low'], sign=True)} to {plain(top['high'], sign=True)})"
            if has_interval(top)
            else ""
        )
        tie = (
            f"the intervals of {counted(within, 'other system')} reach into its own, so its place is not settled"
            if within
            else "no other system's interval reaches into its own"
        )
        text = (
            f"Of {in_words(len(known))} systems {best} stands first on {in_a_sentence(name)}: Bradley-Terry log "
            f"strength {plain(top['value'], sign=True)}{bounds}, ahead of {next_best} "
            f"({plain(second['value'], sign=True)}); {tie}."
        )
        sentences.append(Verdict(text, (str(top["signature"]),) if top.get("signature") else ()))
    return sentences


def _rating_sentences(analysis: Mapping[str, Any]) -> list[Verdict]:
    """Mean ratings of the systems, highest first, and how they differ: one sentence per criterion."""
    sentences = []
    for criterion, name in criterion_names(analysis).items():
        systems = analysis["criteria"][criterion].get("systems") or {}
        means = [
            (system, each["mean"])
            for system, each in systems.items()
            if (each.get("mean") or {}).get("value") is not None
        ]
        if not means:
            continue
        means.sort(key=lambda named: (-named[1]["value"], named[0]))
        shown = [
            f"{system} {plain(mean['value'])}"
            + (f" (95{SPACE}% interval {plain(mean['low'])} to {plain(mean['high'])})" if has_interval(mean) else "")
            for system, mean in means[:5]
        ]
        more = f" and {counted(len(means) - 5, 'more')}" if len(means) > 5 else ""
        text = f"On {in_a_sentence(name)} the mean ratings are {listed(shown)}{more}"
        text += f"{differences_said(analysis, criterion)}."
        sentences.append(Verdict(text, tuple(str(mean["signature"]) for _, mean in means if mean.get("signature"))))
    return sentences


def _label_sentences(analysis: Mapping[str, Any]) -> list[Verdict]:
    """What systems were called, and how right a labeller is about personas: one sentence per criterion."""
    sentences = []
    found = analysis.get("labels") or {}
    for criterion, name in criterion_names(analysis).items():
        if analysis["criteria"][criterion].get("scale") != "label":
            continue
        of_systems = system_labels_said(analysis, criterion)
        if of_systems:
            text = f"On {in_a_sentence(name)} {of_systems}."
            sentences.append(Verdict(text, system_label_signatures(analysis, criterion)))
        of_personas = persona_labels_said(found, criterion)
        if of_personas:
            text = f"On {in_a_sentence(name)} {of_personas}."
            sentences.append(Verdict(text, persona_label_signatures(found, criterion)))
    return sentences


def _agreement_sentences(analysis: Mapping[str, Any]) -> list[Verdict]:
    """Where nothing compares systems: how far annotators agree."""
    sentences = []
    for criterion, name in criterion_names(analysis).items():
        agreement = (analysis["criteria"][criterion].get("agreement") or {}).get(ALL) or {}
        alpha, share = agreement.get("alpha_nominal") or {}, agreement.get("percent") or {}
        if alpha.get("value") is None:
            continue
        bounds = f" (95{SPACE}% interval {span(alpha['low'], alpha['high'])})" if has_interval(alpha) else ""
        same = (
            f"; two annotators gave the same answer {percent(share['value'])} of the time"
            if share.get("value") is not None
            else ""
        )
        agreed = f"Krippendorff's alpha {decimal(alpha['value'])}{bounds}"
        text = f"On {in_a_sentence(name)} annotators agree with {agreed}{same}."
        sentences.append(Verdict(text, (str(alpha["signature"]),) if alpha.get("signature") else ()))
    return sentences


_NOTHING: Final = Verdict(
    "Nothing here compares systems, and no two annotators judged the same: there is no result to state."
)


def in_a_sentence(name: str) -> str:
    """A criterion's name within a sentence: its capital goes, unless it is an acronym."""
    return name if name[:2].isupper() else name[:1].lower() + name[1:]


def _minus(value: float | None) -> float | None:
    return None if value is None else 0.0 - value
