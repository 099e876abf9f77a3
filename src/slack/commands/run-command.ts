/** `/elevate …`: what was typed, the verb, the answer. */
import { readStart } from '../../core/access/start-time.ts'
import { findRole, findTarget } from '../../core/catalog.ts'
import { nearest } from '../../core/people/nearest.ts'
import { isRefused, type Refused, refuse } from '../../core/refusal.ts'
import { SUBCOMMANDS } from '../../core/subcommands.ts'
import { openAskForm } from '../forms/ask.ts'
import { openBreakGlassForm } from '../forms/break-glass-form.ts'
import { targetsOf } from '../forms/entitlement-options.ts'
import { drawExtendForm, EXTEND_TITLE } from '../forms/extend-form.ts'
import { openEndEverything, openRevoke } from '../forms/note-forms.ts'
import { openThen } from '../platform/dialog.ts'
import type { Door } from '../platform/guard.ts'
import { done, type Said } from '../platform/handlers.ts'
import type { Typed } from '../platform/payloads.ts'
import {
  askedTogetherAnswer,
  endingAnswer,
  extendingAnswer,
  withdrawnAnswer,
} from '../words/access/answers.ts'
import { helpAnswer } from '../words/help.ts'
import { answerAudit, answerCheckpoint } from './answer-audit.ts'
import { answerEvidence } from './answer-evidence.ts'
import { answerStory, answerWho } from './answer-who.ts'
import {
  answerActivity,
  answerAllow,
  answerExplain,
  answerList,
  answerStanding,
  answerStatus,
} from './answers.ts'
import { withSuggestions } from './no-such-person.ts'
import { type Command, parseCommand } from './parse-command.ts'

type Of<K extends Command['kind']> = Extract<Command, { kind: K }>

export async function runCommand(door: Door, typed: Typed): Promise<Said> {
  const command = parseCommand(typed.text)
  const by = typed.visitor.person
  if (isRefused(command)) return withSuggestions(door, by, command)
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
  if (target !== undefined && !findTarget(door.catalog(), target)) return unknownWord(door, person, target)
  return openAskForm(door, { person, trigger: typed.trigger, filled: { target } })
}

async function ask(door: Door, by: string, wanted: Of<'ask'>): Promise<Said> {
  const { kind: _, ...typed } = wanted
  const asking = straightened(door, typed)
  const known = findTarget(door.catalog(), asking.target) !== undefined
  // A mistyped command, and not a question for access that anybody should hear of.
  if (!known && nearest(asking.target, SUBCOMMANDS)) return unknownWord(door, by, asking.target)
  const { roles, start, ...rest } = asking
  const startsAt = start === undefined ? undefined : await startOf(door, by, start)
  if (isRefused(startsAt)) return startsAt
  const [role = ''] = roles
  return done(door.verbs.requestTogether({ by, role, startsAt, ...rest }, roles), askedTogetherAnswer)
}

/** On the clock of the person who typed it. */
async function startOf(door: Door, by: string, typed: string): Promise<Date | Refused> {
  const [now, person] = await Promise.all([door.queries.now(), door.directory.person(by)])
  return readStart(typed, now, person.timezone)
}

/** `read orders-db`: when the words name a target and its role only the other way round, they mean that. */
function straightened<T extends Pick<Of<'ask'>, 'target' | 'roles'>>(door: Door, asking: T): T {
  const catalog = door.catalog()
  const [role = ''] = asking.roles
  const turned = !findTarget(catalog, asking.target) && findRole(catalog, role, asking.target)
  return turned && asking.roles.length === 1 ? { ...asking, target: role, roles: [asking.target] } : asking
}

/** Without a duration and a reason there is a form for them. */
async function extend(door: Door, typed: Typed, { grant: number, ...said }: Of<'extend'>): Promise<Said> {
  const by = typed.visitor.person
  const grant = await door.verbs.extendableByName({ by, grant: number })
  if (isRefused(grant)) return grant
  if (said.duration === undefined && said.reason === '')
    return openThen(door, { trigger: typed.trigger, title: EXTEND_TITLE }, () =>
      drawExtendForm(door, by, grant.id),
    )
  return done(door.verbs.extendAccess({ by, grant: grant.id, ...said }), ({ request, prolongs, allowed }) =>
    extendingAnswer(request, prolongs, allowed),
  )
}

const withdraw = (door: Door, by: string, { request }: Of<'withdraw'>): Promise<Said> =>
  done(door.verbs.withdrawByName({ by, request }), (withdrawn) => withdrawnAnswer(withdrawn.request))

const end = (door: Door, by: string, command: Of<'end'>): Promise<Said> =>
  done(door.verbs.endByName({ ...command, by }), ({ grant }, names) => endingAnswer(grant, by, names))

/** Suggests a command, or a target out of this person's own. */
async function unknownWord(door: Door, by: string, word: string): Promise<Refused> {
  const { mayAsk } = await door.queries.listAccess(by)
  const near = nearest(word, [...SUBCOMMANDS, ...targetsOf(mayAsk).map((target) => target.id)])
  const advice = near ? `Did you mean ${near}?` : '/elevate help shows what can be written.'
  return refuse('unknown-target', `There is no command or target “${word}”. ${advice}`, 'target')
}
