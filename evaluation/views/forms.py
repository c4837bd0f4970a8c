"""The researchers' forms: shape alone. What a value means is checked by the verb that gets it."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, cast

from django import forms

from evaluation.corpora.corpus_index import LEVELS
from evaluation.models import DialogueFlag, Membership
from evaluation.operation.tokens import MOST_DAYS, READ, WRITE
from evaluation.queue.webhooks import EVENTS
from evaluation.studies.pair_reports import ANSWERS_TO_A_REPORT
from evaluation.study_files.item_kinds import Kind
from generation.corpus.traits import FIVE_LEVELS, TRAITS, UNCLEAR, Traits


class InviteForm(forms.Form):
    """How many links of which kind."""

    kind = forms.ChoiceField(
        label="Kind", choices=[("personal", "Personal: one annotator each"), ("open", "Open: whoever has it")]
    )
    count = forms.IntegerField(label="How many personal links", min_value=1, max_value=500, initial=1)
    label = forms.CharField(label="A note for yourselves", max_length=100, required=False)
    days = forms.IntegerField(
        label="For how many days? (empty: until revoked)", min_value=1, max_value=3650, required=False
    )


class TokenForm(forms.Form):
    """What a token is for, what it may do, and how long it works."""

    name = forms.CharField(label="What is it for?", max_length=100)
    scopes = forms.ChoiceField(
        label="What may it do?",
        choices=[
            (READ, "Read: progress, judgments, reports"),
            (f"{READ} {WRITE}", "Read and change: create, open, invite, close, leave out"),
        ],
        initial=READ,
        required=False,
    )
    days = forms.IntegerField(label="For how many days?", min_value=1, max_value=MOST_DAYS, initial=90)

    def clean_scopes(self) -> list[str]:
        """What is not said is the least."""
        return str(self.cleaned_data["scopes"] or READ).split()


class ExclusionForm(forms.Form):
    """Who is left out or taken back, and why."""

    annotator = forms.CharField(max_length=20)
    do = forms.ChoiceField(choices=[("exclude", "Leave out"), ("include", "Take back")])
    because = forms.CharField(max_length=80)


class SeenForm(forms.Form):
    """What was made of a report, and what becomes of its pair."""

    number = forms.IntegerField(min_value=1, max_value=2**62)
    note = forms.CharField(max_length=500)
    do = forms.ChoiceField(choices=[(each, each) for each in ANSWERS_TO_A_REPORT], required=False)


class TrailForm(forms.Form):
    """Which part of the audit trail."""

    action = forms.CharField(required=False, max_length=40)
    page = forms.IntegerField(required=False, min_value=1, max_value=10**9)


class ShareForm(forms.Form):
    """Who may work on a study, and how."""

    email = forms.EmailField(label="Email", help_text="Of somebody who has an account here.")
    role = forms.ChoiceField(label="Role", choices=Membership.Role.choices, initial=Membership.Role.COLLABORATOR)


class ChangeRoleForm(forms.Form):
    """Another role, or none any more."""

    GONE: ClassVar[str] = "gone"
    role = forms.ChoiceField(choices=[*Membership.Role.choices, (GONE, "Let go")])


class AmendForm(forms.Form):
    """What of an open study is to be said otherwise, and why. Everything but the reason may be left as it is."""

    because = forms.CharField(
        label="Why",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="The report states it.",
    )

    def __init__(self, data: Mapping[str, Any] | None, *, wording: Sequence[tuple[str, str, str, int]]) -> None:
        """`wording` is key, label, text as it stands, and rows, of each text that can be changed."""
        super().__init__(data, label_suffix="")
        self.keys = [key for key, _, _, _ in wording]
        self.before = {key: text for key, _, text, _ in wording}
        reason = self.fields.pop("because")
        for key, label, text, rows in wording:
            attributes = {"rows": rows} | ({"class": "code", "spellcheck": "false"} if key == "plan" else {})
            widget = forms.Textarea(attrs=attributes) if rows > 1 else forms.TextInput()
            self.fields[key] = forms.CharField(label=label, required=False, initial=text, widget=widget, strip=False)
        self.fields["because"] = reason

    def changes(self) -> dict[str, str]:
        """What was changed; browsers send line ends of their own, which are none."""
        said = {key: str(self.cleaned_data.get(key, "")).replace("\r\n", "\n") for key in self.keys}
        return {key: text for key, text in said.items() if text.strip() != self.before[key].strip()}


class ExtendForm(forms.Form):
    """How large a study is to be, and why."""

    judgments_per_pair = forms.IntegerField(label="Judgments of each pair", min_value=1, max_value=1000)
    per_domain = forms.IntegerField(
        label="Contexts of each domain", required=False, min_value=1, max_value=10**6,
        help_text="Empty: as they are. More need the very files that the study was made of.",
    )  # fmt: skip
    per_level = forms.IntegerField(
        label="Personas of each trait and level", required=False, min_value=1, max_value=10**6,
        help_text="Empty: as they are. More need the very labels that the study was made of.",
    )  # fmt: skip
    because = forms.CharField(
        label="Why", max_length=1000, widget=forms.Textarea(attrs={"rows": 2}), help_text="The report states it."
    )

    def __init__(self, data: Mapping[str, Any] | None, *, initial: dict[str, Any], kind: Kind) -> None:
        """Of what there is one more is asked: personas of each level, or contexts of each domain."""
        super().__init__(data, initial=initial)
        del self.fields["per_domain" if kind == "persona" else "per_level"]
        if kind == "persona":
            self.fields["judgments_per_pair"].label = "Judgments of each persona"


class DepositForm(forms.Form):
    """Where the preregistration lies outside."""

    url = forms.CharField(label="Its address there", max_length=200)


class LookForm(forms.Form):
    """Which dialogues of a corpus are looked at. Everything is optional."""

    trait = forms.ChoiceField(
        label="Trait told", required=False, choices=[("", "any trait"), *((each, each) for each in TRAITS)]
    )
    level = forms.ChoiceField(
        label="Level", required=False, choices=[("", "any level"), *((each, each) for each in LEVELS)]
    )
    split = forms.CharField(label="Split", required=False, max_length=100, widget=forms.Select)
    flagged = forms.BooleanField(label="Flagged only", required=False)
    find = forms.CharField(label="Dialogue", required=False, max_length=300)
    beside = forms.ChoiceField(label="Beside it", required=False)
    page = forms.IntegerField(required=False, min_value=1, max_value=10**9, widget=forms.HiddenInput)

    def __init__(self, data: Mapping[str, Any], *, corpora: Sequence[str]) -> None:
        super().__init__(data, label_suffix="")
        beside = cast(forms.ChoiceField, self.fields["beside"])
        beside.choices = [("", "nothing"), *((each, each) for each in corpora)]

    def offer_splits(self, names: Sequence[str]) -> None:
        """The splits to choose from, known once the corpus is read; one that is not there finds nothing."""
        cast(forms.Select, self.fields["split"].widget).choices = [("", "any split"), *((each, each) for each in names)]

    def clean_page(self) -> int:
        """The first page, where none is named."""
        return int(self.cleaned_data["page"] or 1)


class FlagForm(forms.Form):
    """Which dialogue, and why it is flagged; a reason is not needed to take a flag back."""

    dialogue = forms.CharField(max_length=300)
    reason = forms.ChoiceField(choices=DialogueFlag.Reason.choices, required=False)
    note = forms.CharField(max_length=500, required=False)
    take_back = forms.BooleanField(required=False)
    # The page to go back to; only our own is.
    back = forms.CharField(max_length=1000, required=False)

    def clean(self) -> dict[str, Any]:
        """A flag that is put needs a reason."""
        cleaned = super().clean() or {}
        if not cleaned.get("take_back") and not cleaned.get("reason"):
            raise forms.ValidationError("a flag needs a reason")
        return cleaned


class TalkForm(forms.Form):
    """With which system or systems, and who they shall be."""

    first = forms.ChoiceField(label="System")
    second = forms.ChoiceField(label="Beside it", required=False)
    persona = forms.CharField(
        label="Persona",
        required=False,
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Facts in the first person, one on a line: I have two dogs.",
    )

    def __init__(self, data: Mapping[str, Any] | None, *, systems: Sequence[str]) -> None:
        super().__init__(data, label_suffix="")
        choices = [(each, each) for each in systems]
        cast(forms.ChoiceField, self.fields["first"]).choices = choices
        cast(forms.ChoiceField, self.fields["second"]).choices = [("", "no other"), *choices]
        levels = [("", "not told"), *((each, each) for each in FIVE_LEVELS if each != UNCLEAR)]
        for trait in TRAITS:
            self.fields[trait] = forms.ChoiceField(label=trait.capitalize(), required=False, choices=levels)

    def traits(self) -> Traits:
        """The traits that are told."""
        return {trait: self.cleaned_data[trait] for trait in TRAITS if self.cleaned_data[trait]}


class SayForm(forms.Form):
    """One turn."""

    text = forms.CharField(label="You say", max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))


class JudgeForm(forms.Form):
    """Which model is to judge."""

    model = forms.CharField(
        label="Model", max_length=100, help_text="As the workers' endpoint calls it, such as gpt-4o-mini."
    )


class WebhookForm(forms.Form):
    """An address, and what it is told of."""

    address = forms.CharField(label="Address", max_length=500, help_text="Begins with https://")
    study_closed = forms.BooleanField(label="When the study is closed", required=False, initial=True)
    annotator_finished = forms.BooleanField(label="When an annotator is finished", required=False, initial=True)

    def events(self) -> list[str]:
        """Those that were ticked, as `webhooks.EVENTS` names them."""
        return [event for event in EVENTS if self.cleaned_data[event.replace(".", "_")]]
