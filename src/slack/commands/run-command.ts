/** `/elevate …`: what was typed, the verb, the answer. */
import { readStart } from '../../core/access/start-time.ts'
import { findRole, findTarget } from '../../core/catalog.ts'
import { nearest } from '../../core/people/nearest.ts'
import type { PersonId } from '../../core/people/person.ts'
import { oneOf } from '../../core/plural.ts'
import { SUBCOMMANDS } from '../../core/subcommands.ts'
import { drawExtendForm, EXTEND_TITLE } from '../forms/access-forms.ts'
import { openAskForm } from '../forms/ask.ts'
import { openAllowForm, openBreakGlassForm } from '../forms/command-forms.ts'
import { targetsOf } from '../forms/entitlement-options.ts'
import { openEndEverything, openRevoke } from '../forms/note-forms.ts'
import type { Door } from '../platform/guard.ts'
import { answerOf, done, openThen, press, type Said } from '../platform/handlers.ts'
import { readActivityAsk, type Typed, writeActivityAsk } from '../platform/payloads.ts'
import { type TurnedAway, turnedAway, unlessRefused } from '../platform/turned-away.ts'
import {
  askedTogetherAnswer,
  endingAnswer,
  extendingAnswer,
  withdrawnAnswer,
} from '../words/access/answers.ts'
import { explainAnswer } from '../words/access/explain.ts'
import { waitsAlready } from '../words/access/form-preview.ts'
import { listAnswer, statusAnswer } from '../words/access/lists.ts'
import { allowListAnswer, endedAllowAnswer, givenAnswer } from '../words/access/pre-approval.ts'
import { activityAnswer } from '../words/activity/activity.ts'
import { helpAnswer } from '../words/help.ts'
import { standingAnswer } from '../words/standing/standing.ts'
import { answerAudit, answerCheckpoint, answerEvidence, answerStory, answerWho } from './answer-log.ts'
import type { AllowCommand } from './parse-access.ts'
import { type Command, parseCommand } from './parse-command.ts'
import { NoSuchPerson } from './typed-words.ts'

type Of<K extends Command['kind']> = Extract<Command, { kind: K }>

export async function runCommand(door: Door, typed: Typed): Promise<Said> {
  const by = typed.visitor.person
  const command = await understood(door, by, typed.text)
  switch (command.kind) {
    case 'form':
      return openForm(door, typed, command)
    case 'ask':
      return ask(door, by, command)
    case 'break-glass': {
      const { kind: _, ...asking } = command
      return openBreakGlassForm(door, typed.trigger, { by, ...asking })
    }
    case 'help':
      return helpAnswer()
    case 'list':
      return answerList(door, by)
    case 'status':
      return answerStatus(door, by)
    case 'who':
      return answerWho(door, by, command)
    case 'story':
      return answerStory(door, by, command)
    case 'standing':
      return answerStanding(door, by, command.target)
    case 'activity':
      return answerActivity(door, by, command.grant)
    case 'audit':
      return answerAudit(door, by, command.filter)
    case 'revoke-everything':
      return openEndEverything(door, {
        by,
        person: command.person,
        reason: command.reason,
        trigger: typed.trigger,
      })
    case 'evidence':
      return answerEvidence(door, by, command.span)
    case 'checkpoint':
      return answerCheckpoint(door, by, command.post)
    case 'explain':
      return answerExplain(door, by, command)
    case 'extend':
      return extend(door, typed, command)
    case 'withdraw':
      return withdraw(door, by, command)
    case 'allow':
    case 'allow-list':
    case 'allow-end':
      return answerAllow(door, typed, command)
    case 'revoke': {
      const { kind: _, ...meant } = command
      return openRevoke(door, { by, trigger: typed.trigger, ...meant })
    }
    default:
      return end(door, by, command)
  }
}

async function openForm(door: Door, typed: Typed, { target }: Of<'form'>): Promise<Said> {
  const { person } = typed.visitor
  if (target !== undefined && !findTarget(door.catalog(), target))
    throw await unknownWord(door, person, target)
  return openAskForm(door, { person, trigger: typed.trigger, filled: { target } })
}

async function ask(door: Door, by: string, wanted: Of<'ask'>): Promise<Said> {
  const { kind: _, ...typed } = wanted
  const asking = swapTargetAndRole(door, typed)
  const known = findTarget(door.catalog(), asking.target) !== undefined
  // A mistyped command, and not a question for access that anybody should hear of.
  if (!known && nearest(asking.target, SUBCOMMANDS)) throw await unknownWord(door, by, asking.target)
  const { roles, start, ...rest } = asking
  const startsAt = start === undefined ? undefined : await startOf(door, by, start)
  const [role = ''] = roles
  return done(door.verbs.requestTogether({ by, role, startsAt, ...rest }, roles), askedTogetherAnswer)
}

/** On the clock of the person who typed it. */
async function startOf(door: Door, by: string, typed: string): Promise<Date> {
  const [now, person] = await Promise.all([door.queries.now(), door.directory.person(by)])
  return unlessRefused(readStart(typed, now, person.timezone))
}

/** `read orders-db`: when the words name a target and its role only the other way round, they mean that. */
function swapTargetAndRole<T extends Pick<Of<'ask'>, 'target' | 'roles'>>(door: Door, asking: T): T {
  const catalog = door.catalog()
  const [role = ''] = asking.roles
  const turned = !findTarget(catalog, asking.target) && findRole(catalog, role, asking.target)
  return turned && asking.roles.length === 1 ? { ...asking, target: role, roles: [asking.target] } : asking
}

/** Without a duration and a reason there is a form for them. */
async function extend(door: Door, typed: Typed, { grant: number, ...said }: Of<'extend'>): Promise<Said> {
  const by = typed.visitor.person
  const grant = unlessRefused(await door.verbs.extendableByName({ by, grant: number }))
  if (said.duration === undefined && said.reason === '')
    return openThen(door, { trigger: typed.trigger, title: EXTEND_TITLE }, () =>
      drawExtendForm(door, by, grant.id),
    )
  return done(
    door.verbs.extendAccess({ by, grant: grant.id, ...said }),
    ({ request, extendedGrant, allowed }) => extendingAnswer(request, extendedGrant, allowed),
  )
}

const withdraw = (door: Door, by: string, { request }: Of<'withdraw'>): Promise<Said> =>
  done(door.verbs.withdrawByName({ by, request }), (withdrawn) => withdrawnAnswer(withdrawn.request))

const end = (door: Door, by: string, command: Of<'end'>): Promise<Said> =>
  done(door.verbs.endByName({ ...command, by }), ({ grant }, names) => endingAnswer(grant, by, names))

/** Suggests a command, or a target out of this person's own. */
async function unknownWord(door: Door, by: string, word: string): Promise<TurnedAway> {
  const { mayAsk } = await door.queries.listAccess(by)
  const near = nearest(word, [...SUBCOMMANDS, ...targetsOf(mayAsk).map((target) => target.id)])
  const advice = near ? `Did you mean ${near}?` : '/elevate help shows what can be written.'
  return turnedAway(`There is no command or target “${word}”. ${advice}`)
}

async function answerList(door: Door, person: PersonId, from = 0): Promise<Said> {
  const list = await door.queries.listAccess(person)
  return (names) => listAnswer(list, names, from)
}

const readPage = (value: string) => (/^[0-9]{1,6}$/.test(value) ? Number(value) : undefined)

/** The next page in place of this one, of the list as it is now; whose it is, is who pressed. */
export const pressListPage = press(readPage, (door, { by, id }) => inPlace(door, answerList(door, by, id)))

async function answerStatus(door: Door, person: PersonId): Promise<Said> {
  const list = await door.queries.listAccess(person)
  return (names) => statusAnswer(list, names, door.capabilities)
}

const answerStanding = (door: Door, by: PersonId, target: string | undefined): Promise<Said> =>
  done(door.verbs.readStanding({ by, target }), standingAnswer)

async function answerExplain(door: Door, by: PersonId, ask: Of<'explain'>): Promise<Said> {
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
  const { waits } = preview
  const explained = unlessRefused(preview.explained)
  const presence = await door.directory.presence(explained.approvers ?? [])
  return (names) =>
    explainAnswer(ask, explained, names, {
      presence,
      refusedBecause: waits && waitsAlready(waits, by, names),
    })
}

const answerActivity = (door: Door, by: PersonId, grant: number, after = 0): Promise<Said> =>
  done(door.verbs.readActivity({ by, grant, after }), (read, names) =>
    activityAnswer(read, names, (from) => writeActivityAsk({ grant, after: from })),
  )

/** The next page in place of this one. The button brings the question; who may ask it is judged again. */
export const pressActivityPage = press(readActivityAsk, (door, { by, id }) =>
  inPlace(door, answerActivity(door, by, id.grant, id.after)),
)

/** The message that was pressed becomes the answer. */
async function inPlace(door: Door, said: Promise<Said>): Promise<Said> {
  const answer = await answerOf(door, () => said)
  return answer && { ...answer, replace: true }
}

async function answerAllow(door: Door, { visitor, trigger }: Typed, command: AllowCommand): Promise<Said> {
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

const CHOOSE = "Type @ and choose from Slack's list."

/** What is not a person may be refused with “Did you mean …?”. Never more than words: nothing is done by a name. */
async function understood(door: Door, by: string, text: string): Promise<Command> {
  try {
    return parseCommand(text)
  } catch (error) {
    if (!(error instanceof NoSuchPerson)) throw error
    const { typed, help } = error
    const near = await door.queries.suggestPeople(by, typed)
    if (near.length === 0) throw error
    const names = near.map(({ name, handle }) => (handle ? `${name} (@${handle})` : name))
    throw turnedAway(
      `“${typed}” is not a person Slack knows. Did you mean ${oneOf(names)}? ${CHOOSE} ${help}`,
    )
  }
}
