"""What conversations refuse."""

from __future__ import annotations

from argo.errors import ArgoError


class ConversationUnknown(ArgoError):
    """No such conversation of this person, or it was deleted."""

    code = "conversation_unknown"
    kind = "unknown"
    english = "There is no such conversation, or it was deleted."
    french = "Cette conversation n'existe pas, ou elle a été supprimée."


class MessageUnknown(ArgoError):
    """No such message in this conversation."""

    code = "message_unknown"
    kind = "unknown"
    english = "There is no such message in this conversation."
    french = "Il n'y a pas ce message dans cette conversation."


class IdTaken(ArgoError):
    """An id made by the page was used before, for something else."""

    code = "id_taken"
    kind = "invalid"
    english = "This id was used for something else. Reload the page and send again."
    french = "Cet identifiant a déjà servi pour autre chose. Rechargez la page et renvoyez."


class OutOfTurn(ArgoError):
    """A question must follow an answer, and an answer a question."""

    code = "out_of_turn"
    kind = "invalid"
    english = "A question follows an answer, and an answer a question."
    french = "Une question suit une réponse, et une réponse suit une question."


class StillWriting(ArgoError):
    """A question was put to an answer that is not finished."""

    code = "still_writing"
    kind = "invalid"
    english = "The answer is still being written. Stop it first, or wait for its end."
    french = "La réponse est en cours d'écriture. Arrêtez-la d'abord, ou attendez sa fin."


class AnswerWhole(ArgoError):
    """An answer was to go on that had come to its end, or had not begun."""

    code = "answer_whole"
    kind = "invalid"
    english = "This answer did not break off: there is nothing to continue. Have it written again."
    french = (
        "Cette réponse ne s'est pas interrompue : il n'y a rien à continuer. Faites-la réécrire."
    )


class CursorInvalid(ArgoError):
    """A cursor that no page of the history gave out."""

    code = "cursor_invalid"
    kind = "invalid"
    english = "This place in the history is not known. Reload the page."
    french = "Cet endroit de l'historique n'est pas connu. Rechargez la page."
