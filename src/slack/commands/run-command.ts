/** `/elevate …`: what was typed, the verb, the answer. */
import { readStart } from '../../core/access/start-time.ts'
import { findRole, findTarget } from '../../core/catalog.ts'
import { nearest } from '../../core/people/nearest.ts'
import { isRefused, type Refused, refuse } from '../../core/refusal.ts'
import { SUBCOMMANDS } from '../../core/subcommands.ts'
import { openEndEverything } from '../buttons/end-everything.ts'
import { openRevoke } from '../buttons/revoke-on-target.ts'
import { openBreakGlassForm } from '../forms/break-glass-form.ts'
import { targetsOf } from '../forms/entitlement-options.ts'
import { openExtendForm } from '../forms/extend-form.ts'
import { openAskForm } from '../forms/open-ask-form.ts'
import { tellRefusal } from '../platform/answers.ts'
import type { Answer, Door } from '../platform/guard.ts'
import { withNames } from '../platform/names.ts'
import type { Typed } from '../platform/payloads.ts'
import {
  askedTogetherAnswer,
  endingAnswer,
  extendingAnswer,
  withdrawnAnswer,
} from '../words/access/answers.ts'
import { helpAnswer } from '../words/help.ts'
import { answerActivity } from './answer-activity.ts'
import { answerAllow } from './answer-allow.ts'
import { answerAudit, answerCheckpoint } from './answer-audit.ts'
import { answerEvidence } from './answer-evidence.ts'
import { answerExplain, answerList, answerStanding, answerStatus } from './answer-question.ts'
import { answerStory, answerWho } from './answer-who.ts'
import { withSuggestions } from './no-such-person.ts'
import { type Command, parseCommand } from './parse-command.ts'

type Of<K extends Command['kind']> = Extract<Command, { kind: K }>

export async function runCommand(door: Door, typed: Typed): Promise<Answer | undefined> {
  const command = parseCommand(typed.text)
  const by = typed.visitor.person
  if (isRefused(command)) return tellRefusal(door, await withSuggestions(door, by, command))
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

async function openForm(door: Door, typed: Typed, { target }: Of<'form'>): Promise<Answer | undefined> {
  const { person } = typed.visitor
  if (target !== undefined && !findTarget(door.catalog(), target))
    return tellRefusal(door, await unknownWord(door, person, target))
  return openAskForm(door, { person, trigger: typed.trigger, filled: { target } })
}

async function ask(door: Door, by: string, wanted: Of<'ask'>): Promise<Answer> {
  const { kind: _, ...typed } = wanted
  const asking = straightened(door, typed)
  const known = findTarget(door.catalog(), asking.target) !== undefined
  // A mistyped command, and not a question for access that anybody should hear of.
  if (!known && nearest(asking.target, SUBCOMMANDS))
    return tellRefusal(door, await unknownWord(door, by, asking.target))
  const { roles, start, ...rest } = asking
  const startsAt = start === undefined ? undefined : await startOf(door, by, start)
  if (isRefused(startsAt)) return tellRefusal(door, startsAt)
  const [role = ''] = roles
  const asked = await door.verbs.requestTogether({ by, role, startsAt, ...rest }, roles)
  if (isRefused(asked)) return tellRefusal(door, asked)
  return withNames(door.directory, (names) => askedTogetherAnswer(asked, names))
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
async function extend(door: Door, typed: Typed, { grant: number, ...said }: Of<'extend'>) {
  const by = typed.visitor.person
  const grant = await door.verbs.extendableByName({ by, grant: number })
  if (isRefused(grant)) return tellRefusal(door, grant)
  if (said.duration === undefined && said.reason === '')
    return openExtendForm(door, { by, grant: grant.id, trigger: typed.trigger })
  const asked = await door.verbs.extendAccess({ by, grant: grant.id, ...said })
  if (isRefused(asked)) return tellRefusal(door, asked)
  return extendingAnswer(asked.request, asked.prolongs, asked.allowed)
}

async function withdraw(door: Door, by: string, { request }: Of<'withdraw'>): Promise<Answer> {
  const withdrawn = await door.verbs.withdrawByName({ by, request })
  return isRefused(withdrawn) ? tellRefusal(door, withdrawn) : withdrawnAnswer(withdrawn.request)
}

async function end(door: Door, by: string, command: Of<'end'>): Promise<Answer> {
  const ended = await door.verbs.endByName({ ...command, by })
  if (isRefused(ended)) return tellRefusal(door, ended)
  return withNames(door.directory, (names) => endingAnswer(ended.grant, by, names))
}

/** Suggests a command, or a target out of this person's own. */
async function unknownWord(door: Door, by: string, word: string): Promise<Refused> {
  const { mayAsk } = await door.queries.listAccess(by)
  const near = nearest(word, [...SUBCOMMANDS, ...targetsOf(mayAsk).map((target) => target.id)])
  const advice = near ? `Did you mean ${near}?` : '/elevate help shows what can be written.'
  return refuse('unknown-target', `There is no command or target “${word}”. ${advice}`, 'target')
}
