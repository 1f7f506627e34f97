import { z } from 'zod'

export const handleSchema = z
  .string()
  .max(48, 'Use at most 48 characters.')
  .min(3, 'Use at least 3 characters.')
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'Use a to z, 0 to 9 and single hyphens between them.')
  .refine((handle) => !handle.startsWith('xn-'), 'Choose a handle that does not start with "xn-".')

/** Handles that no workspace can have: our own paths, names that pass for us, and what browsers or mail treat specially. */
export const reservedHandles: readonly string[] = [
  'about', 'abuse', 'account', 'accounts', 'activity', 'admin', 'administrator', 'agent', 'agents', 'api', 'app', 'assets',
  'auth', 'avatar', 'avatars', 'billing', 'blog', 'cdn', 'changelog', 'contact', 'dashboard', 'default', 'demo', 'dev',
  'docs', 'download', 'email', 'events', 'favicon', 'feedback', 'forgot', 'health', 'healthz', 'help', 'help-desk',
  'helpdesk', 'home', 'hostmaster', 'imprint', 'index', 'info', 'invite', 'invitation', 'invitations', 'jobs', 'legal',
  'localhost', 'login', 'logout', 'mail', 'mailer-daemon', 'me', 'member', 'members', 'membership', 'messenger', 'metrics',
  'new', 'news', 'noreply', 'no-reply', 'null', 'oauth', 'official', 'owner', 'password', 'plan', 'plans', 'postmaster',
  'press', 'pricing', 'privacy', 'profile', 'public', 'readyz', 'register', 'reset', 'robots', 'rollcall', 'root',
  'roster', 'sales', 'seats', 'security', 'session', 'sessions', 'settings', 'setup', 'sign-in', 'sign-out', 'sign-up',
  'signin', 'signout', 'signup', 'sitemap', 'socket', 'socket-io', 'static', 'status', 'support', 'switch', 'system',
  'team', 'terms', 'test', 'undefined', 'user', 'users', 'verify', 'visitor', 'waiting', 'webhook', 'webhooks',
  'webmaster', 'well-known', 'workspace', 'workspaces', 'www',
] // prettier-ignore

const reserved = new Set(reservedHandles)

export function isReserved(handle: string): boolean {
  return reserved.has(handle)
}

/** Latin letters without their marks (`Düsseldorf` → `Dusseldorf`); other scripts stay for the server to transliterate. */
export function withoutMarks(name: string): string {
  return name.normalize('NFKD').replace(/\p{M}/gu, '').replaceAll('ß', 'ss').replaceAll('ø', 'o').replaceAll('Ø', 'O')
}

/** The handle that a name in ASCII asks for, `''` where it leaves nothing. */
export function handleOf(ascii: string): string {
  const words = ascii
    .toLowerCase()
    .replace(/['’`]/g, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^(-*xn(-+|$))+/, '')
  const handle = words.slice(0, 48).replace(/^-+|-+$/g, '')
  if (handle === '') return ''
  return handle.length < 3 ? `${handle}-workspace` : handle
}

/** `handle` with a numeric suffix, cut so that it stays within 48 characters. */
export function numbered(handle: string, n: number): string {
  const suffix = `-${n}`
  return handle.slice(0, 48 - suffix.length).replace(/-+$/, '') + suffix
}
