from django.apps import AppConfig


class GenerationConfig(AppConfig):
    """Trait labels and dialogues: commands and settings, no models."""

    name = "generation"
