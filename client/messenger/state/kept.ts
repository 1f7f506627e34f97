/** What a browser keeps of an agent's Messenger. Where nothing may be kept it lasts as long as the page. */
export class Kept {
  private readonly agentId: string
  private readonly here = new Map<string, string>()

  constructor(agentId: string) {
    this.agentId = agentId
  }

  /** Whoever has it is the visitor: 256 random bits, made at the first visit. */
  get token(): string {
    const known = this.read('token')
    if (known && /^[\w-]{43}$/.test(known)) return known
    const token = randomText(32)
    this.write('token', token)
    return token
  }

  read(name: string): string | null {
    try {
      return localStorage.getItem(this.key(name)) ?? this.here.get(name) ?? null
    } catch {
      return this.here.get(name) ?? null
    }
  }

  write(name: string, value: string): void {
    this.here.set(name, value)
    try {
      localStorage.setItem(this.key(name), value)
    } catch {
      // a browser that keeps nothing for frames of other sites
    }
  }

  private key(name: string): string {
    return `rollcall.messenger.${this.agentId}.${name}`
  }
}

function randomText(bytes: number): string {
  const letters = String.fromCharCode(...crypto.getRandomValues(new Uint8Array(bytes)))
  return btoa(letters).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}
