"""How each page of the site is reached in a browser, and why the other addresses are no pages.

Every address of the URL configuration is in `WAYS` or in `NO_PAGE`, but for the admin's, which are Django's own. A way
leads the visitor's browser to its page; they are gone in their order, in one browser profile for each group, and may
rest on those before them in the same group.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from django.urls import URLPattern, get_resolver
from django.utils import timezone

from evaluation.drafts import drafting
from evaluation.models import Annotator, AnsweringProcess, Invite, Study, TalkReply
from evaluation.operation.accounts import one_time_path
from evaluation.talks import talking
from generation.corpus.dialogues import write_dialogues
from tests.browser.judging import first_pair_up, press
from tests.builders import a_dialogue
from tests.cast import CLEO, NOW
from tests.evaluation.builders import a_researcher
from tests.evaluation.uploads import TWO, responses_of
from tests.evaluation.views.builders import a_link, a_study
from tests.evaluation.views.known import add_known_pairs
from tests.evaluation.views.people import a_planted_study
from tests.evaluation.views.test_recruited import CODES, from_prolific, in_the_frame
from tests.totp import code_of, secret_on

PASSWORD: Final = "a long enough password"

NO_PAGE: Final = {
    "home": "leads on to the studies",
    "annotate-arrive": "leads on to the consent; a link that does not work is a page of its own below",
    "annotate-start": "leads on to where somebody is",
    "annotate-leave": "leads back to Prolific",
    "annotate-draft": "takes a draft, from the script",
    "report-table": "a CSV file",
    "study-pay": "a CSV file",
    "study-trail-csv": "a CSV file",
    "study-live": "a part of the study's page",
    "study-job": "a part of the page of jobs",
    "study-member": "a button of the members",
    "study-deposit": "a button of the study",
    "api-nowhere": "JSON",
    "healthz": "for machines",
    "readyz": "for machines",
    "metrics": "for machines",
    "study-files": "an archive",
    "study-edit": "a button of the study",
    "draft-make": "a button of the draft",
    "draft-download": "an archive",
    "study-job-file": "a file",
    "study-revoke": "a button of the invitations",
    "study-webhook-remove": "a button of the webhooks",
    "study-webhook-try": "a button of the webhooks",
    "corpus-flag": "a button of the corpus",
    "talk-say": "a button of the talk",
    "talk-ask-again": "a button of the talk",
    "token-revoke": "a button of the tokens",
    "mfa_download_recovery_codes": "a text file",
    "account_email": "leads on to the account, which has one address",
    "account_set_password": "leads on to changing it, since everybody has one",
    "account_email_verification_sent": "no address is verified: ACCOUNT_EMAIL_VERIFICATION is none",
    "account_confirm_email": "no address is verified: ACCOUNT_EMAIL_VERIFICATION is none",
    "account_confirm_login_code": "nobody signs in by a code alone",
}


@dataclass
class Visit:
    """A browser on its way through the site, and what the ways have made so far."""

    page: Any
    site: str
    study: Study | None = None
    made: dict[str, Any] = field(default_factory=dict)

    def go(self, path: str) -> None:
        """Open `path` of the site."""
        self.page.goto(self.site + path)


Way = Callable[[Visit], None]
WAYS: Final[dict[str, dict[str, Way]]] = {
    group: {} for group in ("annotators", "prolific", "mturk", "strangers", "signing in", "researchers", "drafts")
}


def way(group: str, name: str) -> Callable[[Way], Way]:
    """Register a way under the address' name; " · " and words after it tell states of one page apart."""

    def registered(function: Way) -> Way:
        WAYS[group][name] = function
        return function

    return registered


def open_at(group: str, name: str, path: str) -> None:
    """A page that is simply opened."""
    way(group, name)(lambda visit: visit.go(path))


def addresses() -> Iterator[str]:
    """The name of every address in the URL configuration."""

    def walk(patterns: Any) -> Iterator[str]:
        for each in patterns:
            if isinstance(each, URLPattern):
                yield str(each.name)
            elif each.namespace != "admin":
                yield from walk(each.url_patterns)

    return walk(get_resolver().url_patterns)


# Annotators, by a link -------------------------------------------------------------------------------------------


@way("annotators", "annotate-consent")
def _consent(visit: Visit) -> None:
    study = a_study(pairs=3)
    add_known_pairs(study, practice=2)
    study.design |= {"background": ["language", "age_band", "chatbots"]}
    study.content_warning, study.may_skip, study.ethics = "Some replies are rude.", True, "none"
    study.save()
    visit.study = study
    visit.go(a_link(study))


@way("annotators", "annotate-background")
def _background(visit: Visit) -> None:
    press(visit.page, "I agree")
    visit.page.wait_for_url("**/background/")


@way("annotators", "annotate-instructions")
def _instructions(visit: Visit) -> None:
    press(visit.page, "Skip this page")
    visit.page.wait_for_url("**/instructions/")


@way("annotators", "annotate-practice")
def _practice(visit: Visit) -> None:
    press(visit.page, "Show the first")
    visit.page.wait_for_url("**/practice/")


def _practise(visit: Visit) -> None:
    right = visit.page.locator(".response").first.text_content().strip().partition("\n")[2].strip()
    pick = 0 if right.startswith("Right") else 1
    visit.page.locator(f"input[value={('left', 'right')[pick]}]").check(force=True)
    press(visit.page, "See the answer")
    visit.page.wait_for_url("**/feedback/")


@way("annotators", "annotate-feedback")
def _feedback(visit: Visit) -> None:
    _practise(visit)


@way("annotators", "annotate-judge")
def _judge(visit: Visit) -> None:
    visit.page.get_by_role("link", name="Next practice pair").click()
    visit.page.wait_for_url("**/practice/")
    _practise(visit)
    visit.page.get_by_role("link", name="Show the first real pair").click()
    first_pair_up(visit.page)


@way("annotators", "annotate-judge · the traits")
def _traits(visit: Visit) -> None:
    for key in ("1", "0", "Enter"):
        visit.page.keyboard.press(key)
    visit.page.get_by_role("group", name="Trait consistency").wait_for()


@way("annotators", "annotate-back")
def _back(visit: Visit) -> None:
    for key in ("2", "Enter"):
        visit.page.keyboard.press(key)
    visit.page.get_by_text("Pair 2 of").first.wait_for()
    visit.go(f"/s/{visit.study.public_id}/back/")


open_at("annotators", "annotate-pause", "/s/k3p9w2xq/pause/")
open_at("annotators", "annotate-withdraw", "/s/k3p9w2xq/withdraw/")
open_at("annotators", "annotate-end", "/s/k3p9w2xq/end/")


@way("annotators", "annotate-end · withdrawn")
def _withdrawn(visit: Visit) -> None:
    visit.go("/s/k3p9w2xq/withdraw/")
    press(visit.page, "Withdraw and delete my answers")
    visit.page.get_by_text("You have withdrawn").wait_for()


# Annotators, from platforms --------------------------------------------------------------------------------------


@way("prolific", "annotate-consent · from Prolific")
def _from_prolific(visit: Visit) -> None:
    visit.study = a_study(pairs=1, design={"recruiting": CODES})
    visit.go(from_prolific())


@way("prolific", "annotate-prolific")
def _another(visit: Visit) -> None:
    press(visit.page, "I agree")
    visit.page.wait_for_url("**/instructions/")
    visit.go(from_prolific("5f00000000000000000000b0"))


@way("mturk", "annotate-mturk · preview")
def _preview(visit: Visit) -> None:
    visit.study = a_study(pairs=1, design={"recruiting": {"platform": "mturk"}})
    visit.go(in_the_frame(assignmentId="ASSIGNMENT_ID_NOT_AVAILABLE"))


@way("mturk", "annotate-mturk")
def _mturk(visit: Visit) -> None:
    visit.go(in_the_frame())
    visit.made["way in"] = visit.page.get_by_role("link", name="Open the study").get_attribute("href")


open_at("mturk", "annotate-mturk-open · without a token", "/mturk/k3p9w2xq/open/")


@way("mturk", "annotate-mturk-open")
def _mturk_open(visit: Visit) -> None:
    visit.go(visit.made["way in"])
    press(visit.page, "I agree")
    visit.page.wait_for_url("**/instructions/")


@way("mturk", "annotate-mturk · done")
def _mturk_done(visit: Visit) -> None:
    Annotator.objects.update(state=Annotator.State.FINISHED)
    visit.go(in_the_frame())


# Whoever has come to the wrong place -----------------------------------------------------------------------------

open_at("strangers", "a link that does not work", "/j/unknown/")
open_at("strangers", "an address that is not there", "/nowhere/")


@way("strangers", "a browser that is not known")
def _stranger(visit: Visit) -> None:
    a_study(pairs=1)
    visit.go("/s/k3p9w2xq/judge/")


@way("strangers", "a study that takes a break")
def _paused(visit: Visit) -> None:
    Study.objects.update(state=Study.State.PAUSED)
    visit.go(a_link(Study.objects.get()))


@way("strangers", "a study that is over")
def _over(visit: Visit) -> None:
    Study.objects.update(state=Study.State.CLOSED)
    visit.go(a_link(Study.objects.get()))


# Signing in ------------------------------------------------------------------------------------------------------

open_at("signing in", "account_signup", "/account/signup/")
open_at("signing in", "account_reset_password", "/account/password/reset/")
open_at("signing in", "account_reset_password_done", "/account/password/reset/done/")
open_at("signing in", "account_inactive", "/account/inactive/")
open_at("signing in", "account_reset_password_from_key_done", "/account/password/reset/key/done/")
open_at("signing in", "account_reset_password_from_key · used up", "/account/password/reset/key/1-none/")


@way("signing in", "account_reset_password_from_key")
def _one_time_link(visit: Visit) -> None:
    visit.go(one_time_path(a_researcher()))


@way("signing in", "account_login · refused")
def _refused(visit: Visit) -> None:
    sign_in(visit, password="not the right one")
    visit.page.get_by_role("alert").wait_for()


open_at("signing in", "account_login", "/account/login/")


@way("signing in", "account")
def _signed_in(visit: Visit) -> None:
    sign_in(visit)
    visit.page.wait_for_url("**/studies/")
    visit.go("/account/")


open_at("signing in", "account_change_password", "/account/password/change/")
open_at("signing in", "tokens", "/account/tokens/")


@way("signing in", "tokens · one made")
def _token(visit: Visit) -> None:
    visit.page.locator("input[name=name]").fill("notebook")
    press(visit.page, "Make a token")
    visit.page.locator("code.secret").wait_for()


open_at("signing in", "mfa_index · off", "/account/2fa/")
open_at("signing in", "account_reauthenticate", "/account/2fa/totp/activate/")


@way("signing in", "mfa_activate_totp")
def _set_up(visit: Visit) -> None:
    visit.page.get_by_label("Password").fill(PASSWORD)
    press(visit.page, "Go on")
    visit.page.wait_for_url("**/activate/")


@way("signing in", "mfa_view_recovery_codes")
def _recovery_codes(visit: Visit) -> None:
    visit.made["secret"] = secret_on(visit.page.content())
    visit.page.get_by_label("code").fill(code_of(visit.made["secret"]))
    press(visit.page, "Switch it on")
    visit.page.wait_for_url("**/recovery-codes/")


open_at("signing in", "mfa_index", "/account/2fa/")
open_at("signing in", "mfa_generate_recovery_codes", "/account/2fa/recovery-codes/generate/")
open_at("signing in", "mfa_deactivate_totp", "/account/2fa/totp/deactivate/")
open_at("signing in", "mfa_reauthenticate", "/account/2fa/reauthenticate/")
open_at("signing in", "account_logout", "/account/logout/")


@way("signing in", "mfa_authenticate")
def _asked_for_the_code(visit: Visit) -> None:
    visit.page.context.clear_cookies()
    sign_in(visit)
    visit.page.wait_for_url("**/2fa/authenticate/**")


def sign_in(visit: Visit, *, password: str = PASSWORD) -> None:
    """By the form, as a person does."""
    a_researcher()
    visit.go("/account/login/")
    visit.page.get_by_label("Email").fill(CLEO)
    visit.page.get_by_label("Password").fill(password)
    press(visit.page, "Sign in")


# Researchers -----------------------------------------------------------------------------------------------------


@way("researchers", "studies · none yet")
def _no_studies(visit: Visit) -> None:
    sign_in(visit)
    visit.page.wait_for_url("**/studies/")


@way("researchers", "studies")
def _studies(visit: Visit) -> None:
    visit.study = a_planted_study()
    visit.go("/studies/")


for _name, _path in (
    ("study", ""),
    ("study-invite", "invite/"),
    ("study-people", "people/"),
    ("study-forget", "people/A-ADA/forget/"),
    ("study-jobs", "jobs/"),
    ("study-webhooks", "webhooks/"),
    ("study-reports", "reports/"),
    ("study-trail", "audit/"),
    ("study-members", "members/"),
    ("study-amend", "amend/"),
    ("study-extend", "extend/"),
    ("study-act", "close/"),
    ("report · hidden", "report/"),
):
    open_at("researchers", _name, f"/studies/snow/{_path}")


@way("researchers", "study-invite · links made")
def _links(visit: Visit) -> None:
    visit.go("/studies/snow/invite/")
    visit.page.get_by_label("How many personal links").fill("2")
    press(visit.page, "Make links")
    visit.page.get_by_text("Links are kept nowhere").wait_for()
    assert Invite.objects.exists()


@way("researchers", "report")
def _report(visit: Visit) -> None:
    Study.objects.update(state=Study.State.CLOSED)
    visit.go("/studies/snow/report/")
    visit.page.get_by_role("heading", name="Preference", exact=True).wait_for()


open_at("researchers", "study · closed", "/studies/snow/")


@way("researchers", "corpora · none yet")
def _no_corpora(visit: Visit) -> None:
    visit.go("/corpora/")


@way("researchers", "corpora")
def _corpora(visit: Visit) -> None:
    for corpus, source in (("human", None), ("distilled", "human/train/00000")):
        write_dialogues(visit.made["home"] / "corpora" / corpus, [a_dialogue(0, corpus=corpus, source=source)])
    visit.go("/corpora/")


open_at("researchers", "corpus", "/corpora/human/")
open_at("researchers", "corpus · beside another", "/corpora/human/?beside=distilled")


@way("researchers", "talks")
def _talks(visit: Visit) -> None:
    AnsweringProcess.objects.create(systems=["pt-tiny", "p-tiny"], seen_at=timezone.now())
    visit.go("/talk/")


@way("researchers", "talk")
def _talk(visit: Visit) -> None:
    talk = talking.begin(
        by=a_researcher(),
        systems=["pt-tiny", "p-tiny"],
        persona=("i like to ski.", "i have two dogs."),
        traits={"extraversion": "high"},
        now=timezone.now(),
    )
    talking.say(talk=talk, text="hi ! what do you like to do ?", now=timezone.now())
    TalkReply.objects.open().update(state=TalkReply.State.ANSWERED, text="i like to ski .", settled_at=timezone.now())
    visit.go(f"/talk/{talk.pk}/")


@way("researchers", "api-docs")
def _api_docs(visit: Visit) -> None:
    visit.go("/api/docs/")
    visit.page.get_by_text("/api/v1/studies/{name}/judgments/").first.wait_for()


# Studies that are being written ----------------------------------------------------------------------------------


@way("drafts", "study-new")
def _new(visit: Visit) -> None:
    sign_in(visit)
    visit.page.wait_for_url("**/studies/")
    toml = TWO + 'colour = "blue"\n[[plan.hypotheses]]\ncriterion = "x"\n'
    files = {f"{name}.jsonl": responses_of(name, contexts=12) for name in ("p", "pt")}
    for name, text in (("right", TWO), ("wrong", toml)):
        visit.made[name] = drafting.begin(owner=a_researcher(), now=NOW, name=name, toml=text)
        drafting.put_files(draft=visit.made[name], uploads=files, now=NOW)
    drafting.make_study(draft=visit.made["right"], now=NOW)
    visit.go("/studies/new/")


def of_draft(name: str, which: str, path: str) -> None:
    way("drafts", name)(lambda visit: visit.go(f"/drafts/{visit.made[which].pk}/{path}"))


of_draft("draft · wrong", "wrong", "")
of_draft("draft-files", "wrong", "files/")
of_draft("draft-text", "wrong", "text/")
of_draft("draft-delete", "wrong", "delete/")
of_draft("draft", "right", "")
of_draft("draft-size", "right", "size/")
of_draft("draft-preview · the consent", "right", "preview/consent/")
of_draft("draft-preview", "right", "preview/judge/")
open_at("drafts", "study-size", "/studies/right/size/")
open_at("drafts", "study-preview", "/studies/right/preview/judge/")
open_at("drafts", "study-delete", "/studies/right/delete/")
