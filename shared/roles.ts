import { z } from 'zod'

/** Every role, from the most to the least powerful. Exactly one member of a workspace is its owner. */
export const roles = ['owner', 'admin', 'editor', 'viewer'] as const

/** The roles that can be given to somebody. `owner` is not among them: a workspace keeps its creator. */
export const assignableRoles = ['admin', 'editor', 'viewer'] as const

export const roleSchema = z.enum(roles)
export const assignableRoleSchema = z.enum(assignableRoles)

export type Role = z.infer<typeof roleSchema>
export type AssignableRole = z.infer<typeof assignableRoleSchema>

export const roleNames: Readonly<Record<Role, string>> = {
  owner: 'Owner',
  admin: 'Admin',
  editor: 'Editor',
  viewer: 'Viewer',
}
