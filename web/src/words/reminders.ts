import type { Language } from './words.svelte';

type Words = {
  title: string;
  rules: Record<'candidates' | 'people' | 'grading', string>;
  yours: string;
  doubt: string;
  nobody: string;
};

/** What a person is reminded of before a question that looks proscribed; loaded when it shows. */
export const REMINDERS: Record<Language, Words> = {
  en: {
    title: 'A moment before you send this',
    rules: {
      candidates:
        'This looks like sorting or judging people who apply. The charter keeps recruitment and interviews to people: ARGO must not rank, compare or score candidates.',
      people:
        'This looks like judging somebody’s work. The charter keeps evaluation, promotion and discipline to people: ARGO must not assess a person.',
      grading:
        'This looks like grading students’ work. The charter keeps marks to people: ARGO must not grade or rank papers.',
    },
    yours:
      'It may well be something else: you know, and you decide. Nobody learns of this reminder; it is neither kept nor counted.',
    doubt: 'In doubt, ask first:',
    nobody: 'your administrator or the referent of your unit.',
  },
  fr: {
    title: 'Un instant avant l’envoi',
    rules: {
      candidates:
        'Cela ressemble à un tri ou à un jugement de candidats. La charte réserve le recrutement et les entretiens à des personnes : ARGO ne doit ni classer, ni comparer, ni noter des candidats.',
      people:
        'Cela ressemble à un jugement sur le travail de quelqu’un. La charte réserve l’évaluation, la promotion et la sanction à des personnes : ARGO ne doit pas évaluer une personne.',
      grading:
        'Cela ressemble à la notation de travaux d’étudiants. La charte réserve les notes à des personnes : ARGO ne doit ni noter ni classer des copies.',
    },
    yours:
      'Il s’agit peut-être de tout autre chose : vous le savez, et c’est vous qui décidez. Personne n’a connaissance de ce rappel ; il n’est ni conservé ni compté.',
    doubt: 'Dans le doute, demandez d’abord à :',
    nobody: 'votre administrateur ou le référent de votre unité.',
  },
};
