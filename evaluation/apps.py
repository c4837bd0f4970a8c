from django.apps import AppConfig


class EvaluationConfig(AppConfig):
    """Studies, blinding, assignment, judgments, statistics and reports."""

    name = "evaluation"
    default_auto_field = "django.db.models.BigAutoField"
