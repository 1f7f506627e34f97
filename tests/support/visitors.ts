import { randomUUID } from 'node:crypto'
import { Agent, request } from 'node:http'
import type { ClusterNode, Topology } from '../faults/topology.ts'
import { ask } from '../faults/ask.ts'
import type { Caller } from './caller.ts'

type Answer = { status: number; code: string }

/**
 * People behind a load balancer that asks each node whether it is ready: they keep their connections, and go to another
 * node where one refuses them, or has closed a connection while nothing was under way on it. Where they are told to try
 * again later, they do: tests of other files make this machine busy. That nobody is told so is seen by the fault bench,
 * which runs alone.
 */
export function startVisitors(topology: Pick<Topology, 'host' | 'origin'>, nodes: readonly ClusterNode[], caller: Caller) {
  const agents = new Map(nodes.map((node) => [node.name, new Agent({ keepAlive: true })]))
  const ready = new Set(nodes.filter((node) => node.running()).map(({ name }) => name))
  const failures: string[] = []
  let answered = 0
  let going = true

  const looking = Promise.all(nodes.map(look))
  const visiting = Promise.all(Array.from({ length: 4 }, (_, n) => visit(n)))

  async function look(node: ClusterNode): Promise<void> {
    while (going) {
      const status = await ask(node.port, '/readyz', { timeout: 3_000 }).then((told) => told.status, () => 0)
      if (status === 200) ready.add(node.name)
      else ready.delete(node.name)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  async function visit(nth: number): Promise<void> {
    for (let turn = nth; going; turn += 1) {
      // one at a time: on a busy machine many would wait for each other's locks, which no deploy is to blame for
      const writes = nth === 0
      const path = writes ? `/api/workspaces/${caller.workspaceId}/membership` : '/api/me'
      const body = writes ? { displayName: randomUUID() } : undefined
      const answer = await tried(turn, path, body)
      answered += 1
      if (answer.status !== 200) failures.push(`${path}: ${answer.status} ${answer.code}`)
    }
  }

  /** Elsewhere where nobody was there, later where a busy machine says so. */
  async function tried(turn: number, path: string, body: object | undefined): Promise<Answer> {
    for (let tries = 0; ; tries += 1) {
      const open = nodes.filter(({ name }) => ready.has(name))
      const node = (open.length > 0 ? open : nodes)[(turn + tries) % (open.length || nodes.length)] as ClusterNode
      const answer = await once(node, path, body)
      if ((answer.code !== 'ELSEWHERE' && answer.status !== 503) || tries === 20) return answer
      if (answer.status === 503) await new Promise((resolve) => setTimeout(resolve, 1_000))
    }
  }

  function once(node: ClusterNode, path: string, body: object | undefined): Promise<Answer> {
    const text = body ? JSON.stringify(body) : ''
    const type = { 'Content-Type': 'application/json', 'Content-Length': String(Buffer.byteLength(text)) }
    const headers = { Host: topology.host, Origin: topology.origin, Cookie: caller.cookie, ...(body && type) }
    return new Promise((resolve) => {
      const done = (status: number, code: string): void => resolve({ status, code })
      const method = body ? 'PATCH' : 'GET'
      const agent = agents.get(node.name)
      const asked = request({ agent, host: '127.0.0.1', port: node.port, method, path, headers }, (answer) => {
        const parts: Buffer[] = []
        answer.on('data', (part: Buffer) => parts.push(part))
        answer.on('error', () => done(0, 'broken off'))
        answer.on('end', () => done(answer.statusCode ?? 0, Buffer.concat(parts).toString().slice(0, 120)))
      })
      asked.on('error', (error: NodeJS.ErrnoException) => {
        const nobody = error.code === 'ECONNREFUSED' || error.code === 'ECONNRESET' || error.code === 'EPIPE'
        done(0, nobody && (asked.reusedSocket || !asked.socket?.bytesWritten || !wasReady(node)) ? 'ELSEWHERE' : String(error))
      })
      asked.end(text)
    })
  }

  const wasReady = ({ name }: ClusterNode) => ready.has(name)

  return {
    failures,
    answered: () => answered,
    async stop(): Promise<void> {
      going = false
      await Promise.all([looking, visiting])
      for (const agent of agents.values()) agent.destroy()
    },
  }
} // prettier-ignore
