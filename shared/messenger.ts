// What both sides of the Messenger know, without the schemas: they are most of what a visitor's page would have to load.

/** Where visitors connect to; members connect elsewhere, by their session. */
export const visitorSocketPath = '/api/messenger/socket.io'
/** The most characters that a visitor writes at once. */
export const mostVisitorText = 4_000

/** In milliseconds: how often whoever types says so again, how soon after the last letter they do not, and how long it counts. */
export const typingPace = { again: 2_500, idle: 5_000, lasts: 6_000 }
