"""Whose study it is: every page and API operation of a study asks here first."""

from django.contrib.auth.models import AnonymousUser
from django.http import Http404

from evaluation.models import Membership, Researcher


def signed_in(user: Researcher | AnonymousUser) -> Researcher:
    """The researcher of a request that `login_required`, or the API's permission, has let through."""
    assert isinstance(user, Researcher)
    return user


def membership_or_404(user: Researcher | AnonymousUser, name: str) -> Membership:
    """What `user` may do with the study `name`. For strangers there is no such study: 404, as for one that is not."""
    membership = (
        Membership.objects.select_related("study").filter(study__name=name, researcher_id=user.pk).first()
        # PostgreSQL cannot even be asked about a NUL.
        if user.is_authenticated and "\0" not in name
        else None
    )
    if membership is None:
        raise Http404("no such study")
    return membership


def changing_membership_or_404(user: Researcher | AnonymousUser, name: str) -> Membership:
    """The same, for those who may act on the study; readers get 404, too."""
    membership = membership_or_404(user, name)
    if not membership.may_change():
        raise Http404("no such study for a reader to act on")
    return membership
