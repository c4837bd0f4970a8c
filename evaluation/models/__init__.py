"""What several people write at once: studies, their items, who annotates, and what was judged."""

from evaluation.models.annotators import Annotator, AnnotatorToken, Invite
from evaluation.models.background import Background
from evaluation.models.drafts import DraftFile, StudyDraft
from evaluation.models.flags import DialogueFlag
from evaluation.models.items import Context, Item, LostLook, Response, Slot
from evaluation.models.jobs import Job
from evaluation.models.judgments import Draft, Judgment, JudgmentRevision, Receipt
from evaluation.models.people import ApiToken, Membership, Researcher
from evaluation.models.practice import PracticeAnswer
from evaluation.models.studies import Amendment, AuditEntry, Criterion, Study, System
from evaluation.models.talks import AnsweringProcess, Talk, TalkReply, TalkTurn
from evaluation.models.webhooks import Delivery, Webhook

__all__ = [
    "Amendment",
    "Annotator",
    "AnnotatorToken",
    "AnsweringProcess",
    "ApiToken",
    "AuditEntry",
    "Background",
    "Context",
    "Criterion",
    "Delivery",
    "DialogueFlag",
    "Draft",
    "DraftFile",
    "Invite",
    "Item",
    "Job",
    "Judgment",
    "JudgmentRevision",
    "LostLook",
    "Membership",
    "PracticeAnswer",
    "Receipt",
    "Researcher",
    "Response",
    "Slot",
    "Study",
    "StudyDraft",
    "System",
    "Talk",
    "TalkReply",
    "TalkTurn",
    "Webhook",
]
