import { figure, inLanguages } from './language.svelte.ts'

/** Creating a workspace, what it is called, and its end. */
export const workspaces = inLanguages({
  en: {
    settings: 'Settings',
    settingsWhy: (workspace: string) => `What ${workspace} is called, and where it is found.`,
    managedBy: (workspace: string) => `The Owner and Admins of ${workspace} manage its settings.`,
    createTitle: 'Create a workspace',
    createText: 'Its members, settings and data are its own. Seats come from your plan.',
    create: 'Create Workspace',
    name: 'Workspace Name',
    nameExample: 'Acme Düsseldorf',
    handle: 'Workspace Handle',
    nameAndHandle: 'Name and handle',
    use: (handle: string) => `Use ${handle}`,
    available: (handle: string) => `${handle} is available.`,
    checking: 'Checking…',
    currentHandle: 'The address of this workspace. Links to a former handle keep working until somebody else takes it.',
    generated: 'Generated from the name until you edit it.',
    reserved: 'This handle is reserved.',
    taken: 'This handle is taken.',
    unusable: 'This handle cannot be used.',
    deleteTitle: 'Delete this workspace',
    delete: 'Delete workspace',
    isDefault: 'This is your default workspace. It cannot be deleted.',
    hasAgents: (agents: number) =>
      `It has ${agents === 1 ? 'an agent' : `${figure(agents)} agents`}. A workspace can be deleted once it has none.`,
    deleteWhat:
      'Its members, invitations and history are removed for good, and its seats come free. Everybody in it is moved away.',
  },
  de: {
    settings: 'Einstellungen',
    settingsWhy: (workspace: string) => `Wie ${workspace} heißt und wo es zu finden ist.`,
    managedBy: (workspace: string) => `Owner und Admins von ${workspace} verwalten die Einstellungen.`,
    createTitle: 'Workspace erstellen',
    createText: 'Mitglieder, Einstellungen und Daten gehören ihm allein. Plätze kommen aus deinem Tarif.',
    create: 'Workspace erstellen',
    name: 'Name des Workspace',
    nameExample: 'Acme Düsseldorf',
    handle: 'Handle des Workspace',
    nameAndHandle: 'Name und Handle',
    use: (handle: string) => `${handle} verwenden`,
    available: (handle: string) => `${handle} ist frei.`,
    checking: 'Wird geprüft …',
    currentHandle:
      'Die Adresse dieses Workspace. Links mit einem früheren Handle gelten weiter, bis jemand anderes ihn nimmt.',
    generated: 'Entsteht aus dem Namen, bis du ihn änderst.',
    reserved: 'Dieser Handle ist reserviert.',
    taken: 'Dieser Handle ist vergeben.',
    unusable: 'Dieser Handle ist nicht möglich.',
    deleteTitle: 'Diesen Workspace löschen',
    delete: 'Workspace löschen',
    isDefault: 'Das ist dein Standard-Workspace. Er lässt sich nicht löschen.',
    hasAgents: (agents: number) =>
      `Er hat ${agents === 1 ? 'einen Agenten' : `${figure(agents)} Agenten`}. Löschen lässt er sich erst, wenn er keinen mehr hat.`,
    deleteWhat:
      'Mitglieder, Einladungen und Verlauf werden endgültig gelöscht, und die Plätze werden frei. Wer gerade hier ist, wird woandershin gebracht.',
  },
})
