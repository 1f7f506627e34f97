import { randomUUID } from 'node:crypto'
import { Agent } from 'node:http'
import type postgres from 'postgres'
import type { Invitation } from '#shared/protocol/resources.ts'
import { insertHalls, insertMembers, insertPeople, type Guest, type Hall } from './crowd.ts'
import { send, type Call } from './load.ts'

export type Both = { rollcall: Call[][]; floor: Call[][] }

/** Requests under way at once, each worker in an account of its own: what is measured is work, not waiting for a lock. */
export const workers = 8

export type Arranger = ReturnType<typeof arranger>

/** Builds what the measurements beside the floor need, on both sides. */
export function arranger(sql: postgres.Sql, ports: { rollcall: number; floor: number }) {
  // about as large as what an event of ours carries
  const data = { invitation: { id: randomUUID(), email: 'somebody@example.com', note: 'x'.repeat(300) } }

  /** The floor has of each place what its statements touch. */
  async function copyToFloor(): Promise<void> {
    await sql`insert into floor.accounts select * from public.accounts on conflict do nothing`
    await sql`insert into floor.members select * from public.members on conflict do nothing`
    await sql`insert into floor.invitations select * from public.invitations on conflict do nothing`
    await sql`insert into floor.streams select * from public.streams on conflict do nothing`
    await sql`
      insert into floor.jobs (task_id, payload, key)
      select 2, payload, '2:' || split_part(key, ':', 2) from graphile_worker._private_jobs where key like 'expire:%'
      on conflict do nothing`
    await sql`analyze`
  }

  const call = ({ cookie }: Guest, method: string, path: string, expect: number, body?: unknown): Call => {
    return { port: ports.rollcall, method, path, cookie, expect, ...(body !== undefined && { body }) }
  }
  const floorCall = (method: string, path: string, expect: number, body?: object): Call => {
    return { port: ports.floor, method, path, expect, ...(body && { body: { ...body, data } }) }
  }
  const places = async () => insertHalls(sql, await insertPeople(sql, workers))

  return {
    /** The floor's tables are Rollcall's without rights, rules and references. */
    async floorTables(): Promise<void> {
      await sql`create schema floor`
      for (const table of ['accounts', 'members', 'invitations', 'streams', 'events']) {
        await sql.unsafe(`create table floor.${table} (like public.${table} including all)`)
      }
      await sql`create table floor.jobs (like graphile_worker._private_jobs including all)`
    },

    /** Each worker invites `count` addresses into a fresh workspace. */
    async invitations(count: number): Promise<Both> {
      const made = await places()
      await copyToFloor()
      const addresses = made.map(() => Array.from({ length: count }, () => `${randomUUID()}@example.com`))
      return {
        rollcall: made.map(({ owner, workspaceId }, worker) =>
          (addresses[worker] ?? []).map((email) =>
            call(owner, 'POST', `/api/workspaces/${workspaceId}/invitations`, 201, { email, role: 'editor' }),
          ),
        ),
        floor: made.map(({ accountId, workspaceId }, worker) =>
          (addresses[worker] ?? []).map((email) =>
            floorCall('POST', '/invite', 201, { account: accountId, workspace: workspaceId, email }),
          ),
        ),
      }
    },

    /** Each worker's person accepts invitations into `count` workspaces of one owner. */
    async acceptances(count: number): Promise<Both> {
      const [owners, guests] = [await insertPeople(sql, workers), await insertPeople(sql, workers)]
      const both: Both = { rollcall: [], floor: [] }
      const links = new Map<string, Call[]>()
      const agent = new Agent({ keepAlive: true })
      for (const [worker, guest] of guests.entries()) {
        const owner = owners[worker] ?? guest
        const [rollcall, floor]: [Call[], Call[]] = [[], []]
        both.rollcall.push(rollcall)
        both.floor.push(floor)
        links.set(guest.email, rollcall)
        for (const { workspaceId } of await insertHalls(sql, Array<Guest>(count).fill(owner))) {
          const body = { email: guest.email, role: 'editor' }
          const answer = await send(agent, call(owner, 'POST', `/api/workspaces/${workspaceId}/invitations`, 201, body))
          const { id } = JSON.parse(answer.text) as Invitation
          const touched = { account: owner.accountId, workspace: workspaceId, user: guest.userId, invitation: id }
          floor.push(floorCall('POST', '/accept', 200, touched))
          rollcall.push(call(guest, 'POST', '/api/invitations/accept', 200))
        }
      }
      agent.destroy()
      await emailsAreSent(sql)
      for (const [recipient, calls] of links) {
        const mails = await sql<{ text: string }[]>`select text from mailbox where recipient = ${recipient}`
        mails.forEach(({ text }, n) => {
          const [rollcall, token] = [calls[n], /#(\S+)/.exec(text)?.[1]]
          if (rollcall) rollcall.body = { token }
        })
      }
      await copyToFloor()
      return both
    },

    /** Each worker gives one member another role, `count` times. */
    async roleChanges(count: number): Promise<Both> {
      const made = await places()
      const both: Both = { rollcall: [], floor: [] }
      for (const hall of made) {
        const [member] = await insertPeople(sql, 1)
        if (!member) continue
        const [id] = await insertMembers(sql, hall, [member])
        const roles = Array.from({ length: count }, (_, n) => (n % 2 === 0 ? 'admin' : 'viewer'))
        const path = `/api/workspaces/${hall.workspaceId}/members/${id}`
        both.rollcall.push(roles.map((role) => call(hall.owner, 'PATCH', path, 200, { role })))
        const touched = { workspace: hall.workspaceId, user: member.userId, member: id }
        both.floor.push(roles.map((role) => floorCall('PATCH', '/role', 200, { ...touched, role })))
      }
      await copyToFloor()
      return both
    },

    /** Each worker reads the same roster, `count` times. */
    async rosters({ owner, workspaceId }: Hall, count: number): Promise<Both> {
      const times = (one: Call) => Array.from({ length: workers }, () => Array.from({ length: count }, () => one))
      return {
        rollcall: times(call(owner, 'GET', `/api/workspaces/${workspaceId}/roster`, 200)),
        floor: times(floorCall('GET', `/roster/${workspaceId}`, 200)),
      }
    },
  }
}

export async function emailsAreSent(sql: postgres.Sql): Promise<void> {
  for (;;) {
    const [row] = await sql<{ waiting: number }[]>`
      select count(*)::int as waiting from graphile_worker.jobs where task_identifier = 'send-email'`
    if (row?.waiting === 0) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
