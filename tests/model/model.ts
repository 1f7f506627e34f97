import { may } from '#shared/policy.ts'
import type { AssignableRole, Role } from '#shared/roles.ts'

/** What can happen: people and workspaces by number, taken modulo how many there are. */
export type Step =
  | { do: 'seats'; account: number; seats: number }
  | {
      do: 'invite' | 'changeInvitationRole' | 'changeRole'
      actor: number
      workspace: number
      person: number
      role: AssignableRole
    }
  | { do: 'accept' | 'decline' | 'leave'; workspace: number; person: number }
  | { do: 'cancel' | 'resend' | 'remove'; actor: number; workspace: number; person: number }
  | { do: 'expire'; workspace: number; person: number; late: boolean }
  | { do: 'rename' | 'delete'; actor: number; workspace: number }

type Invited = {
  person: number
  role: AssignableRole
  status: 'pending' | 'expired'
  place: number
  asked: boolean
  due: boolean
}
type Place = { account: number; members: Map<number, Role>; invited: Invited[] }

/** Roles and seats as the product page words them, in as few lines as they need: no locks, no rows, no events. */
export class Model {
  readonly limits: number[]
  readonly workspaces: (Place | null)[]
  private end = 0

  /** Person n owns account n; `owners` says which account has each workspace. */
  constructor(accounts: number, owners: number[]) {
    this.limits = Array.from({ length: accounts }, () => 0)
    this.workspaces = owners.map((account) => ({
      account,
      members: new Map<number, Role>([[account, 'owner']]),
      invited: [],
    }))
  }

  /** Carries a step out and answers `ok`, or the code that it is refused with. */
  take(step: Step): string {
    if (step.do === 'seats') {
      this.limits[step.account] = step.seats
      return this.settle(step.account)
    }
    const place = this.workspaces[step.workspace]
    switch (step.do) {
      case 'accept':
      case 'decline':
        return this.answer(place, step.person, step.do)
      case 'expire':
        return this.expire(place, step.person, step.late)
      case 'leave':
        return this.within(place, step.person, 'workspace.leave', (own) => this.part(own, step.person))
      case 'rename':
        return this.within(place, step.actor, 'workspace.rename', () => 'ok')
      case 'delete':
        return this.within(place, step.actor, 'workspace.delete', (own) => {
          this.workspaces[step.workspace] = null
          return this.settle(own.account)
        })
      case 'invite':
        return this.within(place, step.actor, 'invitation.send', (own) => this.invite(own, step.person, step.role))
      case 'remove':
        return this.within(place, step.actor, 'member.remove', (own) => this.remove(own, step.person))
      case 'changeRole':
        return this.within(place, step.actor, 'member.change_role', (own) =>
          this.changeRole(own, step.person, step.role),
        )
      case 'cancel':
        return this.within(place, step.actor, 'invitation.cancel', (own) => this.drop(own, step.person))
      case 'resend':
        return this.within(place, step.actor, 'invitation.resend', (own) => this.resend(own, step.person))
      case 'changeInvitationRole':
        return this.within(place, step.actor, 'invitation.change_role', (own) =>
          this.reRole(own, step.person, step.role),
        )
    }
  }

  /** Who of an account's pending holds a seat: active members first, then the line. */
  holders(account: number): Set<Invited> {
    const free = (this.limits[account] ?? 0) - this.active(account)
    return new Set(this.line(account).slice(0, Math.max(0, free)))
  }

  active(account: number): number {
    return this.placesOf(account).reduce((sum, place) => sum + place.members.size - 1, 0)
  }

  line(account: number): Invited[] {
    const pending = this.placesOf(account).flatMap((place) =>
      place.invited.filter(({ status }) => status === 'pending'),
    )
    return pending.sort((one, other) => one.place - other.place)
  }

  private placesOf(account: number): Place[] {
    return this.workspaces.filter((place): place is Place => place?.account === account)
  }

  private within(
    place: Place | null | undefined,
    actor: number,
    action: Parameters<typeof may>[1],
    then: (place: Place) => string,
  ): string {
    const role = place?.members.get(actor)
    if (!place || !role) return 'not_found'
    return may(role, action) ? then(place) : 'forbidden'
  }

  private settle(account: number): 'ok' {
    for (const place of this.placesOf(account)) {
      for (const one of place.invited) if (one.due) this.lapse(one)
    }
    const holders = this.holders(account)
    for (const place of this.placesOf(account)) {
      for (const one of place.invited.filter((invited) => invited.asked && holders.has(invited))) {
        place.members.set(one.person, one.role)
        place.invited = place.invited.filter((invited) => invited !== one)
      }
    }
    return 'ok'
  }

  private lapse(invited: Invited): void {
    invited.status = 'expired'
    invited.asked = false
    invited.due = false
  }

  private invite(place: Place, person: number, role: AssignableRole): string {
    if (place.members.has(person)) return 'already_member'
    const open = place.invited.find((invited) => invited.person === person)
    if (open?.status === 'pending') return 'already_invited'
    place.invited = place.invited.filter((invited) => invited !== open)
    place.invited.push({ person, role, status: 'pending', place: ++this.end, asked: false, due: false })
    return this.settle(place.account)
  }

  private answer(place: Place | null | undefined, person: number, how: 'accept' | 'decline'): string {
    const open = place?.invited.find((invited) => invited.person === person)
    if (!place || !open) return 'invitation_not_found'
    if (open.status === 'expired' || open.due) return 'invitation_expired'
    if (how === 'decline') return this.drop(place, person)
    open.asked = true
    this.settle(place.account)
    return place.members.has(person) ? 'ok' : 'waiting'
  }

  private expire(place: Place | null | undefined, person: number, late: boolean): string {
    const open = place?.invited.find((invited) => invited.person === person && invited.status === 'pending')
    if (open) open.due = true
    return place && !late ? this.settle(place.account) : 'ok'
  }

  private part(place: Place, person: number): string {
    place.members.delete(person)
    return this.settle(place.account)
  }

  private remove(place: Place, person: number): string {
    const role = place.members.get(person)
    if (!role) return 'not_found'
    return role === 'owner' ? 'owner_stays' : this.part(place, person)
  }

  private changeRole(place: Place, person: number, role: AssignableRole): string {
    const old = place.members.get(person)
    if (!old) return 'not_found'
    if (old === 'owner') return 'forbidden'
    place.members.set(person, role)
    return 'ok'
  }

  private drop(place: Place, person: number): string {
    if (!place.invited.some((invited) => invited.person === person)) return 'not_found'
    place.invited = place.invited.filter((invited) => invited.person !== person)
    return this.settle(place.account)
  }

  private resend(place: Place, person: number): string {
    if (!place.invited.some((invited) => invited.person === person)) return 'not_found'
    this.settle(place.account)
    const open = place.invited.find((invited) => invited.person === person)
    if (!open) return 'not_found'
    if (open.status === 'expired') open.place = ++this.end
    open.status = 'pending'
    return this.settle(place.account)
  }

  private reRole(place: Place, person: number, role: AssignableRole): string {
    const open = place.invited.find((invited) => invited.person === person)
    if (!open) return 'not_found'
    if (open.role === role) return 'ok'
    if (open.status === 'expired' || open.due) return 'invitation_not_pending'
    open.role = role
    return 'ok'
  }
}
