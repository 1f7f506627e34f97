import { inLanguages } from './language.svelte.ts'

/** What somebody is told of the agent that they look at. */
export const agentNews = inLanguages({
  en: {
    keyCreated: (actor: string, key: string) => `${actor} created the API key ${key}.`,
    keyRevoked: (actor: string, key: string) => `${actor} revoked the API key ${key}.`,
    ofThisAgent: 'of this agent',
    webhookDeleted: (actor: string, host: string) => `${actor} deleted the webhook to ${host}.`,
    integrationDeleted: (actor: string, name: string) => `${actor} deleted the integration ${name}.`,
  },
  de: {
    keyCreated: (actor: string, key: string) => `${actor} hat den API-Schlüssel ${key} erstellt.`,
    keyRevoked: (actor: string, key: string) => `${actor} hat den API-Schlüssel ${key} widerrufen.`,
    ofThisAgent: 'dieses Agenten',
    webhookDeleted: (actor: string, host: string) => `${actor} hat den Webhook zu ${host} gelöscht.`,
    integrationDeleted: (actor: string, name: string) => `${actor} hat die Integration ${name} gelöscht.`,
  },
})
