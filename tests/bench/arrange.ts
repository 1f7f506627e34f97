import { randomUUID } from 'node:crypto'
import type postgres from 'postgres'
import type { TestNode } from '../support/node.ts'
import { newUser, type Person } from '../support/people.ts'
import type { Call } from './load.ts'

export type Place = { owner: Person; accountId: string; workspaceId: string }
export type Both = { rollcall: Call[][]; floor: Call[][] }

/** Requests under way at once, each worker in an account of its own: what is measured is work, not waiting for a lock. */
export const workers = 8

/** Builds what each measurement needs, on both sides. */
export function arranger(sql: postgres.Sql, ports: { rollcall: number; floor: number }) {
  const node = { port: ports.rollcall } as TestNode
  // about as large as what an event of ours carries
  const data = { invitation: { id: randomUUID(), email: 'somebody@example.com', note: 'x'.repeat(300) } }

  async function newPlace(): Promise<Place> {
    const owner = await newUser(node)
    await owner.setPlan('pro_ai')
    await owner.setAddonSeats(10_000)
    const workspace = await owner.createWorkspace(randomUUID())
    return { owner, accountId: workspace.accountId, workspaceId: workspace.id }
  }

  /** The floor's tables are Rollcall's without rights, rules and references. */
  async function floorTables(): Promise<void> {
    await sql`create schema floor`
    for (const table of ['accounts', 'members', 'invitations', 'streams', 'events']) {
      await sql.unsafe(`create table floor.${table} (like public.${table} including all)`)
    }
    await sql`create table floor.jobs (like graphile_worker._private_jobs including all)`
  }

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

  async function emailsAreSent(): Promise<void> {
    for (;;) {
      const [row] = await sql<{ waiting: number }[]>`
        select count(*)::int as waiting from graphile_worker.jobs where task_identifier = 'send-email'`
      if (row?.waiting === 0) return
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  const call = (owner: Person, method: string, path: string, expect: number, body?: unknown): Call => {
    return { port: ports.rollcall, method, path, cookie: owner.cookie(), expect, ...(body !== undefined && { body }) }
  }
  const floorCall = (method: string, path: string, expect: number, body?: object): Call => {
    return { port: ports.floor, method, path, expect, ...(body && { body: { ...body, data } }) }
  }
  const places = () => Promise.all(Array.from({ length: workers }, newPlace))

  return {
    newPlace,
    floorTables,
    emailsAreSent,

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
      const made = await places()
      const both: Both = { rollcall: [], floor: [] }
      const links = new Map<string, Call[]>()
      for (const { owner, accountId } of made) {
        const guest = await newUser(node)
        const [rollcall, floor]: [Call[], Call[]] = [[], []]
        both.rollcall.push(rollcall)
        both.floor.push(floor)
        links.set(guest.email, rollcall)
        for (let n = 0; n < count; n += 1) {
          const { id } = await owner.createWorkspace(randomUUID())
          const { body } = await owner.invite(id, guest.email)
          const touched = { account: accountId, workspace: id, user: guest.userId, invitation: body.id }
          floor.push(floorCall('POST', '/accept', 200, touched))
          rollcall.push(call(guest, 'POST', '/api/invitations/accept', 200))
        }
      }
      await emailsAreSent()
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
      for (const { owner, accountId, workspaceId } of made) {
        const member = await newUser(node)
        const id = await insertMember(workspaceId, accountId, member.userId)
        const roles = Array.from({ length: count }, (_, n) => (n % 2 === 0 ? 'admin' : 'viewer'))
        const path = `/api/workspaces/${workspaceId}/members/${id}`
        both.rollcall.push(roles.map((role) => call(owner, 'PATCH', path, 200, { role })))
        const touched = { workspace: workspaceId, user: member.userId, member: id }
        both.floor.push(roles.map((role) => floorCall('PATCH', '/role', 200, { ...touched, role })))
      }
      await copyToFloor()
      return both
    },

    /** Each worker reads the same roster, `count` times. */
    async rosters({ owner, workspaceId }: Place, count: number): Promise<Both> {
      const times = (one: Call) => Array.from({ length: workers }, () => Array.from({ length: count }, () => one))
      return {
        rollcall: times(call(owner, 'GET', `/api/workspaces/${workspaceId}/roster`, 200)),
        floor: times(floorCall('GET', `/roster/${workspaceId}`, 200)),
      }
    },

    /** A workspace of `size` members who are all signed in. */
    async crowd(size: number): Promise<Place & { people: Person[]; memberId: string }> {
      const place = await newPlace()
      const people = [place.owner]
      let memberId = ''
      while (people.length < size) {
        const person = await newUser(node)
        memberId = await insertMember(place.workspaceId, place.accountId, person.userId)
        people.push(person)
      }
      return { ...place, people, memberId }
    },
  }

  async function insertMember(workspaceId: string, accountId: string, userId: string): Promise<string> {
    const id = randomUUID()
    await sql`
      insert into members (id, workspace_id, account_id, user_id, role, display_name, joined_at)
      values (${id}, ${workspaceId}, ${accountId}, ${userId}, 'viewer', 'Somebody', now())`
    return id
  }
}
