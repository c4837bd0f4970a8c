from django.apps import AppConfig


class TrainingConfig(AppConfig):
    """Fine-tuning, responding and scoring: commands and settings, no models."""

    name = "training"
