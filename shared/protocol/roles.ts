import { z } from 'zod'
import { assignableRoles, roles } from '../roles.ts'

export const roleSchema = z.enum(roles)
export const assignableRoleSchema = z.enum(assignableRoles)
