"""Words too frequent to search for, French and English together.

Short on purpose: a message may be in either language, so a word that means something in the
other is searched for (*or* is gold, *car* is a car, *son* is sound or a son).
"""

from __future__ import annotations

_FRENCH = (
    "à a ai ainsi alors as au aucun aussi autre aux avec avez avoir avons ayant c ça ce ceci cela "
    "celle celles celui ces cet cette ceux chaque comme comment d dans de depuis des donc dont du "
    "elle elles en encore entre es est et étaient était êtes être eu eux faire fait faut il ils j "
    "je l la là le les leur leurs lors lui m ma mais me même mes moi mon n ne ni nos notre nous on "
    "ont ou où par pas peu peut peuvent plus pour pourquoi qu quand que quel quelle quelles quels "
    "qui quoi s sa sans se sera ses seulement si soit sommes sont sous sur t ta te tes toi ton "
    "tous tout toute toutes très tu un une voici vos votre vous y"
)
_ENGLISH = (
    "about after all also am an and any are as at be because been before being between both but by "
    "can could did do does each few for from had has have he her here him his how i if in into is "
    "it its just me more most my no nor not of off on once only other our out over own same she "
    "should so some such than that the their them then there these they this those through to too "
    "under until up very was we were what when where which while who why will with would you your"
)
STOP_WORDS = frozenset(f"{_FRENCH} {_ENGLISH}".split())
