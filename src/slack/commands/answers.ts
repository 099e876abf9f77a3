/** The commands that only read, and those of pre-approval. */
import type { PersonId } from '../../core/people/person.ts'
import { isRefused } from '../../core/refusal.ts'
import { openAllowForm } from '../forms/allow-form.ts'
import type { Door } from '../platform/guard.ts'
import { answerOf, done, press, type Said } from '../platform/handlers.ts'
import { readActivityAsk, type Typed, writeActivityAsk } from '../platform/payloads.ts'
import { explainAnswer } from '../words/access/explain.ts'
import { waitsAlready } from '../words/access/form-preview.ts'
import { listAnswer, statusAnswer } from '../words/access/lists.ts'
import { allowListAnswer, endedAllowAnswer, givenAnswer } from '../words/access/pre-approval.ts'
import { activityAnswer } from '../words/activity/activity.ts'
import { standingAnswer } from '../words/standing/standing-answers.ts'
import type { AllowCommand } from './parse-allow.ts'
import type { Command } from './parse-command.ts'

type Of<K extends Command['kind']> = Extract<Command, { kind: K }>

export async function answerList(door: Door, person: PersonId, from = 0): Promise<Said> {
  const list = await door.queries.listAccess(person)
  return (names) => listAnswer(list, names, from)
}

const readPage = (value: string) => (/^[0-9]{1,6}$/.test(value) ? Number(value) : undefined)

/** The next page in place of this one, of the list as it is now; whose it is, is who pressed. */
export const pressListPage = press(readPage, (door, { by, id }) => inPlace(door, answerList(door, by, id)))

export async function answerStatus(door: Door, person: PersonId): Promise<Said> {
  const list = await door.queries.listAccess(person)
  return (names) => statusAnswer(list, names, door.capabilities)
}

export const answerStanding = (door: Door, by: PersonId, target: string | undefined): Promise<Said> =>
  done(door.verbs.readStanding({ by, target }), standingAnswer)

export async function answerExplain(door: Door, by: PersonId, ask: Of<'explain'>): Promise<Said> {
  const { target, role, receiver } = ask
  const previews = await door.queries.previewAsk({
    by,
    target,
    roles: [role],
    duration: undefined,
    receiver,
  })
  const [preview] = previews
  if (!preview) throw new Error('one role was asked about, and nothing was answered')
  const { explained, waits } = preview
  if (isRefused(explained)) return explained
  const presence = await door.directory.presence(explained.approvers ?? [])
  return (names) =>
    explainAnswer(ask, explained, names, {
      presence,
      refusedBecause: waits && waitsAlready(waits, by, names),
    })
}

export const answerActivity = (door: Door, by: PersonId, grant: number, after = 0): Promise<Said> =>
  done(door.verbs.readActivity({ by, grant, after }), (read, names) =>
    activityAnswer(read, names, (from) => writeActivityAsk({ grant, after: from })),
  )

/** The next page in place of this one. The button brings the question; who may ask it is judged again. */
export const pressActivityPage = press(readActivityAsk, (door, { by, id }) =>
  inPlace(door, answerActivity(door, by, id.grant, id.after)),
)

/** The message that was pressed becomes the answer. */
async function inPlace(door: Door, said: Promise<Said>): Promise<Said> {
  const answer = await answerOf(door, await said)
  return answer && { ...answer, replace: true }
}

export async function answerAllow(
  door: Door,
  { visitor, trigger }: Typed,
  command: AllowCommand,
): Promise<Said> {
  const by = visitor.person
  if (command.kind === 'allow-list') {
    const list = await door.queries.listPreApprovals(by, { all: true })
    return (names) => allowListAnswer(list, names)
  }
  if (command.kind === 'allow-end')
    return done(door.verbs.endPreApprovalByName({ by, number: command.number }), endedAllowAnswer)
  const { person, target, role, span, each, reason } = command.words
  if (!person || !target || !role || !span || !reason)
    return openAllowForm(door, { person: by, trigger, words: command.words })
  return done(door.verbs.givePreApproval({ by, person, target, role, span, each, reason }), givenAnswer)
}
