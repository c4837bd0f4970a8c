"""Where a report's numbers stand: a walk through the analysis, with the names that people read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from evaluation.material.gathering import NO_DOMAIN
from evaluation.stats.data.outcomes import ALL


@dataclass(frozen=True)
class Place:
    """The numbers of two systems under one criterion in one domain (or over all of them)."""

    criterion: str
    criterion_name: str
    first: str
    second: str
    domain: str
    domain_name: str
    numbers: Mapping[str, Any]

    @property
    def net(self) -> Mapping[str, Any]:
        """Net preference, seen from the first system."""
        net: Mapping[str, Any] = self.numbers.get("net_preference") or {}
        return net

    def n(self, what: str) -> int:
        """How many clusters, contexts, annotators or judgments stand behind the numbers."""
        return int((self.numbers.get("n") or {}).get(what, 0))

    def count(self, answer: str) -> int:
        """How many judgments gave an answer: first, tie, second, both_bad, cannot_judge."""
        return int((self.numbers.get("counts") or {}).get(answer, 0))

    def test(self, name: str) -> Mapping[str, Any]:
        """One of the tests."""
        test: Mapping[str, Any] = (self.numbers.get("tests") or {}).get(name) or {}
        return test

    def said(self) -> str:
        """The place in words: "Naturalness, personachat, pt against p"."""
        parts = [self.criterion_name, self.domain_name, f"{self.first} against {self.second}"]
        return ", ".join(part for part in parts if part)


def criterion_names(analysis: Mapping[str, Any]) -> dict[str, str]:
    """Key -> name of each criterion, in the study's order; a criterion without a name goes by its key."""
    declared = (analysis.get("study") or {}).get("criteria") or {}
    names = {str(key): str(name) for key, name in dict(declared).items()} if isinstance(declared, Mapping) else {}
    return {
        # A criterion that nobody named goes by its key, said as a word.
        key: names[key] if names.get(key) not in (None, "", key) else spoken(key)
        for key in analysis.get("criteria") or {}
    }


def spoken(key: str) -> str:
    """A key as a name: "trait_consistency" -> "Trait consistency"."""
    words = key.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]


def domains_to_show(domains: Mapping[str, Any]) -> list[str]:
    """The domains in order, all of them together last; with a single domain `all` would only repeat it."""
    single = sorted(domain for domain in domains if domain != ALL)
    return single if len(single) == 1 else [*single, *([ALL] if ALL in domains else [])]


def tested_places(domains: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Where what nobody declared is tested: each single domain with its name, all of them where there is but one."""
    single = sorted(domain for domain in domains if domain != ALL)
    return [(domain, domain) for domain in single] if len(single) > 1 else [(ALL, "")]


def domain_name(domain: str, domains: Mapping[str, Any]) -> str:
    """A domain as people read it; empty where the judgments know no domains, or but the one that nobody named."""
    if domain != ALL:
        return domain if domain != NO_DOMAIN or len(domains.keys() - {ALL}) > 1 else ""
    return "all domains" if len(domains) > 1 else ""


def places(analysis: Mapping[str, Any]) -> list[Place]:
    """Every place of the analysis: by criterion, then comparison, then domain."""
    found: list[Place] = []
    for criterion, name in criterion_names(analysis).items():
        for comparison in analysis["criteria"][criterion].get("comparisons") or ():
            domains = comparison["domains"]
            found.extend(
                Place(
                    criterion=criterion,
                    criterion_name=name,
                    first=comparison["first"],
                    second=comparison["second"],
                    domain=domain,
                    domain_name=domain_name(domain, domains),
                    numbers=domains[domain],
                )
                for domain in domains_to_show(domains)
            )
    return found


def systems_of(found: list[Place]) -> list[str]:
    """The systems that are compared, each once."""
    return list(dict.fromkeys(system for place in found for system in (place.first, place.second)))


def pairs_of(found: list[Place]) -> list[tuple[str, str]]:
    """The comparisons there are, each once."""
    return list(dict.fromkeys((place.first, place.second) for place in found))
