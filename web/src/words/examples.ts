import type { Language } from './words.svelte';

export type Trade = 'researcher' | 'technician' | 'administration' | 'communication' | 'computing';
/** What is shown, and what it puts into the box for the person to complete. */
export type Example = { name: string; text: string };

export const TRADES: Trade[] = [
  'researcher',
  'technician',
  'administration',
  'communication',
  'computing',
];

/** Tasks of a research institute, four a trade; loaded with the empty page. */
export const EXAMPLES: Record<
  Language,
  { trades: Record<Trade, string>; tasks: Record<Trade, Example[]> }
> = {
  en: {
    trades: {
      researcher: 'Research',
      technician: 'Laboratory',
      administration: 'Administration',
      communication: 'Communication',
      computing: 'IT',
    },
    tasks: {
      researcher: [
        {
          name: 'Tighten an abstract',
          text: 'Shorten this abstract to 200 words. Keep every figure and change no claim:\n\n',
        },
        {
          name: 'Prepare for the reviewers',
          text: 'You are a careful reviewer. Name the five weakest points of the method below, and for each what I could check or add:\n\n',
        },
        {
          name: 'Explain to a neighbouring field',
          text: 'Explain this result to a colleague of another discipline in ten sentences, without jargon:\n\n',
        },
        {
          name: 'Plan a data management plan',
          text: 'Draft the outline of a data management plan. My data are: ',
        },
      ],
      technician: [
        {
          name: 'Write a protocol as steps',
          text: 'Turn these notes into a protocol in numbered steps, with quantities, durations and safety points. Mark what is missing:\n\n',
        },
        {
          name: 'Check a dilution',
          text: 'Show the calculation of this dilution step by step, so that I can check it: ',
        },
        {
          name: 'Read an error of an instrument',
          text: 'Explain this message of an instrument and list what to check, the simplest first:\n\n',
        },
        {
          name: 'Make a maintenance sheet',
          text: 'Make a maintenance sheet as a table (what, how often, by whom, date) for: ',
        },
      ],
      administration: [
        {
          name: 'Answer an e-mail',
          text: 'Write a short, polite answer to this e-mail. What I want to say: \n\nThe e-mail:\n\n',
        },
        {
          name: 'Turn notes into minutes',
          text: 'Turn these notes into minutes: decisions, then actions with who and when. Add nothing:\n\n',
        },
        {
          name: 'Put a rule into plain words',
          text: 'Say in plain words what this text asks, of whom, and by when. Quote the passage for each point:\n\n',
        },
        {
          name: 'Prepare a mission',
          text: 'List what must be prepared for a mission, in order, with what takes longest. The mission: ',
        },
      ],
      communication: [
        {
          name: 'Draft a news item',
          text: 'Write a news item of 150 words for the institute’s site from these facts. Add nothing that is not there:\n\n',
        },
        {
          name: 'Find titles',
          text: 'Propose ten sober titles, at most 60 characters each, for: ',
        },
        {
          name: 'Translate with care',
          text: 'Translate this text into French for the general public. Afterwards list the terms you hesitated over:\n\n',
        },
        {
          name: 'Describe a picture for all',
          text: 'From this caption, write an alternative text of two sentences for people who do not see the picture:\n\n',
        },
      ],
      computing: [
        {
          name: 'Understand a script',
          text: 'Explain what this code does, part by part, and name what could fail:\n\n```\n\n```',
        },
        {
          name: 'Write tests',
          text: 'Write tests for this function: the usual case, the edges, the errors:\n\n```\n\n```',
        },
        {
          name: 'Read a log',
          text: 'What is the likely cause of this error? List what to check, in order:\n\n```\n\n```',
        },
        {
          name: 'Document a procedure',
          text: 'Turn these commands into a procedure for a colleague: purpose, prerequisites, steps, how to undo:\n\n```\n\n```',
        },
      ],
    },
  },
  fr: {
    trades: {
      researcher: 'Recherche',
      technician: 'Laboratoire',
      administration: 'Administration',
      communication: 'Communication',
      computing: 'Informatique',
    },
    tasks: {
      researcher: [
        {
          name: 'Resserrer un résumé',
          text: 'Ramène ce résumé à 200 mots. Garde tous les chiffres et ne change aucune affirmation :\n\n',
        },
        {
          name: 'Se préparer aux relecteurs',
          text: 'Tu es un relecteur attentif. Nomme les cinq points les plus faibles de la méthode ci-dessous et, pour chacun, ce que je pourrais vérifier ou ajouter :\n\n',
        },
        {
          name: 'Expliquer à une autre discipline',
          text: 'Explique ce résultat à un collègue d’une autre discipline, en dix phrases et sans jargon :\n\n',
        },
        {
          name: 'Ébaucher un plan de gestion de données',
          text: 'Ébauche le plan d’un plan de gestion de données. Mes données sont : ',
        },
      ],
      technician: [
        {
          name: 'Mettre un protocole en étapes',
          text: 'Transforme ces notes en protocole par étapes numérotées, avec quantités, durées et points de sécurité. Signale ce qui manque :\n\n',
        },
        {
          name: 'Vérifier une dilution',
          text: 'Détaille le calcul de cette dilution étape par étape, pour que je puisse le contrôler : ',
        },
        {
          name: 'Lire une erreur d’appareil',
          text: 'Explique ce message d’un appareil et liste ce qu’il faut vérifier, le plus simple d’abord :\n\n',
        },
        {
          name: 'Faire une fiche d’entretien',
          text: 'Fais une fiche d’entretien sous forme de tableau (quoi, à quelle fréquence, par qui, date) pour : ',
        },
      ],
      administration: [
        {
          name: 'Répondre à un courriel',
          text: 'Rédige une réponse courte et courtoise à ce courriel. Ce que je veux dire : \n\nLe courriel :\n\n',
        },
        {
          name: 'Passer de notes à un compte rendu',
          text: 'Transforme ces notes en compte rendu : décisions, puis actions avec qui et quand. N’ajoute rien :\n\n',
        },
        {
          name: 'Dire une règle simplement',
          text: 'Dis en mots simples ce que ce texte demande, à qui et pour quand. Cite le passage pour chaque point :\n\n',
        },
        {
          name: 'Préparer une mission',
          text: 'Liste ce qu’il faut préparer pour une mission, dans l’ordre, en signalant ce qui prend le plus de temps. La mission : ',
        },
      ],
      communication: [
        {
          name: 'Ébaucher une actualité',
          text: 'Écris une actualité de 150 mots pour le site de l’institut à partir de ces faits. N’ajoute rien qui n’y soit pas :\n\n',
        },
        {
          name: 'Trouver des titres',
          text: 'Propose dix titres sobres, de 60 caractères au plus, pour : ',
        },
        {
          name: 'Traduire avec soin',
          text: 'Traduis ce texte en anglais pour le grand public. Liste ensuite les termes sur lesquels tu as hésité :\n\n',
        },
        {
          name: 'Décrire une image pour tous',
          text: 'À partir de cette légende, écris un texte alternatif de deux phrases pour les personnes qui ne voient pas l’image :\n\n',
        },
      ],
      computing: [
        {
          name: 'Comprendre un script',
          text: 'Explique ce que fait ce code, partie par partie, et ce qui pourrait échouer :\n\n```\n\n```',
        },
        {
          name: 'Écrire des tests',
          text: 'Écris des tests pour cette fonction : le cas courant, les bords, les erreurs :\n\n```\n\n```',
        },
        {
          name: 'Lire un journal',
          text: 'Quelle est la cause probable de cette erreur ? Liste ce qu’il faut vérifier, dans l’ordre :\n\n```\n\n```',
        },
        {
          name: 'Documenter une procédure',
          text: 'Transforme ces commandes en procédure pour un collègue : but, prérequis, étapes, retour en arrière :\n\n```\n\n```',
        },
      ],
    },
  },
};
