/** Every role, from the most to the least powerful. Exactly one member of a workspace is its owner. */
export const roles = ['owner', 'admin', 'editor', 'viewer'] as const

/** The roles that can be given to somebody. `owner` is not among them: a workspace keeps its creator. */
export const assignableRoles = ['admin', 'editor', 'viewer'] as const

export type Role = (typeof roles)[number]
export type AssignableRole = (typeof assignableRoles)[number]

export const roleNames: Readonly<Record<Role, string>> = {
  owner: 'Owner',
  admin: 'Admin',
  editor: 'Editor',
  viewer: 'Viewer',
}
