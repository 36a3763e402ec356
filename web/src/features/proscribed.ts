/**
 * Notices questions that look like uses the charter proscribes: ranking candidates, judging a
 * person's work, grading copies (AI Act, annex III, 3 and 4). It runs in the page alone: nothing
 * is sent, kept or counted, and the person decides.
 *
 * It looks for an act of judging next to what is judged, within one sentence, and holds its
 * tongue where the words are a science's own: candidate genes, Student's test, copy numbers.
 */

export type Proscribed = 'candidates' | 'people' | 'grading';

type Rule = { acts: RegExp; things: RegExp; not?: RegExp; also?: RegExp };

/** How far an act may stand from its thing, in characters. */
const NEAR = 90;
/** A request stands at the beginning or the end of what is pasted, not within. */
const LOOKED_AT = 1200;

const words = (...each: string[]) => new RegExp(`\\b(?:${each.join('|')})`, 'g');

const HIRING =
  /\b(?:postes?|poste a pourvoir|emploi|embauch\w*|recrut\w*|concours|stages?|stagiaires?|alternan\w*|doctorants?|these|contrat doctoral|post-?docs?|postdoctoral|entretiens?|motivation|profils?|cvs?|curriculum|dossiers?|candidatures?|jury|jobs?|positions?|posts?|hir(?:e|ing)|recruit\w*|interview\w*|resumes|cover letters?|vacanc\w*|internships?|phd|applicants?|engineer|technician|assistant|fellowship)\b/;

const SCIENCE_CANDIDATES =
  /\b(?:genes?|genique|alleles?|loci|locus|snps?|variants?|biomarqueurs?|biomarkers?|marqueurs?|markers?|molecules?|composes?|compounds?|medicaments?|drugs?|vaccins?|vaccines?|proteines?|proteins?|peptides?|enzymes?|cibles?|targets?|souches?|strains?|especes|species|materiaux|materials?|galaxies|exoplanet\w*|planetes|planets?|etoiles|stars?|supernova\w*|transients?|sites?|parcelles?|modeles?|models?|algorithm\w*|hypotheses|sequences?|primers?|amorces?|anticorps|antibod\w*|catalys\w*|election|elections|electora\w*|vote\w*|presidentiel\w*|varietes?|cultivars?|lignees|features?|parametr\w*|explications?|explanations?|mutations?|motifs?|solutions?|reactions?|ligands?|probiotic\w*)\b/;

const RULES: Record<Proscribed, Rule[]> = {
  candidates: [
    {
      acts: words(
        'class(?:e|er|ez|ement|es)\\b',
        'tri(?:e|er|ez)\\b',
        'hierarchis\\w+',
        'departag\\w+',
        'preselection\\w*',
        'selectionn\\w+',
        'reten(?:ir|ez)|retiens',
        'ecart(?:e|er|ez)\\b',
        'elimin\\w+',
        'compar(?:e|er|ez|aison)\\b',
        'evalu(?:e|er|ez|ation)\\b',
        'not(?:e|er|ez)\\b(?! que)',
        'jug(?:e|er|ez)\\b',
        'filtr(?:e|er|ez)\\b',
        'choisi\\w*',
        'meilleure?s?\\b',
        'le plus adapte',
        'lequel|laquelle|lesquels',
        'qui (?:recruter|embaucher|choisir|retenir|inviter)',
        'rank(?:ing)?\\b',
        'sort(?:ing)?\\b',
        'short-?list\\w*',
        'select\\b',
        'screen\\b',
        'scor(?:e|es|ing)\\b',
        'rat(?:e|ing)\\b',
        'evaluate',
        'assess\\b',
        'compare\\b',
        'filter\\b',
        'reject\\b',
        'pick\\b',
        'choose\\b',
        'best\\b',
        'strongest\\b',
        'which\\b',
        'who (?:should|to) (?:be )?(?:hire|hired|invite|invited|interview)',
      ),
      things: words(
        '(?:candidat(?:e|s|es)?)\\b',
        'candidatures?\\b',
        'postulant(?:e|s|es)?\\b',
        '(?:les|ces|des|leurs|\\d+|deux|trois|quatre|cinq|dix) cvs?\\b',
        'cvs? (?:recus?|suivants?|ci-dessous|joints?|des candidat\\w*)',
        'curriculum vitae\\b',
        'lettres? de motivation\\b',
        'applicants?\\b',
        'candidates?\\b',
        '(?:job|these|the|phd|internship) applications?\\b',
        '(?:these|the|following|attached|\\d+|two|three|four|five|ten|of) (?:cvs|resumes)\\b',
        'cover letters?\\b',
      ),
      also: HIRING,
      not: new RegExp(
        SCIENCE_CANDIDATES.source +
          '|\\b(?:ma candidature|ma lettre de motivation|mon cv|mon dossier|my (?:own )?(?:cv|resume|application|cover letter|fellowship|grant)|appels? a projets?|grant applications?|erc|anr|marie curie|template|modele de lettre|coefficients? de variation|coefficient of variation|validation croisee|cross-validation|voltamm\\w+)\\b',
      ),
    },
  ],
  people: [
    {
      acts: words(
        'evalu(?:e|er|ez|ation|ations)\\b',
        'not(?:e|er|ez)\\b(?! que)',
        'jug(?:e|er|ez)\\b',
        'appreci(?:e|er|ation|ations)\\b',
        'class(?:e|er|ez)\\b',
        'compar(?:e|er|ez)\\b',
        'merit(?:e|ent)\\b',
        'sanction\\w*',
        'licenci(?:er|ement|e)\\b',
        'avertissement\\b',
        'rat(?:e|ing)\\b',
        'rank\\b',
        'evaluate',
        'assess\\b',
        'judge\\b',
        'score\\b',
        'apprais\\w+',
        'performance review',
        'compare\\b',
        'promot(?:e|ed|ion)\\b',
        'dismiss\\b',
        'fire\\b',
        'deserves?\\b',
        'underperform\\w*',
      ),
      things: words(
        '(?:mon|ma|mes|notre|nos|cet|cette|ces|chaque|un de mes|l.un de mes|quel|quelle|quels|quelles|deux|trois|quatre|cinq|six) (?:\\w+ )?(?:collegues?|agents?|salarie\\w*|employe\\w*|subordonne\\w*|collaborat(?:eur|rice)\\w*|stagiaires?|apprenti\\w*|doctorant\\w*|postdoc\\w*|technicien\\w*|ingenieur\\w*|assistante?s?|gestionnaires?|secretaires?|membres? de (?:mon|l.) ?equipe)\\b',
        '(?:travail|performances?|resultats|productivite|implication|valeur) (?:annuel\\w* )?(?:de|d.|des) (?:mon|ma|mes|cet|cette|ces|nos|notre|chaque) (?:collegue|agent|salarie|employe|subordonne|collaborat|stagiaire|apprenti|doctorant|postdoc|technicien|ingenieur|assistant|gestionnaire|secretaire|equipe)\\w*',
        '(?:my|our|this|these|each|which|the two|two of my|one of my|three of my) (?:\\w+ )?(?:employees?|colleagues?|co-?workers?|staff members?|direct reports?|subordinates?|interns?|trainees?|technicians?|engineers?|postdocs?|phd students?|assistants?|secretar(?:y|ies)|team members?)\\b',
        '(?:employees?|colleagues?|technicians?|interns?|postdocs?|staff|team)(?:.s)? (?:annual |yearly )?(?:performance|work|productivity|evaluation|appraisal)\\b',
      ),
      not: /\b(?:mon propre|mon travail|my own|auto-?evaluation|self-?assessment|self-?evaluation|agents? (?:pathogen\w*|infecti\w*|chimi\w*|viral|virau\w*|conversationnel\w*|therapeuti\w*|contrast\w*|biologi\w*|antimicrob\w*)|pathogen\w* agents?|questionnaire|enquete|survey|satisfaction|risques? (?:psycho|chimi|biolog)\w*|exposition|exposure|ergonom\w*|formation de|besoins? (?:en|de) formation|training needs|training of|article de|paper by|draft of|brouillon|relecture|proofread\w*|protocole de|protocol of|script de|script of|code de|code of|data of|donnees de)\b/,
    },
    {
      acts: words(
        'redig\\w+',
        'ecri(?:s|re|vez)\\b',
        'prepar\\w+',
        'rempli\\w*',
        'fais|faire',
        'write\\b',
        'draft\\b',
        'fill in\\b',
        'prepare\\b',
        'do\\b',
      ),
      things: words(
        '(?:l.|les |des |son |sa |leurs? |ses )(?:entretiens? (?:annuel|professionnel|d.evaluation)\\w*|evaluations? annuelles?|compte-?rendus? d.entretiens? (?:annuel|professionnel|d.evaluation)\\w*|appreciations? (?:annuelles?|litterales?))(?: \\w+)* (?:de|d.|des) (?:mon|ma|mes|cet|cette|nos|agents?|un|une)\\b',
        '(?:annual|yearly|performance) (?:review|appraisal|evaluation)s? (?:of|for) (?:my|an?|our|this|the|each)\\b',
        '(?:avertissement|blame|lettre de licenciement|rapport disciplinaire)\\b',
        '(?:dismissal letter|disciplinary (?:report|letter)|warning letter)\\b',
      ),
      not: /\b(?:mon entretien|my own|for myself|definition|qu.est-ce)\b/,
    },
  ],
  grading: [
    {
      acts: words(
        'corrig(?:e|er|ez)\\b',
        'not(?:e|er|ez|ation)\\b(?! que)',
        'notes? (?:sur|/) ?(?:10|20|100)',
        'une note\\b',
        'evalu(?:e|er|ez)\\b',
        'class(?:e|er|ez)\\b',
        'jug(?:e|er|ez)\\b',
        'grad(?:e|es|ing)\\b',
        'mark(?:s|ing)?\\b',
        'scor(?:e|es|ing)\\b',
        'rank\\b',
        'evaluate',
        'assess\\b',
        'pass or fail',
        'out of (?:10|20|100)',
      ),
      things: words(
        '(?:ces|les|cette|la|leurs?|\\d+|des) copies?\\b(?: d.examen| d.etudiant\\w*| de \\w+)?',
        'copies? (?:d.examen|d.etudiant\\w*|des etudiant\\w*|d.eleves?|de (?:l.|mes |mon )\\w+)',
        '(?:devoirs?|dissertations?|partiels?|examens?|rendus?|rapports?|memoires?|travaux|projets?|reponses?|exposes?|tp|soutenances?) (?:de stage |de master |de fin d.etudes )?(?:de|d.|des) (?:(?:mes|cet|cette|ces|mon|l.|deux|trois) ?)?(?:etudiant|eleve|doctorant|stagiaire|licence|l[123]\\b|m[12]\\b|master)\\w*',
        '(?:mes|ces|cet|mon|des|les) (?:etudiant|eleve)\\w*',
        'students?(?:.s|.)? (?:\\w+ )?(?:essays?|exams?|papers?|work|reports?|thes[ie]s|answers?|submissions?|homework|assignments?|projects?|scripts?|presentations?)\\b',
        '(?:essays?|exams?|papers?|reports?|thes[ie]s|answers?|submissions?|homework|assignments?|projects?|exam scripts?|presentations?) (?:of|by|from|written by) (?:my|our|this|these|the|a|each|first.year|second.year|master|phd|\\d+) ?(?:\\w+ )?students?\\b',
        '(?:these|this|the following|my students.|\\d+) (?:\\w+ )?(?:essays|exams|exam papers|exam scripts|homeworks|assignments|midterms?|coursework)\\b',
      ),
      not: /\b(?:student.?s? t\b|t-?test|test (?:t )?de student|loi de student|student distribution|copies? (?:d.adn|d.arn|du gene|de genes?|du genome|par cellule|virales?|de sauvegarde|numeriques?|number)|nombre de copies|copy number|genes?|genome|tumou?rs?|gleason|sujet d.examen|exam questions? (?:for|on)|orthograph\w*|grammai?r\w*|spelling|fautes|anglais de|proofread\w*|recrut\w*|recapture|biomark\w*|(?:mon|my) (?:memoire|rapport|devoir|thesis|dissertation|essay)|questionnaire|survey|enquete|sond\w+|literature|cohorte?|essai clinique|clinical|examens? (?:clinique|medica|biologi|radiolog|sanguin|comptable)\w*|etats? de l.art)\b/,
    },
  ],
};

/** What `text` looks like that the charter proscribes, null for anything else. */
export function proscribed(text: string): Proscribed | null {
  const plain = simplified(text);
  const sentences = looked(plain).split(/[.!?;\n]+/);
  for (const [kind, rules] of Object.entries(RULES) as [Proscribed, Rule[]][]) {
    if (rules.some((rule) => sentences.some((each) => holds(rule, each, plain)))) return kind;
  }
  return null;
}

function holds(rule: Rule, sentence: string, all: string): boolean {
  if (rule.not?.test(sentence)) return false;
  const things = [...sentence.matchAll(rule.things)];
  if (!things.length) return false;
  const near = [...sentence.matchAll(rule.acts)].some((act) =>
    things.some((thing) => !overlap(act, thing) && gap(act, thing) <= NEAR),
  );
  return near && (rule.also?.test(all) ?? true);
}

function gap(one: RegExpExecArray, other: RegExpExecArray): number {
  const [first, last] = one.index < other.index ? [one, other] : [other, one];
  return last.index - (first.index + first[0].length);
}

function overlap(one: RegExpExecArray, other: RegExpExecArray): boolean {
  return gap(one, other) < 0;
}

function looked(plain: string): string {
  if (plain.length <= 2 * LOOKED_AT) return plain;
  return `${plain.slice(0, LOOKED_AT)}\n${plain.slice(-LOOKED_AT)}`;
}

/** Lower case, without accents, with plain apostrophes: how people type in a hurry. */
function simplified(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .replace(/[’‘`]/g, "'")
    .replace(/\s*\n\s*/g, '\n')
    .toLowerCase();
}
