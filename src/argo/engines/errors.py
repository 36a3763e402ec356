"""What engines cannot do, in words that never come from an engine."""

from __future__ import annotations

from argo.errors import ArgoError


class ModelUnknown(ArgoError):
    """A model was asked for that no `[[models]]` names."""

    code = "model_not_found"
    kind = "unknown"
    english = "There is no model of that name here. GET /v1/models lists those you may ask."
    french = "Aucun modèle de ce nom ici. GET /v1/models donne la liste de ceux que vous pouvez interroger."


class EngineAway(ArgoError):
    """No replica of the model answers: all are down, loading, or refuse connections."""

    code = "engine_away"
    kind = "unavailable"
    english = "{model} does not answer just now. Try again in a moment."
    french = "{model} ne répond pas pour l'instant. Réessayez dans un instant."


class EngineFull(ArgoError):
    """Every replica of the model says that it has no room (429 or 503)."""

    code = "engine_full"
    kind = "busy"
    english = "{model} is answering as many questions as it can. Try again in a moment."
    french = "{model} répond déjà à autant de questions qu'il le peut. Réessayez dans un instant."


class EngineRefused(ArgoError):
    """The engine said 400 to a request ARGO had checked: model and settings do not match."""

    code = "engine_refused"
    kind = "invalid"
    english = (
        "{model} cannot answer a request of this form. Leave out unusual parameters or tools "
        "and try again."
    )
    french = (
        "{model} ne sait pas répondre à une demande de cette forme. Retirez les paramètres ou "
        "outils inhabituels et réessayez."
    )


class ContextExceeded(ArgoError):
    """The engine counted more tokens than the model's context holds."""

    code = "context_length_exceeded"
    kind = "invalid"
    english = (
        "This is longer than {model} can read at once ({context_tokens} tokens, question and "
        "answer together). Shorten it, or start a new conversation."
    )
    french = (
        "C'est plus long que ce que {model} peut lire d'un coup ({context_tokens} jetons, question "
        "et réponse comprises). Raccourcissez, ou commencez une nouvelle conversation."
    )


class EngineBroke(ArgoError):
    """The engine stopped in the middle of an answer, or sent what is not an answer."""

    code = "engine_interrupted"
    kind = "unavailable"
    english = "{model} stopped in the middle of its answer. Try again."
    french = "{model} s'est arrêté au milieu de sa réponse. Réessayez."


class ToolCallUnread(ArgoError):
    """The engine failed, several times, to read the tool call that its model wrote."""

    code = "tool_call_unread"
    kind = "unavailable"
    english = (
        "{model} wrote a tool call that its engine could not read, several times over. Try again, "
        "or with fewer or simpler tools."
    )
    french = (
        "{model} a écrit un appel d'outil que son moteur n'a pas su lire, plusieurs fois de suite. "
        "Réessayez, ou avec des outils moins nombreux ou plus simples."
    )


class EngineSlow(ArgoError):
    """The engine accepted the question and then said nothing for too long."""

    code = "engine_slow"
    kind = "unavailable"
    english = "{model} took too long to answer and was stopped. Try again in a moment."
    french = "{model} a mis trop longtemps à répondre et a été arrêté. Réessayez dans un instant."


class EmbeddingsAbsent(ArgoError):
    """Vectors were asked for where no `[embeddings]` are set and no embedded model runs."""

    code = "embeddings_absent"
    kind = "unavailable"
    english = "No embedding model is set up here. Ask the people who run this service for one."
    french = (
        "Aucun modèle de plongement n'est installé ici. Demandez-en un à l'équipe qui gère ce "
        "service."
    )


class RerankAbsent(ArgoError):
    """Texts were to be ranked where no `[rerank]` is set."""

    code = "rerank_absent"
    kind = "unknown"
    english = (
        "No model that ranks texts is set up here. Compare vectors of /v1/embeddings instead, or "
        "ask the people who run this service for one."
    )
    french = (
        "Aucun modèle de classement de textes n'est installé ici. Comparez plutôt des vecteurs de "
        "/v1/embeddings, ou demandez-en un à l'équipe qui gère ce service."
    )
