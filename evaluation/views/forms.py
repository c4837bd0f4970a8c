"""The researchers' forms: shape alone. What a value means is checked by the verb that gets it."""

from django import forms

from evaluation.tokens import MOST_DAYS


class InviteForm(forms.Form):
    """How many links of which kind."""

    kind = forms.ChoiceField(
        label="Kind", choices=[("personal", "Personal: one annotator each"), ("open", "Open: whoever has it")]
    )
    count = forms.IntegerField(label="How many personal links", min_value=1, max_value=500, initial=1)
    label = forms.CharField(label="A note for yourselves", max_length=100, required=False)


class TokenForm(forms.Form):
    """What a token is for, and how long it works."""

    name = forms.CharField(label="What is it for?", max_length=100)
    days = forms.IntegerField(label="For how many days?", min_value=1, max_value=MOST_DAYS, initial=90)
