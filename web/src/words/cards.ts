import type { Language } from './words.svelte';

/** The four cards of a first visit; loaded when they are shown. */
export const CARDS: Record<Language, { title: string; text: string }[]> = {
  en: [
    {
      title: 'What it is',
      text: 'ARGO is an AI that your institute runs on its own machines. It writes, explains, translates and reads your documents. It can be wrong and sound sure: check what matters.',
    },
    {
      title: 'Who reads it',
      text: 'Nobody. What you write is sealed with your own key; no administrator can open it, and it trains no model. A temporary conversation is kept nowhere.',
    },
    {
      title: 'What it is not for',
      text: 'No ranking of candidates, no judging of people’s work, no grading, no decision about a person. Leave out personal data that the task does not need.',
    },
    {
      title: 'How to ask',
      text: 'Say what you want, for whom and how long; paste the text it is about. Not right? Say what to change, or edit your question. You cannot break anything.',
    },
  ],
  fr: [
    {
      title: 'Ce que c’est',
      text: 'ARGO est une IA que votre institut fait fonctionner sur ses propres machines. Il rédige, explique, traduit et lit vos documents. Il peut se tromper avec assurance : vérifiez ce qui compte.',
    },
    {
      title: 'Qui lit ce que j’écris',
      text: 'Personne. Ce que vous écrivez est scellé avec votre propre clé ; aucun administrateur ne peut l’ouvrir, et cela n’entraîne aucun modèle. Une conversation temporaire n’est conservée nulle part.',
    },
    {
      title: 'Ce pour quoi il n’est pas fait',
      text: 'Ni classement de candidats, ni jugement sur le travail de personnes, ni notation, ni décision sur quelqu’un. Laissez de côté les données personnelles dont la tâche n’a pas besoin.',
    },
    {
      title: 'Comment demander',
      text: 'Dites ce que vous voulez, pour qui et en quelle longueur ; collez le texte dont il s’agit. Pas encore bien ? Dites quoi changer, ou modifiez votre question. Vous ne pouvez rien casser.',
    },
  ],
};
