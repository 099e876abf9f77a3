import { z } from 'zod'
import type { LoggedEvent } from '../../../core/log/audit-event.ts'

const shape = z.object({
  actor: z.object({ kind: z.string(), id: z.string() }).optional().catch(undefined),
  subject: z.string().optional().catch(undefined),
  target: z.string().optional().catch(undefined),
  role: z.string().optional().catch(undefined),
  account: z.string().optional().catch(undefined),
  request: z.string().optional().catch(undefined),
  grant: z.string().optional().catch(undefined),
  outcome: z.string().optional().catch(undefined),
})

/** What an event says, from its bytes. Bytes of another version of elevate say as much as is understood. */
export type ReadEvent = z.infer<typeof shape>

export function readEvent(event: Pick<LoggedEvent, 'bytes'>): ReadEvent {
  try {
    const read = shape.safeParse(JSON.parse(event.bytes))
    return read.success ? read.data : {}
  } catch {
    return {}
  }
}
