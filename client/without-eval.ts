import { z } from 'zod'

// Zod tries `new Function` when a schema is made, which the content security policy reports as a violation.
// Schemas are made while modules load, so this stands before every other import.
z.config({ jitless: true })
