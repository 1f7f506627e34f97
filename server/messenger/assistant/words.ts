import type { Language } from '#shared/languages.ts'

/** What the Assistant says by itself, in the language of the agent. */
type Words = { source: string; nothing: string; askPerson: string }

const words: Readonly<Record<Language, Words>> = {
  ar: { source: 'المصدر:', nothing: 'لم أجد شيئًا عن ذلك.', askPerson: 'اطلب التحدث إلى شخص، وسيرد عليك الفريق هنا.' },
  da: { source: 'Kilde:', nothing: 'Det har jeg ikke fundet noget om.', askPerson: 'Bed om en person, så svarer teamet dig her.' },
  nl: { source: 'Bron:', nothing: 'Daarover heb ik niets gevonden.', askPerson: 'Vraag om een persoon, dan antwoordt het team je hier.' },
  en: { source: 'Source:', nothing: 'I have found nothing about that.', askPerson: 'Ask for a person, and the team will answer you here.' },
  fi: { source: 'Lähde:', nothing: 'En löytänyt siitä mitään.', askPerson: 'Pyydä ihmistä, niin tiimi vastaa sinulle tässä.' },
  fr: { source: 'Source :', nothing: 'Je n’ai rien trouvé à ce sujet.', askPerson: 'Demandez une personne, et l’équipe vous répondra ici.' },
  de: { source: 'Quelle:', nothing: 'Dazu habe ich nichts gefunden.', askPerson: 'Fragen Sie nach einem Menschen, dann antwortet Ihnen das Team hier.' },
  el: { source: 'Πηγή:', nothing: 'Δεν βρήκα κάτι σχετικό.', askPerson: 'Ζητήστε έναν άνθρωπο και η ομάδα θα σας απαντήσει εδώ.' },
  hu: { source: 'Forrás:', nothing: 'Erről nem találtam semmit.', askPerson: 'Kérjen egy munkatársat, és a csapat itt válaszol Önnek.' },
  it: { source: 'Fonte:', nothing: 'Non ho trovato nulla in merito.', askPerson: 'Chieda di una persona e il team le risponderà qui.' },
  no: { source: 'Kilde:', nothing: 'Det har jeg ikke funnet noe om.', askPerson: 'Be om en person, så svarer teamet deg her.' },
  pt: { source: 'Fonte:', nothing: 'Não encontrei nada sobre isso.', askPerson: 'Peça uma pessoa, e a equipa responde-lhe aqui.' },
  ro: { source: 'Sursa:', nothing: 'Nu am găsit nimic despre asta.', askPerson: 'Cereți o persoană, iar echipa vă va răspunde aici.' },
  ru: { source: 'Источник:', nothing: 'Об этом я ничего не нашёл.', askPerson: 'Попросите человека, и команда ответит вам здесь.' },
  es: { source: 'Fuente:', nothing: 'No he encontrado nada sobre eso.', askPerson: 'Pida una persona y el equipo le responderá aquí.' },
  sv: { source: 'Källa:', nothing: 'Jag hittade inget om det.', askPerson: 'Be om en person, så svarar teamet dig här.' },
  tr: { source: 'Kaynak:', nothing: 'Bununla ilgili bir şey bulamadım.', askPerson: 'Bir kişiyle görüşmek isteyin, ekip size buradan yanıt verir.' },
  xx: { source: 'Source:', nothing: 'I have found nothing about that.', askPerson: 'Ask for a person, and the team will answer you here.' },
} // prettier-ignore

export function wordsOf(language: Language): Words {
  return words[language]
}
