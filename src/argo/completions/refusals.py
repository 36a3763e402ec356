"""What to tell an asker whose question no replica answered, or whose answer broke off."""

from __future__ import annotations

from argo.engines.client import EngineFault
from argo.engines.errors import (
    ContextExceeded,
    EngineAway,
    EngineBroke,
    EngineFull,
    EngineRefused,
    EngineSlow,
    ToolCallUnread,
)
from argo.engines.types import Model
from argo.errors import ArgoError


def refusal(fault: EngineFault, model: Model) -> ArgoError:
    """Return what to tell an asker whose question no replica began to answer."""
    match fault.fault:
        case "full":
            return EngineFull(retry_after=fault.retry_after or 5, model=model.name)
        case "refused":
            return EngineRefused(model=model.name)
        case "too_long":
            return ContextExceeded(
                param="messages", model=model.name, context_tokens=model.context_tokens
            )
        case "slow":
            return EngineSlow(retry_after=5, model=model.name)
        case "unparsed":
            return ToolCallUnread(retry_after=1, model=model.name)
        case _:
            return EngineAway(retry_after=5, model=model.name)


def interruption(fault: EngineFault, model: Model) -> ArgoError:
    """Return what to tell an asker whose answer broke off after its first token."""
    if fault.fault == "slow":
        return EngineSlow(retry_after=2, model=model.name)
    if fault.fault == "unparsed":
        return ToolCallUnread(retry_after=1, model=model.name)
    return EngineBroke(retry_after=2, model=model.name)
