"""Every address of Parley."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from config import health, metrics

# The admin has no sign-in of its own: allauth's, with its limits and its second factor, stands before it.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # as allauth documents it
admin.site.site_header = admin.site.site_title = "Parley"

urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    # An account has the one address that it was given for; allauth's page of several leads to the account instead.
    path("account/email/", RedirectView.as_view(pattern_name="account"), name="account_email"),
    path("account/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("", include("evaluation.urls")),
]
