/** The dialogs of those who watch, at their largest. */
import { auditEventTypes } from '../../src/core/log/audit-event.ts'
import type { Message } from '../../src/slack/blocks/message.ts'
import { accessOptions, auditForm } from '../../src/slack/forms/audit-form.ts'
import { everythingForm, revokeForm } from '../../src/slack/forms/note-forms.ts'
import { type Modal, noticeView } from '../../src/slack/platform/dialog.ts'
import { everythingAnswer, revokingAnswer } from '../../src/slack/words/access/end-for-others.ts'
import { beforehandOf } from './largest-beforehand.ts'
import { grant, NOON, read, request, target } from './rows.ts'

const MANY = 60
const times = <T>(make: (at: number) => T): T[] => Array.from({ length: MANY }, (_, at) => make(at))

/** As long as the configuration lets names be. */
export const wide = { target: 't'.repeat(60), role: 'r'.repeat(60) }

function rowsOf(typed: string) {
  const live = times((at) => ({
    grant: grant({ ...wide, number: 999_000 + at }),
    request: request({ ...wide, reason: typed }),
  }))
  const all = {
    person: 'U0ADA',
    grants: live,
    requests: times((at) => request({ ...wide, number: 999_000 + at, reason: typed })),
    beforehand: times(() => beforehandOf(typed, wide)),
  }
  const named = { person: 'U0ADA', ...wide, grants: live, others: live, note: typed }
  return { live, all, named }
}

export function largestForms(typed: string, name: string): Record<string, Modal> {
  const names = () => name
  const { all, named } = rowsOf(typed)
  const { answer, other } = largestAnswers(typed, name)
  return {
    audit: auditForm({ person: 'U0ADA', ...wide, types: auditEventTypes, from: NOON, to: NOON }),
    'audit, a target alone': auditForm({ target: wide.target }),
    'end everything': everythingForm(all, typed, names),
    revoke: revokeForm(named, names),
    'revoke on the whole target': revokeForm({ ...named, role: undefined }, names),
    'everything is ending': noticeView('elevate', answer),
    'it is ending': noticeView('elevate', other),
  }
}

export function largestAnswers(
  typed: string,
  name: string,
): { readonly answer: Message; readonly other: Message } {
  const { all, live } = rowsOf(typed)
  const ended = live.map((row) => row.grant)
  return {
    answer: everythingAnswer(all, () => name),
    other: revokingAnswer({ person: 'U0ADA', target: wide.target, ended }, 'U0SAM', () => name),
  }
}

/** What the menu of targets in the form of the audit log offers. */
export const largestChoices = () => ({
  options: accessOptions({
    targets: [{ ...target, id: wide.target, roles: [{ ...read, id: wide.role }] }],
  } as unknown as Parameters<typeof accessOptions>[0]),
})
