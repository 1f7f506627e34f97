import type { RosterAnswer } from '#shared/protocol/requests.ts'
import type { Member } from '#shared/protocol/resources.ts'
import type { WorkspaceEvent } from '#shared/protocol/events.ts'
import { seatsOf } from '#shared/plans.ts'
import { applyWorkspaceEvent } from '#shared/state/apply-event.ts'
import type { WorkspaceState } from '#shared/state/snapshots.ts'
import { isDeepStrictEqual } from 'node:util'
import { workspaceState } from '../../support/states.ts'
import { violated, type Check, type Violation } from './invariant.ts'

type Commit = Parameters<typeof seatsOf>[0] & { account: string; seats: object; holding: number; joined: boolean }

/** I1: no join beyond the limit and figures that add up, at each commit (the trigger below keeps them), and told of. */
export const seats: Check = async ({ topology, world, log }) => {
  const { owner } = topology.postgres
  const accounts = [...new Set(world.places.map(({ accountId }) => accountId))]
  const commits = await owner<Commit[]>`select * from bench.seats where account = any(${accounts}) order by nth`
  const now = await owner<{ id: string; seats: object }[]>`select id, seats from accounts where id = any(${accounts})`
  const untold = now.filter(({ id, seats: kept }) => {
    const last = log.get(`account:${id}`)?.findLast(({ type }) => type === 'seats.changed')
    return last !== undefined && !isDeepStrictEqual(last.data, kept)
  })
  return violated('I1', [
    ...commits.flatMap(miscounted),
    ...untold.map(({ id }) => `the last seats.changed of account ${id} is not its seats`),
  ])
}

function miscounted({ account, seats: kept, holding, joined, ...count }: Commit): string[] {
  const counted = seatsOf(count)
  const { limit, active, used, over } = counted
  return [
    ...(joined && over > 0 ? [`account ${account} had ${active} on ${limit} seats after a join`] : []),
    ...(isDeepStrictEqual(kept, counted)
      ? []
      : [`account ${account} said ${JSON.stringify(kept)}, counted ${JSON.stringify(counted)}`]),
    ...(holding === used - active ? [] : [`of account ${account} ${holding} invitations held ${used - active} seats`]),
  ]
}

/** I2: one owner for each workspace, one default for each account. */
export const owners: Check = async ({ topology }) => {
  const rows = await topology.postgres.owner<{ what: string }[]>`
    select 'workspace ' || w.id || ' has ' || count(m.id) || ' owners' as what
    from workspaces w left join members m on m.workspace_id = w.id and m.role = 'owner'
    group by w.id having count(m.id) <> 1
    union all
    select 'account ' || a.id || ' has ' || count(w.id) || ' default workspaces'
    from accounts a left join workspaces w on w.account_id = a.id and w.is_default
    group by a.id having count(w.id) <> 1`
  return violated(
    'I2',
    rows.map(({ what }) => what),
  )
}

/** I3 and S3: who is a member, with which role, is what the events say, each from an accepted invitation or the making. */
export const memberships: Check = async ({ world, log }) => {
  const found: Violation[] = []
  for (const place of world.places.filter(({ deleted }) => !deleted)) {
    const events = (log.get(`workspace:${place.id}`) ?? []) as unknown as WorkspaceEvent[]
    const told = events.reduce<WorkspaceState>(applyWorkspaceEvent, null)
    const roster = await world.must<RosterAnswer>(place.owner, {
      what: 'roster', method: 'GET', path: `/api/workspaces/${place.id}/roster`,
    }) // prettier-ignore
    if (!isDeepStrictEqual(told, workspaceState(roster)))
      found.push(
        ...violated('I3', [
          `the events of workspace ${place.id} do not give its roster: ${difference(told, workspaceState(roster))}`,
        ]),
      )
    const accepted = new Set(
      events.flatMap((event) => (event.type === 'invitation.accepted' ? [event.data.memberId] : [])),
    )
    const uninvited = events.filter(({ type, data }) => {
      const member = type === 'member.joined' ? (data as { member: { id: string; role: string } }).member : null
      return member !== null && member.role !== 'owner' && !accepted.has(member.id)
    })
    found.push(
      ...violated(
        'I3',
        uninvited.map(({ position }) => `nobody invited whom event ${position} of ${place.id} let in`),
      ),
    )
  }
  return found
}

function difference(one: WorkspaceState, other: WorkspaceState): string {
  const brief = (state: WorkspaceState): string =>
    JSON.stringify([state?.workspace.name, state?.members.map(({ email, role }) => `${email} ${role}`), state?.invitations.map(({ id, role, seat }) => `${id} ${role} ${seat}`)]) // prettier-ignore
  return `${brief(one)} is not ${brief(other)}`
}

/** I3: every role that was answered is told of by an event, whoever is still a member in the end. */
export const roles: Check = ({ operations, world, log }) => {
  const changes = operations.filter(({ what }) => what === 'changeRole')
  const untold = world.places
    .filter(({ deleted }) => !deleted)
    .flatMap(({ id }) => {
      const events = (log.get(`workspace:${id}`) ?? []) as unknown as WorkspaceEvent[]
      return changes
        .filter(({ path }) => path.includes(id))
        .flatMap(({ attempts }) => attempts.filter(({ status }) => status === 200))
        .map(({ body }) => body as Member)
        .filter((member) => !events.some((event) => tellsRole(event, member)))
        .map((member) => `no event of workspace ${id} tells that ${member.id} is ${member.role}, which was answered`)
    })
  return violated('I3', untold)
}

function tellsRole({ type, data }: WorkspaceEvent, { id, role }: Member): boolean {
  if (type === 'member.joined') return data.member.id === id && data.member.role === role
  return type === 'member.role_changed' && data.memberId === id && data.role === role
}

/** I4: an invitation is accepted at most once, never after its end, and never by a link that was replaced. */
export const invitations: Check = ({ log, operations }) => {
  const found: string[] = []
  for (const [stream, events] of log) {
    const ended = new Map<string, string>()
    for (const { type, data, position } of events) {
      if (!stream.startsWith('workspace:') || !type.startsWith('invitation.')) continue
      const { invitationId, invitation } = data as { invitationId?: string; invitation?: { id: string } }
      const id = invitationId ?? invitation?.id ?? ''
      const end = ended.get(id)
      // nothing lives for seven days here, whatever a node's clock says
      if (type === 'invitation.expired') found.push(`${stream} ${position}: ${id} expired before its time`)
      if (end) found.push(`${stream} ${position}: ${type} of ${id} after ${end}`)
      if (/accepted|cancelled|declined/.test(type)) ended.set(id, type)
    }
  }
  const revived = operations.filter(
    ({ what, note, outcome }) => what === 'accept' && note?.['replaced'] === true && outcome === 'ok',
  )
  const early = operations.filter(({ attempts }) => attempts.some(({ code }) => code === 'invitation_expired'))
  return violated('I4', [
    ...found,
    ...early.map(({ who }) => `${who} was told that an invitation had expired before its time`),
    ...revived.map(({ who }) => `${who} got in by a link that had been replaced`),
  ])
}

/** I9 and S1: positions are 1, 2, 3 … without a hole, up to the head. */
export const positions: Check = async ({ topology }) => {
  const rows = await topology.postgres.owner<{ name: string; position: number; count: number; last: number }[]>`
    select s.name, s.position::int, count(e.position)::int as count, coalesce(max(e.position), 0)::int as last
    from streams s left join events e on e.stream = s.name
    group by s.name, s.position
    having count(e.position) <> s.position or coalesce(max(e.position), 0) <> s.position`
  return violated(
    'I9',
    rows.map((row) => `${row.name} is at ${row.position} with ${row.count} events up to ${row.last}`),
  )
}

/** I18: whoever did what only some may do stands in its event. */
export const actors: Check = ({ log }) => {
  const signed =
    /^(member\.(role_changed|removed|left|joined|profile_changed)|invitation\.(sent|resent|role_changed|accepted)|workspace\.renamed)$/
  return violated('I18', [...log].flatMap(([stream, events]) =>
    stream.startsWith('workspace:')
      ? events.filter(({ type, actor }) => signed.test(type) && actor === null).map(({ type, position }) => `${stream} ${position}: ${type} by nobody`)
      : [],
  )) // prettier-ignore
}

/** I19: a deleted workspace leaves nothing. */
export const leftovers: Check = async ({ topology, world, log }) => {
  const { owner } = topology.postgres
  const deleted = world.places.filter(({ deleted: gone }) => gone).map(({ id }) => id)
  const rows = await owner<{ what: string }[]>`
    select 'members' as what from members where workspace_id = any(${deleted})
    union all select 'invitations' from invitations where workspace_id = any(${deleted})
    union all select 'avatars' from avatars where workspace_id = any(${deleted})
    union all select 'workspaces' from workspaces where id = any(${deleted})
    union all select 'streams' from streams where name = any(${deleted.map((id) => `workspace:${id}`)})
    union all select 'orphaned events' from events e where not exists (select from streams s where s.name = e.stream)`
  void log
  return violated(
    'I19',
    rows.map(({ what }) => `${what} of a deleted workspace are left`),
  )
}

/** For I1: keeps what an account's seats were counted by, as it stood at each commit that moved one. */
export const seatTrigger = `
  create schema bench;
  create table bench.seats (
    nth bigint generated always as identity,
    account uuid, seats jsonb, plan text, addon_seats int, active int, pending int, holding int, joined boolean);
  create function bench.keep_seats() returns trigger language plpgsql security definer as $$
  declare
    changed jsonb := case tg_op when 'DELETE' then to_jsonb(old) else to_jsonb(new) end;
  begin
    insert into bench.seats (account, seats, plan, addon_seats, active, pending, holding, joined)
    select
      a.id, a.seats, a.plan, a.addon_seats,
      (select count(*) from public.members m where m.account_id = a.id and m.role <> 'owner'),
      (select count(*) from public.invitations i where i.account_id = a.id and i.status = 'pending'),
      (select count(*) from public.invitations i where i.account_id = a.id and i.status = 'pending' and i.holds_seat),
      tg_table_name = 'members' and tg_op = 'INSERT' and changed ->> 'role' <> 'owner'
    from public.accounts a
    where a.id = (changed ->> tg_argv[0])::uuid;
    return null;
  end $$;
  create constraint trigger keep_seats after insert or delete on public.members
    deferrable initially deferred for each row execute function bench.keep_seats('account_id');
  create constraint trigger keep_seats after insert or update or delete on public.invitations
    deferrable initially deferred for each row execute function bench.keep_seats('account_id');
  create constraint trigger keep_seats after insert or update on public.accounts
    deferrable initially deferred for each row execute function bench.keep_seats('id');`
