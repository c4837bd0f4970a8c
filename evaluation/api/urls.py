"""Addresses of the API, below `/api/`."""

from django.urls import URLPattern, URLResolver, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from evaluation.api import (
    annotating,
    creating,
    entering,
    inviting,
    jobs,
    members,
    people,
    reported,
    results,
    schema,
    studies,
    webhooks,
)
from evaluation.api.failing import no_such_address

# Imported so that the document knows how one signs in.
assert schema
STUDY, ME = "v1/studies/<str:name>/", "v1/annotate/"
PAIR = f"{ME}pairs/<str:pair>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/studies/", creating.Studies.as_view(), name="api-studies"),
    path("v1/check-files/", creating.CheckFiles.as_view(), name="api-check-files"),
    path(STUDY, studies.OneStudy.as_view(), name="api-study"),
    path(f"{STUDY}open/", studies.Open.as_view(), name="api-open"),
    path(f"{STUDY}pause/", studies.Pause.as_view(), name="api-pause"),
    path(f"{STUDY}close/", studies.Close.as_view(), name="api-close"),
    path(f"{STUDY}unblind/", studies.Unblind.as_view(), name="api-unblind"),
    path(f"{STUDY}amendments/", creating.Amendments.as_view(), name="api-amendments"),
    path(f"{STUDY}extend/", creating.Extend.as_view(), name="api-extend"),
    path(f"{STUDY}progress/", studies.Progress.as_view(), name="api-progress"),
    path(f"{STUDY}audit/", studies.Audit.as_view(), name="api-audit"),
    path(f"{STUDY}invites/", inviting.Invites.as_view(), name="api-invites"),
    path(f"{STUDY}invites/<int:number>/revoke/", inviting.Revoke.as_view(), name="api-revoke"),
    path(f"{STUDY}annotators/", people.Annotators.as_view(), name="api-annotators"),
    path(f"{STUDY}annotators/<str:code>/exclude/", people.Exclude.as_view(), name="api-exclude"),
    path(f"{STUDY}annotators/<str:code>/include/", people.Include.as_view(), name="api-include"),
    path(f"{STUDY}annotators/<str:code>/forget/", people.Forget.as_view(), name="api-forget"),
    path(f"{STUDY}reported/", reported.Reported.as_view(), name="api-reported"),
    path(f"{STUDY}reported/<int:number>/", reported.AnswerReport.as_view(), name="api-answer-report"),
    path(f"{STUDY}members/", members.Members.as_view(), name="api-members"),
    path(f"{STUDY}members/<int:number>/", members.Member.as_view(), name="api-member"),
    path(f"{STUDY}members/<int:number>/remove/", members.RemoveMember.as_view(), name="api-remove-member"),
    path(f"{STUDY}jobs/", jobs.Jobs.as_view(), name="api-jobs"),
    path(f"{STUDY}jobs/<int:number>/", jobs.OneJob.as_view(), name="api-job"),
    path(f"{STUDY}jobs/<int:number>/file/", jobs.JobFile.as_view(), name="api-job-file"),
    path(f"{STUDY}webhooks/", webhooks.Webhooks.as_view(), name="api-webhooks"),
    path(f"{STUDY}webhooks/<int:number>/remove/", webhooks.RemoveWebhook.as_view(), name="api-remove-webhook"),
    path(f"{STUDY}webhooks/<int:number>/try/", webhooks.TryWebhook.as_view(), name="api-try-webhook"),
    path(f"{STUDY}pay/", people.Pay.as_view(), name="api-pay"),
    path(f"{STUDY}judgments/", results.Judgments.as_view(), name="api-judgments"),
    path(f"{STUDY}report/", results.Report.as_view(), name="api-report"),
    path(f"{ME}enter/", entering.Enter.as_view(), name="api-enter"),
    path(f"{ME}join/", entering.Join.as_view(), name="api-join"),
    path(f"{ME}me/", entering.Standing.as_view(), name="api-standing"),
    path(f"{ME}consent/", entering.Agree.as_view(), name="api-agree"),
    path(f"{ME}instructions/", annotating.Instructions.as_view(), name="api-instructed"),
    path(f"{ME}background/", annotating.Background.as_view(), name="api-background"),
    path(f"{ME}practice/", annotating.Practice.as_view(), name="api-practice"),
    path(f"{ME}claim/", annotating.Claim.as_view(), name="api-claim"),
    path(f"{ME}last/", annotating.Last.as_view(), name="api-last"),
    path(f"{ME}progress/", annotating.Progress.as_view(), name="api-annotator-progress"),
    path(f"{ME}withdraw/", annotating.Withdraw.as_view(), name="api-withdraw"),
    path(f"{PAIR}draft/", annotating.DraftOf.as_view(), name="api-draft"),
    path(f"{PAIR}lock/", annotating.Lock.as_view(), name="api-lock"),
    path(f"{PAIR}submit/", annotating.Submit.as_view(), name="api-submit"),
    path(f"{PAIR}skip/", annotating.Skip.as_view(), name="api-skip"),
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    # The split view: its script comes from an address of its own, since nothing inline may run.
    path(
        "docs/",
        SpectacularSwaggerSplitView.as_view(url_name="api-schema", template_name="evaluation/api_docs.html"),
        name="api-docs",
    ),
    # Whatever else there is below it, a line break too.
    re_path(r"", no_such_address, name="api-nowhere"),
]
