import { reader } from './words.svelte';

/** The words of *My data*: they come with its page, not at first load. */
const en = {
  conversations: 'Conversations',
  conversationsCount: '{conversations}, with {messages} messages',
  conversationsWhy:
    'So that you can read them again. Sealed with your own key: nobody else reads them.',
  untilDeleted: 'Until you delete them, or your account.',
  untilAccount: 'Until you delete your account.',
  untilDay: 'The last one ends by itself on {day} unless you use it.',
  files: 'Files',
  filesCount: '{files}, {size} in all',
  filesWhy: 'So that you can ask questions about them. Sealed with your own key.',
  collections: 'Projects and collections',
  collectionsCount: 'Projects: {projects}. Collections: {collections}.',
  collectionsWhy: 'So that your conversations and files stay in order.',
  keys: 'API keys',
  keysCount: '{keys} in use, {revoked} revoked',
  keysWhy: 'So that your programs are let in. Only a fingerprint of each key is kept.',
  sessions: 'My sessions',
  sessionsWhy: 'So that you stay signed in with these browsers.',
  usage: 'Use',
  usageCount: '{questions} questions on {days} days',
  usageWhy: 'To hold everybody to fair shares and to plan. Numbers only, never what was asked.',
  usageUntil: 'If you delete your account, the numbers stay without your name.',
  account: 'Account',
  accountWhy: 'Your name, your address, and the language you read in.',
  journal: 'Journal',
  journalWhy: 'That something was changed or refused, for security. Never what you wrote.',
  journalUntil: 'For the months your institution has chosen, 12 unless it says otherwise.',
  receipts: 'What was erased',
  receipt: '{conversations} conversations with {messages} messages, deleted {begun}.',
  receiptDone: 'Erased for good {when}.',
  receiptOpen: 'Being erased.',
  remove: 'Delete',
  deleteHow:
    'What you delete is out of reach at once, for you and everybody, and then erased for good. There is no way back.',
  deleteConversations: 'Delete all conversations',
  deleteConversationsSure:
    'Delete {conversations} conversations, with the files attached to them? This cannot be undone.',
  deleteAccount: 'Delete my account',
  deleteAccountSure:
    'Your conversations, files, keys and sessions are erased, and the key that opens them is destroyed. You are signed out everywhere. This cannot be undone.',
  deleteAccountType: 'Type {email} to confirm',
  deleteForGood: 'Delete for good',
};

const fr: typeof en = {
  conversations: 'Conversations',
  conversationsCount: '{conversations}, avec {messages} messages',
  conversationsWhy:
    'Pour que vous puissiez les relire. Scellées avec votre propre clé : personne d’autre ne les lit.',
  untilDeleted: 'Jusqu’à ce que vous les supprimiez, ou supprimiez votre compte.',
  untilAccount: 'Jusqu’à ce que vous supprimiez votre compte.',
  untilDay: 'La dernière prend fin d’elle-même le {day} si vous ne l’utilisez pas.',
  files: 'Fichiers',
  filesCount: '{files}, {size} en tout',
  filesWhy:
    'Pour que vous puissiez poser des questions à leur sujet. Scellés avec votre propre clé.',
  collections: 'Projets et collections',
  collectionsCount: 'Projets : {projects}. Collections : {collections}.',
  collectionsWhy: 'Pour que vos conversations et vos fichiers restent en ordre.',
  keys: 'Clés d’API',
  keysCount: '{keys} en service, {revoked} révoquées',
  keysWhy: 'Pour laisser entrer vos programmes. Seule une empreinte de chaque clé est conservée.',
  sessions: 'Mes sessions',
  sessionsWhy: 'Pour que vous restiez connecté avec ces navigateurs.',
  usage: 'Utilisation',
  usageCount: '{questions} questions sur {days} jours',
  usageWhy:
    'Pour un partage équitable et pour prévoir. Des nombres seulement, jamais ce qui a été demandé.',
  usageUntil: 'Si vous supprimez votre compte, les nombres restent, sans votre nom.',
  account: 'Compte',
  accountWhy: 'Votre nom, votre adresse, et la langue dans laquelle vous lisez.',
  journal: 'Journal',
  journalWhy:
    'Qu’une chose a été changée ou refusée, pour la sécurité. Jamais ce que vous avez écrit.',
  journalUntil: 'Pendant les mois que votre établissement a choisis, 12 sauf indication contraire.',
  receipts: 'Ce qui a été effacé',
  receipt: '{conversations} conversations avec {messages} messages, supprimées {begun}.',
  receiptDone: 'Effacées définitivement {when}.',
  receiptOpen: 'Effacement en cours.',
  remove: 'Supprimer',
  deleteHow:
    'Ce que vous supprimez est aussitôt hors d’atteinte, pour vous et pour tous, puis effacé définitivement. Il n’y a pas de retour.',
  deleteConversations: 'Supprimer toutes les conversations',
  deleteConversationsSure:
    'Supprimer {conversations} conversations, avec les fichiers qui y sont joints ? C’est irréversible.',
  deleteAccount: 'Supprimer mon compte',
  deleteAccountSure:
    'Vos conversations, fichiers, clés et sessions sont effacés, et la clé qui les ouvre est détruite. Vous êtes déconnecté partout. C’est irréversible.',
  deleteAccountType: 'Saisissez {email} pour confirmer',
  deleteForGood: 'Supprimer définitivement',
};

export type DataWord = keyof typeof en;

/** The text for `word` of *My data* in the reader's language, its {placeholders} filled. */
export function tell(word: DataWord, facts: Record<string, string> = {}): string {
  const text = { en, fr }[reader.language][word];
  return text.replace(/\{(\w+)\}/g, (_, name: string) => facts[name] ?? '');
}
