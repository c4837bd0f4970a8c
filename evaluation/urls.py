"""Addresses: annotators under `/j/`, researchers under `/studies/` and `/corpora/`, scripts under `/api/`."""

from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from evaluation.views import account, annotate, arriving, corpora, report, studies

urlpatterns: list[URLPattern | URLResolver] = [
    path("", RedirectView.as_view(pattern_name="studies"), name="home"),
    path("studies/", studies.studies, name="studies"),
    path("studies/<str:name>/", studies.study, name="study"),
    path("studies/<str:name>/invite/", studies.invite, name="study-invite"),
    path("studies/<str:name>/report/", report.report, name="report"),
    path("studies/<str:name>/report/<slug:key>.csv", report.table, name="report-table"),
    path("studies/<str:name>/<slug:action>/", studies.act, name="study-act"),
    path("corpora/", corpora.corpora_list, name="corpora"),
    path("corpora/<str:name>/", corpora.corpus, name="corpus"),
    path("corpora/<str:name>/flag/", corpora.flag_dialogue, name="corpus-flag"),
    path("account/", account.account, name="account"),
    path("account/tokens/", account.tokens, name="tokens"),
    path("account/tokens/<slug:digest>/revoke/", account.revoke_token, name="token-revoke"),
    path("api/", include("evaluation.api.urls")),
    path("j/<str:token>/", arriving.arrive, name="annotate-arrive"),
    path("s/<slug:public_id>/", arriving.start, name="annotate-start"),
    path("s/<slug:public_id>/consent/", arriving.consent, name="annotate-consent"),
    path("s/<slug:public_id>/instructions/", arriving.instructions, name="annotate-instructions"),
    path("s/<slug:public_id>/judge/", annotate.judge, name="annotate-judge"),
    path("s/<slug:public_id>/draft/", annotate.draft, name="annotate-draft"),
    path("s/<slug:public_id>/back/", annotate.back, name="annotate-back"),
    path("s/<slug:public_id>/pause/", arriving.pause, name="annotate-pause"),
    path("s/<slug:public_id>/end/", arriving.end, name="annotate-end"),
]
