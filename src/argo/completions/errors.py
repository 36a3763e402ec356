"""What can go wrong on a question's way, beside what engines and quotas say."""

from __future__ import annotations

from argo.errors import ArgoError


class AnswerUnknown(ArgoError):
    """No worker writes this answer (any more), or it is another person's."""

    code = "answer_unknown"
    kind = "unknown"
    english = "There is no such answer."
    french = "Cette réponse n'existe pas."


class ServerStopping(ArgoError):
    """This worker is draining: it finishes what runs and takes nothing new."""

    code = "server_stopping"
    kind = "unavailable"
    english = "ARGO is restarting. Try again in a moment."
    french = "ARGO redémarre. Réessayez dans un instant."


class WaitTooLong(ArgoError):
    """A whole answer would wait longer than `[queue] whole_answer_wait_seconds` for its turn."""

    code = "wait_too_long"
    kind = "unavailable"
    english = (
        "{model} is busy: your turn would come in about {seconds} seconds. Try again later, or ask "
        'with "stream": true and wait in line.'
    )
    french = (
        "{model} est très demandé : votre tour viendrait dans environ {seconds} secondes. "
        'Réessayez plus tard, ou demandez avec "stream": true et attendez votre tour.'
    )


class LinkBroken(ArgoError):
    """Another worker could not be reached, or stopped in the middle."""

    code = "worker_away"
    kind = "unavailable"
    english = "A part of ARGO is restarting. Try again in a moment."
    french = "Une partie d'ARGO redémarre. Réessayez dans un instant."


class ConversationTooLong(ArgoError):
    """A conversation's branch leaves no room for an answer in the model's context."""

    code = "conversation_too_long"
    kind = "invalid"
    english = (
        "This conversation is about {over_tokens} tokens longer than {model} can read at once. "
        "Start a new conversation, or shorten your question."
    )
    french = (
        "Cette conversation dépasse d'environ {over_tokens} jetons ce que {model} peut lire d'un "
        "coup. Commencez une nouvelle conversation, ou raccourcissez votre question."
    )
