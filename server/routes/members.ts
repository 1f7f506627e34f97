import { memberParams, workspaceParams } from '#shared/protocol/params.ts'
import { changeRoleBody, membershipBody, mostAvatarBytes } from '#shared/protocol/requests.ts'
import { memberWithPresenceSchema } from '#shared/protocol/resources.ts'
import { reEncode } from '../avatars/re-encode.ts'
import { Refusal } from '../core/errors.ts'
import { runCommand } from '../core/run-command.ts'
import { changeDisplayName } from '../membership/commands/change-display-name.ts'
import { changeMemberRole } from '../membership/commands/change-member-role.ts'
import { removeMember } from '../membership/commands/remove-member.ts'
import { setAvatar } from '../membership/commands/set-avatar.ts'
import { readAvatar } from '../membership/queries/avatar.ts'
import { readMembership } from '../membership/queries/workspace.ts'
import { showOnline } from '../membership/show-online.ts'
import type { Services } from './env.ts'
import { answerWrite, requireSession, serve, type Router } from './router.ts'

const one = '/api/workspaces/{workspaceId}/members/{memberId}'
const own = '/api/workspaces/{workspaceId}/membership'
const answer = memberWithPresenceSchema

export function memberRoutes(router: Router, { core, online }: Services): void {
  const changeRole = showOnline(online, changeMemberRole)
  const changeName = showOnline(online, changeDisplayName)
  const changePicture = showOnline(online, setAvatar)

  serve(
    router,
    'patch',
    one,
    { summary: 'Change a member’s role', params: memberParams, body: changeRoleBody, answer },
    async ({ c, params, body }) => {
      const outcome = await runCommand(core, changeRole, {
        userId: requireSession(c).user.id,
        ...params,
        ...body,
      })
      return answerWrite(c, outcome, outcome.result)
    },
  )

  serve(router, 'delete', one, { summary: 'Remove a member', params: memberParams }, async ({ c, params }) => {
    return answerWrite(c, await runCommand(core, removeMember, { userId: requireSession(c).user.id, ...params }))
  })

  serve(
    router,
    'get',
    own,
    { summary: 'One’s own membership', params: workspaceParams, answer },
    async ({ c, params }) => {
      return c.json(await readMembership(core.sql, online, { userId: requireSession(c).user.id, ...params }))
    },
  )

  serve(
    router,
    'patch',
    own,
    { summary: 'Change one’s display name', params: workspaceParams, body: membershipBody, answer },
    async ({ c, params, body }) => {
      const outcome = await runCommand(core, changeName, {
        userId: requireSession(c).user.id,
        ...params,
        ...body,
      })
      return answerWrite(c, outcome, outcome.result)
    },
  )

  serve(
    router,
    'put',
    `${own}/avatar`,
    { summary: 'Set one’s picture: the bytes of a PNG, JPEG, WebP or GIF', params: workspaceParams, answer },
    async ({ c, params }) => {
      const input = { userId: requireSession(c).user.id, ...params }
      await readMembership(core.sql, online, input)
      const bytes = Buffer.from(await c.req.arrayBuffer())
      if (bytes.length > mostAvatarBytes) throw new Refusal('payload_too_large', 'Use a picture of at most 5 MB.')
      const webp = await reEncode(bytes, c.req.header('content-type') ?? '')
      const outcome = await runCommand(core, changePicture, { ...input, webp })
      return answerWrite(c, outcome, outcome.result)
    },
  )

  serve(
    router,
    'delete',
    `${own}/avatar`,
    { summary: 'Go back to initials', params: workspaceParams, answer },
    async ({ c, params }) => {
      const outcome = await runCommand(core, changePicture, {
        userId: requireSession(c).user.id,
        ...params,
        webp: null,
      })
      return answerWrite(c, outcome, outcome.result)
    },
  )

  router.get('/api/avatars/:hash', async (c) => {
    const webp = await readAvatar(core.sql, c.req.param('hash'))
    return c.body(new Uint8Array(webp), 200, {
      'Content-Type': 'image/webp',
      'Content-Disposition': 'inline; filename="avatar.webp"',
      'Cache-Control': 'public, max-age=31536000, immutable',
    })
  })
}
