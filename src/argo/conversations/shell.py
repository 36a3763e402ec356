"""What the page needs before its first conversation, in one call."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, StringConstraints

from argo.accounts.guards import Guard
from argo.accounts.service import Accounts
from argo.accounts.types import Caller
from argo.assistants.service import Assistants
from argo.assistants.types import Choice
from argo.charter.types import ContactSettings
from argo.completions.service import Completions
from argo.quotas.service import Quotas
from argo.quotas.types import Allowance
from argo.usage.service import Ledger


class UserShown(BaseModel):
    """The person who is signed in."""

    id: UUID
    email: str
    name: str
    role: str
    language: Literal["fr", "en"] | None


class InstitutionShown(BaseModel):
    """Their institution."""

    slug: str
    name: str


class BothShown(BaseModel):
    """A text in both languages."""

    fr: str
    en: str


class AssistantShown(BaseModel):
    """An assistant's id and name."""

    id: str
    name: BothShown


class ModelShown(BaseModel):
    """The model behind a choice, and whether it answers now."""

    id: str
    name: str
    context_tokens: int
    capabilities: list[str]
    bundled: bool
    state: Literal["ready", "starting", "away"]


class ChoiceShown(BaseModel):
    """An assistant in a size, with the model behind it."""

    assistant: AssistantShown
    size: Literal["small", "large"]
    model: ModelShown


class TokensShown(BaseModel):
    """How the person stands with the tokens of the day."""

    limit: int
    remaining: int
    resets_in_seconds: float


class QuotaShown(BaseModel):
    """How the person's quota stands; `limit` 0 means none, as do absent `tokens`."""

    limit: int
    remaining: int
    resets_in_seconds: float
    window_seconds: int
    tokens: TokensShown | None


class KeyUsageShown(BaseModel):
    """What one key used: today (UTC), and in the last 30 days, today among them."""

    key_id: UUID
    questions_today: int
    tokens_today: int
    questions_of_30_days: int
    tokens_of_30_days: int


class KeysUsageShown(BaseModel):
    """What a person's keys used; one that was not used is left out."""

    keys: list[KeyUsageShown]


class RetentionShown(BaseModel):
    """How long saved conversations are kept, None: until they are deleted."""

    days: int | None


class ContactsShown(BaseModel):
    """Whom to write to, each an address or a sentence."""

    charter: str | None
    data_protection: str | None
    security: str | None
    accessibility: str | None


class MeShown(BaseModel):
    """The shell of the page."""

    user: UserShown
    institution: InstitutionShown
    choices: list[ChoiceShown]
    quota: QuotaShown
    retention: RetentionShown
    accepted: bool
    contacts: ContactsShown
    signed_in_until: datetime | None
    session_id: UUID | None


class MeSent(BaseModel):
    """What a person changes of themselves; a `language` of None follows the browser."""

    model_config = ConfigDict(extra="forbid")

    language: Literal["fr", "en"] | None = None
    name: (
        Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
        | None
    ) = None


def routes(
    accounts: Accounts,
    quotas: Quotas,
    ledger: Ledger,
    completions: Completions,
    assistants: Assistants,
    contacts: ContactSettings,
    guard: Guard,
) -> APIRouter:
    """Return the routes of the page's shell."""
    router = APIRouter(prefix="/api", tags=["shell"])

    @router.get("/me")
    async def me(caller: Annotated[Caller, Depends(guard.session)]) -> MeShown:
        """Say who is signed in, what they may choose, and how their quota stands."""
        standing = await quotas.standing(caller.owner)
        return MeShown(
            user=_user(caller),
            institution=InstitutionShown(
                slug=caller.institution_slug, name=caller.institution_name
            ),
            choices=[_choice(each, completions) for each in assistants.choices()],
            quota=_quota(standing),
            retention=RetentionShown(days=None),
            accepted=caller.accepted,
            contacts=ContactsShown(**vars(contacts)),
            signed_in_until=caller.signed_in_until,
            session_id=caller.session_id,
        )

    @router.get("/keys/usage")
    async def used(caller: Annotated[Caller, Depends(guard.session)]) -> KeysUsageShown:
        """Say what each key of this person used."""
        found = await ledger.usage_by_key(caller.owner)
        return KeysUsageShown(keys=[KeyUsageShown(**vars(each)) for each in found])

    @router.patch("/me")
    async def change(sent: MeSent, caller: Annotated[Caller, Depends(guard.session)]) -> UserShown:
        """Change one's name or language."""
        shown = _user(caller)
        if "language" in sent.model_fields_set:
            await accounts.speak(caller.owner, sent.language)
            shown.language = sent.language
        if sent.name is not None:
            await accounts.rename(caller.owner, sent.name)
            shown.name = sent.name
        return shown

    return router


def _quota(standing: Allowance) -> QuotaShown:
    tokens = standing.tokens and TokensShown(**vars(standing.tokens))
    return QuotaShown(**{**vars(standing), "tokens": tokens})


def _user(caller: Caller) -> UserShown:
    return UserShown(
        id=caller.user_id,
        email=caller.email,
        name=caller.name,
        role=caller.role,
        language=caller.language,
    )


def _choice(choice: Choice, completions: Completions) -> ChoiceShown:
    model = next(each for each in completions.models() if each.id == choice.model_id)
    name = choice.assistant.name
    return ChoiceShown(
        assistant=AssistantShown(id=choice.assistant.id, name=BothShown(fr=name.fr, en=name.en)),
        size=choice.size,
        model=ModelShown(
            id=model.id,
            name=model.name,
            context_tokens=model.context_tokens,
            capabilities=list(model.capabilities),
            bundled=model.bundled,
            state=completions.model_state(model.id),
        ),
    )
