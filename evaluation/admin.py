"""The admin: accounts and memberships, and studies to look at.

Responses, slots and judgments are not in it on purpose: it would show results by system while a study still runs.
"""

from django.contrib import admin
from django.http import HttpRequest

from evaluation.models import AuditEntry, Membership, Researcher, Study


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    """To look at: what changes these has its own page or command."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(Researcher)
class ResearcherAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Who can sign in. New ones come by `create_researcher`, which makes the link to set a password."""

    fields = ["email", "name", "is_active", "is_staff", "is_superuser"]
    list_display = ["email", "name", "is_active", "is_staff"]
    search_fields = ["email", "name"]
    ordering = ["email"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(Membership)
class MembershipAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Who may see or change which study."""

    list_display = ["study", "researcher", "role"]
    list_filter = ["role"]
    list_select_related = ["study", "researcher"]
    autocomplete_fields = ["researcher"]
    ordering = ["study__name", "researcher__email"]


@admin.register(Study)
class StudyAdmin(ReadOnly):
    """Every study's state."""

    fields = ["name", "title", "state", "simulated", "created_at", "opened_at", "closed_at", "unblinded_at"]
    list_display = ["name", "state", "simulated", "created_at"]
    ordering = ["-created_at"]


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnly):
    """Who did what to which study, and when."""

    list_display = ["made_at", "study", "action", "made_by"]
    list_select_related = ["study", "made_by"]
    ordering = ["-made_at"]
