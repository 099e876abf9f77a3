/** What an event says about whom, read out of its bytes for a line of text. */
import type { LoggedEvent } from '../../core/log/audit-event.ts'

export type EventFacts = {
  /** A person by id, an operator by login name; empty for what the system did by itself. */
  readonly by: string
  readonly about: string
  readonly numbers: string
  readonly outcome: string
  /** What somebody wrote, unless it was erased. */
  readonly typed: string
}

/** Bytes of another version of elevate say as much as is understood. */
export function factsOf(event: Pick<LoggedEvent, 'bytes' | 'private'>): EventFacts {
  const said = parsed(event.bytes)
  const actor = typeof said.actor === 'object' && said.actor !== null ? (said.actor as Said) : {}
  const subject = textOf(said.subject)
  const access = [textOf(said.target), textOf(said.role)].filter(Boolean).join(' ')
  const whose = subject && subject !== textOf(actor.id) ? `for ${subject}` : ''
  return {
    by: actor.kind === 'system' ? '' : textOf(actor.id),
    about: [access, whose].filter(Boolean).join(' '),
    numbers: [textOf(said.request), textOf(said.grant)].filter(Boolean).join(' '),
    outcome: textOf(said.outcome),
    typed: Object.values(event.private).join(' · ').replace(/\s+/g, ' '),
  }
}

type Said = { readonly [key: string]: unknown }

const textOf = (value: unknown) => (typeof value === 'string' ? value : '')

function parsed(bytes: string): Said {
  try {
    const value: unknown = JSON.parse(bytes)
    return typeof value === 'object' && value !== null ? (value as Said) : {}
  } catch {
    return {}
  }
}
