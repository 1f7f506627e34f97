// What both sides of the Messenger know, without the schemas: they are most of what a visitor's page would have to load.

/** Where visitors connect to; members connect elsewhere, by their session. */
export const visitorSocketPath = '/api/messenger/socket.io'
/** The most characters that a visitor writes at once. */
export const mostVisitorText = 4_000
