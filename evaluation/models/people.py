"""Researchers, who sign in, and what they may touch. Annotators have no account: see `annotators`."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin
from django.db import models
from django.utils import timezone
from knox.models import AbstractAuthToken


class ResearcherManager(BaseUserManager["Researcher"]):
    """Creates researchers by e-mail address, which is their name here."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "Researcher":
        """A researcher who can sign in once a password is set."""
        researcher = self.model(email=self.normalize_email(email).lower(), **fields)
        researcher.set_password(password)
        researcher.save(using=self._db)
        return researcher

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "Researcher":
        """A researcher who may also use the admin."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class Researcher(AbstractBaseUser, PermissionsMixin):  # type: ignore[django-manager-missing]  # knox is untyped
    """Someone who sets up studies and reads reports."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=150, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    date_joined = models.DateTimeField(default=timezone.now)

    objects: ClassVar[ResearcherManager] = ResearcherManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self.name or self.email


class Membership(models.Model):
    """What one researcher may do with one study. A study is invisible to everybody else."""

    class Role(models.TextChoices):
        OWNER = "owner"
        COLLABORATOR = "collaborator"
        READER = "reader"

    study = models.ForeignKey("evaluation.Study", on_delete=models.CASCADE, related_name="memberships")
    researcher = models.ForeignKey(Researcher, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=16, choices=Role)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["study", "researcher"], name="one_role_per_study_and_researcher"),
        ]

    def __str__(self) -> str:
        return f"{self.researcher} is {self.role} of {self.study}"

    def may_change(self) -> bool:
        """Owners and collaborators act on a study; readers only look."""
        return self.role in (self.Role.OWNER, self.Role.COLLABORATOR)


class ApiToken(AbstractAuthToken):  # type: ignore[misc]  # knox has no type hints
    """A hashed API token with an expiry and the scopes it may use."""

    user = models.ForeignKey(Researcher, on_delete=models.CASCADE, related_name="auth_token_set")
    name = models.CharField(max_length=100, blank=True)
    # Any of "read", "write"; a token without scopes can do nothing.
    scopes = models.JSONField(default=list)
