/** Names of this machine: an installation at one of them is reached by any of them. */
const localNames = ['localhost', '127.0.0.1', '[::1]']

export function isLocal(publicUrl: string): boolean {
  return localNames.includes(new URL(publicUrl).hostname)
}

/** The hosts (`name:port`) that a request may be for, and the origins that a page of ours may have. */
export function ownNames(publicUrl: string): { hosts: Set<string>; origins: Set<string> } {
  const { protocol, port, hostname } = new URL(publicUrl)
  const names = isLocal(publicUrl) ? localNames : [hostname]
  const hosts = names.map((name) => (port ? `${name}:${port}` : name))
  return { hosts: new Set(hosts), origins: new Set(hosts.map((host) => `${protocol}//${host}`)) }
}
