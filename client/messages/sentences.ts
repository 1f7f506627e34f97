/**
 * What the server and the schemas say, in German. `{}` stands for what changes from one to the next; of several that fit
 * the first counts.
 */
export const sentencesInGerman: Readonly<Record<string, string>> = {
  'Enter a name.': 'Gib einen Namen ein.',
  'Enter a title.': 'Gib einen Titel ein.',
  'Enter a question.': 'Gib eine Frage ein.',
  'Enter some text.': 'Gib einen Text ein.',
  'Enter what to look for.': 'Gib ein, wonach gesucht werden soll.',
  'Write something.': 'Schreib etwas.',
  'Use at most {} characters.': 'Höchstens {} Zeichen.',
  'Use at least {} characters.': 'Mindestens {} Zeichen.',
  'Use a text of at most {} characters.': 'Der Text darf höchstens {} Zeichen haben.',
  'Remove control or invisible characters.': 'Entferne Steuerzeichen und unsichtbare Zeichen.',
  'Remove characters that cannot be typed.': 'Entferne Zeichen, die sich nicht tippen lassen.',
  'Remove characters that cannot be stored.': 'Entferne Zeichen, die sich nicht speichern lassen.',
  'Enter an email address like ada@example.com.': 'Gib eine E-Mail-Adresse wie ada@example.com ein.',
  'Enter an email address without spaces or accents, like ada@example.com.':
    'Gib eine E-Mail-Adresse ohne Leerzeichen und Akzente ein, wie ada@example.com.',
  'Enter a shorter email address.': 'Gib eine kürzere E-Mail-Adresse ein.',
  'Enter an address like {}.': 'Gib eine Adresse wie {} ein.',
  'Enter a shorter address.': 'Gib eine kürzere Adresse ein.',
  'Leave out the sign-in.': 'Lass Benutzername und Passwort weg.',
  'Use a to z, 0 to 9 and single hyphens between them.': 'Nimm a bis z, 0 bis 9 und einzelne Bindestriche dazwischen.',
  'Choose a handle that does not start with "xn-".': 'Wähle einen Handle, der nicht mit „xn-“ beginnt.',
  'This handle is reserved.': 'Dieser Handle ist reserviert.',
  'This handle is reserved. Choose another one.': 'Dieser Handle ist reserviert. Wähle einen anderen.',
  'This handle is taken.': 'Dieser Handle ist vergeben.',
  'This handle is taken. Choose another one.': 'Dieser Handle ist vergeben. Wähle einen anderen.',
  'This handle cannot be used.': 'Dieser Handle ist nicht möglich.',
  'Choose at least one scope.': 'Wähle mindestens ein Recht.',
  'Give a name, an email address or an id.': 'Gib Namen, E-Mail-Adresse oder ID an.',
  'Leave a name, an email address or an id.': 'Lass Namen, E-Mail-Adresse oder ID stehen.',
  'Give a name or an email address.': 'Gib Namen oder E-Mail-Adresse an.',
  'Give a name or a handle.': 'Gib einen Namen oder Handle an.',
  'Give something to change.': 'Gib an, was sich ändern soll.',
  'Give a web address: this integration goes to Slack.': 'Gib eine Webadresse an: Diese Integration geht an Slack.',
  'Give an email address: this integration sends emails.':
    'Gib eine E-Mail-Adresse an: Diese Integration sendet E-Mails.',
  'Use a colour like #5654cf.': 'Nimm eine Farbe wie #5654cf.',
  'Name at most {} sites.': 'Nenne höchstens {} Websites.',
  'Choose a plan, or add seats: there is nothing to pay for.':
    'Wähle einen Tarif oder füge Plätze hinzu: Noch gibt es nichts zu bezahlen.',
  'Choose a member who may reply.': 'Wähle ein Mitglied, das antworten darf.',

  'This is your address already.': 'Das ist schon deine Adresse.',
  'This is not your password.': 'Das ist nicht dein Passwort.',
  'This password is easy to guess. Choose another one.': 'Dieses Passwort ist leicht zu erraten. Wähle ein anderes.',
  'This email already has an account.': 'Diese E-Mail hat schon ein Konto.',
  'This email already has an account. Sign in instead.': 'Diese E-Mail hat schon ein Konto. Melde dich stattdessen an.',
  'Sign in instead.': 'Melde dich stattdessen an.',
  'Sign in to accept this invitation.': 'Melde dich an, um diese Einladung anzunehmen.',
  'Too many people are signing in right now. Try again in a moment.':
    'Gerade melden sich zu viele an. Versuche es gleich noch einmal.',
  'You are waiting for a seat in {} by an invitation to your present address. Change it once you are in.':
    'Du wartest auf einen Platz in {}, über eine Einladung an deine jetzige Adresse. Ändere sie, sobald du drin bist.',
  'Others are members of {}. Remove them, or delete the workspace, before you delete your account.':
    'Andere sind Mitglieder von {}. Entferne sie oder lösche den Workspace, bevor du dein Konto löschst.',
  'Delete the agents of {} before you delete your account.': 'Lösche die Agenten von {}, bevor du dein Konto löschst.',
  'Delete the agents of this workspace first.': 'Lösche zuerst die Agenten dieses Workspace.',
  'The role of the Owner cannot be changed.': 'Die Rolle des Owners lässt sich nicht ändern.',
  'This person is already a member of the workspace.': 'Diese Person ist schon Mitglied dieses Workspace.',
  'This invitation has expired, so there is nothing to decline.':
    'Diese Einladung ist abgelaufen, also gibt es nichts abzulehnen.',
  'This address already has an open invitation.': 'Diese Adresse hat schon eine offene Einladung.',
  'This person has asked not to be invited by you again.':
    'Diese Person möchte nicht noch einmal von euch eingeladen werden.',
  'There is one message.': 'Es gibt eine Nachricht.',
  'There are {} messages.': 'Es gibt {} Nachrichten.',
  'This is larger than can be sent here.': 'Das ist größer, als hier gesendet werden kann.',
  'Nothing was sent.': 'Es wurde nichts gesendet.',
  'That is too often. Try again in {} seconds.': 'Das ist zu oft. Versuche es in {} Sekunden noch einmal.',
  'That is too often. Try again in {} minutes.': 'Das ist zu oft. Versuche es in {} Minuten noch einmal.',
  'That is too often. Try again in {} hours.': 'Das ist zu oft. Versuche es in {} Stunden noch einmal.',
  'That is too often. Try again in {}.': 'Das ist zu oft. Versuche es später noch einmal.',
  'This took too long. If it changed something, it may have been done: look first.':
    'Das dauerte zu lange. Vielleicht wurde es trotzdem getan: Sieh zuerst nach.',
  'Use a picture of at most 5 MB.': 'Nimm ein Bild von höchstens 5 MB.',
  'Use a picture that is a PNG, JPEG, WebP or GIF of at most 16 megapixels.':
    'Nimm ein Bild als PNG, JPEG, WebP oder GIF mit höchstens 16 Megapixeln.',
  'Plan and seats are what was bought: use “Change plan” or “Manage billing”.':
    'Tarif und Plätze sind, was gekauft wurde: Nutze „Tarif wechseln“ oder „Abrechnung verwalten“.',
  'The payment page cannot be opened right now. Try again in a moment.':
    'Die Zahlungsseite lässt sich gerade nicht öffnen. Versuche es gleich noch einmal.',

  'A workspace has at most {} agents. Delete one first.':
    'Ein Workspace hat höchstens {} Agenten. Lösche zuerst einen.',
  'An agent has at most {} API keys. Revoke one first.':
    'Ein Agent hat höchstens {} API-Schlüssel. Widerrufe zuerst einen.',
  'An agent has at most {} integrations. Delete one first.':
    'Ein Agent hat höchstens {} Integrationen. Lösche zuerst eine.',
  'An agent has at most {} webhooks. Delete one first.': 'Ein Agent hat höchstens {} Webhooks. Lösche zuerst einen.',
  'A knowledge base has at most {} resources. Delete one first.':
    'Ein Agent hat höchstens {} Einträge an Wissen. Lösche zuerst einen.',
  'This is read from the page: change it there, then read the page again.':
    'Das steht so auf der Seite: Ändere es dort und lies sie dann neu ein.',
  'Only a page is read again.': 'Nur eine Webseite wird neu eingelesen.',
  'Another contact has this email address.': 'Ein anderer Kontakt hat diese E-Mail-Adresse.',
  'Another contact has this id.': 'Ein anderer Kontakt hat diese ID.',
  'Write in one of your conversations that are still open.': 'Schreib in einem deiner Gespräche, die noch offen sind.',
  'Too many conversations from your network are open here. Try again tomorrow.':
    'Aus deinem Netz sind hier zu viele Gespräche offen. Versuche es morgen noch einmal.',
  'You have said who you are already. Write what has changed.':
    'Du hast schon gesagt, wer du bist. Schreib, was sich geändert hat.',

  'The test could not be handed on. {}': 'Der Test konnte nicht zugestellt werden. {}',
  'It answered {}.': 'Die Antwort war {}.',
  'It answered 410 Gone: there is nobody any more who wants to be told.':
    'Die Antwort war 410 Gone: Dort will niemand mehr etwas erfahren.',
  'The mail server did not take the email.': 'Der Mailserver hat die E-Mail nicht angenommen.',
  'More than {} conversations began within an hour: no emails tell of the others.':
    'In einer Stunde begannen mehr als {} Gespräche: Von den anderen erzählt keine E-Mail.',
  'Only web addresses can be reached.': 'Nur Webadressen sind erreichbar.',
  'It could not be connected to within 5 seconds.': 'In 5 Sekunden kam keine Verbindung zustande.',
  'It did not answer within 10 seconds.': 'In 10 Sekunden kam keine Antwort.',
  'Its answer is longer than {} kB.': 'Die Antwort ist länger als {} kB.',
  'Its name could not be looked up.': 'Der Name ließ sich nicht nachschlagen.',
  'There is no server of that name.': 'Einen Server dieses Namens gibt es nicht.',
  'It refused the connection.': 'Die Verbindung wurde abgelehnt.',
  'It ended the connection before it had answered.': 'Die Verbindung endete vor der Antwort.',
  'It cannot be reached.': 'Das Ziel ist nicht erreichbar.',
  'It is not on the public internet.': 'Das Ziel liegt nicht im öffentlichen Internet.',
  'Its certificate is not valid.': 'Das Zertifikat ist ungültig.',
  'It did not answer in a way that could be understood.': 'Die Antwort war nicht zu verstehen.',
  'It is not a page of text.': 'Das ist keine Seite mit Text.',
  'It came compressed, which was not asked for.': 'Die Seite kam ungefragt komprimiert.',
  'It sends its readers on more than 5 times.': 'Die Seite leitet mehr als fünfmal weiter.',
  'It sends its readers on to no web address.': 'Die Seite leitet an keine Webadresse weiter.',
  'There is no such page (404).': 'Diese Seite gibt es nicht (404).',
  'It may not be read without signing in ({}).': 'Ohne Anmeldung darf die Seite nicht gelesen werden ({}).',
  'Its server answered with the status {}.': 'Der Server antwortete mit dem Status {}.',
  'Something went wrong here while it was read. Have it read again later.':
    'Beim Lesen ist hier etwas schiefgegangen. Lass die Seite später noch einmal lesen.',
  'There is no text on it that can be read.': 'Auf der Seite steht kein lesbarer Text.',
  'It is built in a way that cannot be read.': 'Die Seite ist so gebaut, dass sie sich nicht lesen lässt.',
}
