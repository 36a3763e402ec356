import type { Language } from './words.svelte';

/** One part of the accessibility statement. */
export type Part = { title: string; text?: string; items?: string[] };

/** The date on which both texts were last looked through: change it with them. */
export const STATED = '2026-11-27';

/** The accessibility statement, as RGAA 4.1 asks for it; loaded when its page is opened. */
export const STATEMENT: Record<Language, { aim: string; parts: Part[] }> = {
  en: {
    aim: '{institution} undertakes to make its digital services accessible, as article 47 of French law 2005-102 of 11 February 2005 asks. This statement is about ARGO, the assistant at this address.',
    parts: [
      {
        title: 'State of conformity',
        text: 'ARGO is not conformant with RGAA 4.1: no audit by people has been made yet, and without one no other state may be claimed. It is built to meet RGAA 4.1 and WCAG 2.2 level AA, and automatic checks and keyboard tests run at each change.',
      },
      {
        title: 'What was checked',
        items: [
          'axe finds nothing serious on the empty page, while an answer comes, on a failure and in a long conversation, in both themes, high contrast and both languages; nor on the other pages.',
          'From signing in to deleting a conversation everything is done by keyboard alone, and the focus is never lost.',
          'Answers are announced politely, sentence by sentence, and so is what they wait for.',
          'Nothing is cut off at 320 pixels of width or at twice the text size.',
          'Nothing moves when less motion is asked for; mathematics is MathML; diagrams have their words as text.',
        ],
      },
      {
        title: 'What falls short',
        items: [
          'Answers are written by a model: their headings, tables, links and diagrams may be badly structured or badly named (RGAA criteria 1.1, 5.1, 6.1, 9.1).',
          'A part of an answer in another language is not marked as such (criterion 8.7).',
          'Wide tables, long lines of code and large diagrams scroll sideways in a box of their own.',
          'The page was not yet tried by people with the screen readers NVDA, JAWS and VoiceOver.',
        ],
      },
      {
        title: 'Derogations and what is exempt',
        text: 'No derogation for disproportionate burden is claimed. Documents that people bring themselves are not covered.',
      },
      {
        title: 'How this statement was made',
        text: 'By the makers of ARGO, from their own tests. Technologies: HTML, CSS, JavaScript, MathML, SVG. Tested with Chromium 150 on Linux, keyboard, axe-core 4.14.',
      },
      {
        title: 'If something stops you',
        text: 'Tell the administrator of ARGO at {institution}, or your referent: it is a fault and will be treated as one. You will get what you need in another way meanwhile.',
      },
      {
        title: 'Where to turn to',
        text: 'If you told us of a barrier and got no satisfying answer, you can write to the Défenseur des droits (form on its site; its delegates in your department; or by post, without a stamp: Défenseur des droits, Libre réponse 71120, 75342 Paris CEDEX 07).',
      },
      {
        title: 'Plan for three years',
        items: [
          '2026: automatic checks at each change; this statement.',
          '2027: tests by people with NVDA, JAWS and VoiceOver; an audit of RGAA 4.1 by people outside; what it finds is mended within six months.',
          '2028: a second audit; this statement renewed; accessibility in the training of referents.',
        ],
      },
    ],
  },
  fr: {
    aim: '{institution} s’engage à rendre ses services numériques accessibles, conformément à l’article 47 de la loi n° 2005-102 du 11 février 2005. Cette déclaration porte sur ARGO, l’assistant à cette adresse.',
    parts: [
      {
        title: 'État de conformité',
        text: 'ARGO est non conforme au RGAA 4.1 : aucun audit humain n’a encore eu lieu, et sans audit aucun autre état ne peut être déclaré. ARGO est construit pour respecter le RGAA 4.1 et les WCAG 2.2 niveau AA ; des contrôles automatiques et des essais au clavier ont lieu à chaque modification.',
      },
      {
        title: 'Ce qui a été vérifié',
        items: [
          'axe ne trouve rien de sérieux sur la page vide, pendant une réponse, lors d’une erreur et dans une longue conversation, dans les deux thèmes, en contraste élevé et dans les deux langues ; ni sur les autres pages.',
          'De la connexion à la suppression d’une conversation, tout se fait au clavier seul, et le focus n’est jamais perdu.',
          'Les réponses sont annoncées sans interrompre, phrase par phrase, de même que ce qu’elles attendent.',
          'Rien n’est coupé à 320 pixels de large ni avec un texte deux fois plus grand.',
          'Rien ne bouge si l’on demande moins de mouvement ; les formules sont en MathML ; les diagrammes ont leurs mots en texte.',
        ],
      },
      {
        title: 'Contenus non accessibles',
        items: [
          'Les réponses sont écrites par un modèle : leurs titres, tableaux, liens et diagrammes peuvent être mal structurés ou mal nommés (critères RGAA 1.1, 5.1, 6.1, 9.1).',
          'Un passage de réponse dans une autre langue n’est pas indiqué comme tel (critère 8.7).',
          'Les tableaux larges, les longues lignes de code et les grands diagrammes défilent dans leur propre cadre.',
          'La page n’a pas encore été essayée par des personnes avec les lecteurs d’écran NVDA, JAWS et VoiceOver.',
        ],
      },
      {
        title: 'Dérogations et contenus non soumis',
        text: 'Aucune dérogation pour charge disproportionnée n’est invoquée. Les documents que chacun apporte ne sont pas soumis à cette obligation.',
      },
      {
        title: 'Établissement de cette déclaration',
        text: 'Par les auteurs d’ARGO, d’après leurs propres essais. Technologies : HTML, CSS, JavaScript, MathML, SVG. Essais avec Chromium 150 sous Linux, au clavier, et axe-core 4.14.',
      },
      {
        title: 'Retour d’information et contact',
        text: 'Si quelque chose vous bloque, dites-le à l’administrateur d’ARGO de {institution} ou à votre référent : c’est un défaut et il sera traité comme tel. En attendant, ce dont vous avez besoin vous sera donné autrement.',
      },
      {
        title: 'Voies de recours',
        text: 'Si vous avez signalé un défaut d’accessibilité sans obtenir de réponse satisfaisante, vous pouvez écrire au Défenseur des droits (formulaire sur son site ; ses délégués dans votre département ; ou par courrier gratuit, sans timbre : Défenseur des droits, Libre réponse 71120, 75342 Paris CEDEX 07).',
      },
      {
        title: 'Schéma pluriannuel',
        items: [
          '2026 : contrôles automatiques à chaque modification ; cette déclaration.',
          '2027 : essais par des personnes avec NVDA, JAWS et VoiceOver ; audit RGAA 4.1 par un tiers ; ce qu’il trouve est corrigé en six mois.',
          '2028 : second audit ; déclaration renouvelée ; l’accessibilité dans la formation des référents.',
        ],
      },
    ],
  },
};
