import type { Language } from './words.svelte';

/** One question on AI literacy: its answers, which is right, and why. */
export type Item = { question: string; answers: string[]; right: number; why: string };

/** Change it with the questions, so that who did an earlier one is offered the new one. */
export const CHECK_VERSION = 1;

/** The self-check on AI literacy (regulation 2024/1689, article 4); loaded with its page. */
export const CHECK: Record<Language, Item[]> = {
  en: [
    {
      question: 'How does ARGO come to an answer?',
      answers: [
        'It looks facts up in a database',
        'It computes likely words, one after another',
        'A colleague writes it',
      ],
      right: 1,
      why: 'A language model continues a text with what is likely. It looks nothing up unless you give it documents, and likely is not the same as true.',
    },
    {
      question: 'An answer cites an article you cannot find. What is most likely?',
      answers: [
        'The reference is invented',
        'The article was withdrawn',
        'Your library is out of date',
      ],
      right: 0,
      why: 'Models invent references that look right. Open every reference before you use it.',
    },
    {
      question: 'May you have it rank applications for a post, if a person decides in the end?',
      answers: ['Yes, as a person decides', 'Yes, without the names', 'No'],
      right: 2,
      why: 'Ranking candidates is a high-risk use under annex III of the AI Act, and the charter proscribes it. Removing names or deciding yourself does not change that.',
    },
    {
      question: 'Which data may go into a question?',
      answers: [
        'What the task needs and you are allowed to share with the institute’s tools',
        'Anything, as it stays inside',
        'Only public data',
      ],
      right: 0,
      why: 'It stays on the institute’s machines, but rules on personal, health and confidential data still hold. Give what the task needs and no more.',
    },
    {
      question: 'Asked the same thing twice, it answers differently. Why?',
      answers: [
        'It learnt from your first question',
        'There is chance in the choice of words',
        'Somebody changed the answer',
      ],
      right: 1,
      why: 'Words are drawn from what is likely. Nothing you write trains a model. A different answer is a good reason to check.',
    },
    {
      question: 'You publish a text that it helped to write. Who answers for it?',
      answers: ['The institute’s IT service', 'The maker of the model', 'You'],
      right: 2,
      why: 'Whoever uses a text answers for it: read it, check it, and say that an AI helped where that is asked.',
    },
  ],
  fr: [
    {
      question: 'Comment ARGO arrive-t-il à une réponse ?',
      answers: [
        'Il cherche des faits dans une base de données',
        'Il calcule des mots probables, l’un après l’autre',
        'Un collègue la rédige',
      ],
      right: 1,
      why: 'Un modèle de langage continue un texte par ce qui est probable. Il ne cherche rien, sauf dans les documents que vous lui donnez, et probable ne veut pas dire vrai.',
    },
    {
      question: 'Une réponse cite un article introuvable. Le plus probable ?',
      answers: [
        'La référence est inventée',
        'L’article a été retiré',
        'Votre bibliothèque n’est pas à jour',
      ],
      right: 0,
      why: 'Les modèles inventent des références vraisemblables. Ouvrez chaque référence avant de l’utiliser.',
    },
    {
      question: 'Peut-on lui faire classer des candidatures si une personne décide à la fin ?',
      answers: ['Oui, puisqu’une personne décide', 'Oui, sans les noms', 'Non'],
      right: 2,
      why: 'Classer des candidats est un usage à haut risque selon l’annexe III du règlement sur l’IA, et la charte le proscrit. Ôter les noms ou décider soi-même n’y change rien.',
    },
    {
      question: 'Quelles données peut-on mettre dans une question ?',
      answers: [
        'Ce dont la tâche a besoin et que l’on a le droit de confier aux outils de l’institut',
        'Tout, puisque cela reste dans l’institut',
        'Seulement des données publiques',
      ],
      right: 0,
      why: 'Cela reste sur les machines de l’institut, mais les règles sur les données personnelles, de santé ou confidentielles valent toujours. Donnez ce dont la tâche a besoin, sans plus.',
    },
    {
      question: 'À la même question posée deux fois, il répond différemment. Pourquoi ?',
      answers: [
        'Il a appris de votre première question',
        'Il y a du hasard dans le choix des mots',
        'Quelqu’un a modifié la réponse',
      ],
      right: 1,
      why: 'Les mots sont tirés parmi les plus probables. Rien de ce que vous écrivez n’entraîne un modèle. Une réponse différente est une bonne raison de vérifier.',
    },
    {
      question: 'Vous publiez un texte qu’il a aidé à écrire. Qui en répond ?',
      answers: ['Le service informatique de l’institut', 'Le fabricant du modèle', 'Vous'],
      right: 2,
      why: 'Qui utilise un texte en répond : lisez-le, vérifiez-le, et dites qu’une IA a aidé là où on le demande.',
    },
  ],
};
