"""The offline author's trait labels: rules on words, with the sentence that they rest on as the reason."""

import re
from typing import Final

from generation.corpus.dialogues import Persona
from generation.corpus.traits import MEDIUM, TRAITS, UNCLEAR
from generation.labels.labelling import PersonaLabels, TraitLabel
from generation.offline.english import any_of, spelled_out

CLUES: Final[dict[tuple[str, str], re.Pattern[str]]] = {
    ("openness", "high"): any_of(
        r"""
        travel\w* | museums? | art | artist | paint\w* | poet\w* | poems? | write | writer | writing | novels?
        | philosoph\w* | explor\w* | adventur\w* | imagin\w* | creativ\w* | foreign | languages? | science fiction
        | learn\w* | curious | new things | dream\w* | music(?:ian)? | theater | theatre | crochet | fantasy
        | mermaids | astronomy | experiment\w* | unusual | vegan
        """
    ),
    ("openness", "low"): any_of(
        r"""
        tradition\w* | old fashioned | the same | routine | never (?:been|left|tried) | usual | country music
        | plain | conventional | hate change | conservative | church | small town | meat and potatoes
        | do not like (?:new|change|travel\w*)
        """
    ),
    ("conscientiousness", "high"): any_of(
        r"""
        plan(?:s|ned|ning)? | organi[sz]\w* | lists? | schedul\w* | on time | early | clean\w* | tidy | neat
        | hard working | work(?:ing)? hard | marathons? | train(?:ing)? (?:for|every) | every (?:day|morning)
        | exercis\w* | savings? | budget | responsib\w* | goals? | graduat\w* | degree | student | lawyer | doctor
        | nurse | accountant | engineer | teacher | perfect\w* | careful | promot\w*
        """
    ),
    ("conscientiousness", "low"): any_of(
        r"""
        lazy | mess(?:y)? | procrastinat\w* | late | forget\w* | forgot | lose | lost | quit | dropped out
        | unemployed | skip\w* | junk | never finish\w* | sleep(?:ing)? (?:in|late|all) | fired | gambl\w*
        | party all | impuls\w* | last minute | watch tv all
        """
    ),
    ("extraversion", "high"): any_of(
        r"""
        part(?:y|ies) | friends | people | outgoing | social\w* | talk\w* | danc\w* | club(?:s|bing)? | crowds?
        | perform\w* | stage | sing(?:er|ing)? | comedian | concerts? | team | cheerleader | actor | actress
        | loud | fun | volunteer\w* | big family | host | bars? | extrovert\w*
        """
    ),
    ("extraversion", "low"): any_of(
        r"""
        shy | quiet | alone | introvert\w* | myself | stay(?:ing)? (?:at )?home | home ?body | private | lonely
        | no friends | not have (?:any|many) friends | librar\w* | video games? | by my ?self | crowds make | reserved
        | read(?:ing)? | solitude | internet | computer
        """
    ),
    ("agreeableness", "high"): any_of(
        r"""
        help\w* | volunteer\w* | kind\w* | car(?:e|ing) (?:for|of|about) | nurse | charit\w* | shelter
        | donat\w* | animals? | vegetarian | vegan | babysit\w* | grand(?:mother|kids|children) | best friend
        | love my | my (?:wife|husband|kids|children|mom|family) | friendly | give | teach\w* | adopt\w*
        | generous | close to | forgiv\w*
        """
    ),
    ("agreeableness", "low"): any_of(
        r"""
        hate | argu\w* | fight\w* | rude | stubborn | annoy\w* | cannot stand | do not (?:like|trust|care)
        | angry | revenge | steal\w* | selfish | jealous | complain\w* | trouble getting along | enem(?:y|ies)
        | compet\w* | blunt | critic\w* | lie
        """
    ),
    ("neuroticism", "high"): any_of(
        r"""
        anxi\w* | nervous\w* | afraid | fear\w* | scared | worr\w* | depress\w* | cry | cries | sad | stress\w*
        | panic\w* | phobi\w* | insomnia | moody | upset | lonely | trouble | cannot sleep | allerg\w* | hospital
        | heartbroken | insecure | nightmares?
        """
    ),
    ("neuroticism", "low"): any_of(
        r"""
        calm | relax\w* | easy ?going | laid back | confident | nothing bothers | not afraid | yoga | meditat\w*
        | peaceful | beach | fishing | content | happy | carefree | surf\w* | optimis\w* | brave
        """
    ),
}


def label(persona: Persona, *, levels: int = 3, vote: int = 0) -> PersonaLabels:
    """For each trait the level with more sentences that hint at it; no hint is "unclear".

    As many hints for either level are "unclear" too, or on five levels "medium"; there, two hints more are "very". Each
    vote but the first overlooks a sentence, so that votes can differ: one persona rests on one clue, another on many.
    """
    overlooked = (vote - 1) % len(persona) if vote and len(persona) > 1 else None
    clauses = [(sentence, spelled_out(sentence)) for place, sentence in enumerate(persona) if place != overlooked]
    return PersonaLabels(persona=persona, traits={trait: _level(trait, clauses, levels) for trait in TRAITS})


def _level(trait: str, clauses: list[tuple[str, str]], levels: int) -> TraitLabel:
    hints = {
        level: [(sentence, found[0]) for sentence, clause in clauses if (found := CLUES[trait, level].search(clause))]
        for level in ("high", "low")
    }
    more = len(hints["high"]) - len(hints["low"])
    if more == 0:
        both = tuple(dict.fromkeys(sentence for sentence, _ in hints["high"] + hints["low"]))
        if both and levels == 5:
            return TraitLabel(MEDIUM, "clues for either level, equally many", both)
        return TraitLabel(UNCLEAR, "clues for either level, equally many" if both else "no clues")
    end = "high" if more > 0 else "low"
    level = f"very {end}" if levels == 5 and abs(more) > 1 else end
    words = ", ".join(f'"{word}"' for _, word in hints[end])
    return TraitLabel(level, f"probably {level}, given {words}", tuple(sentence for sentence, _ in hints[end]))
