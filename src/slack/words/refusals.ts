/** What people read of a refusal. It may quote what was typed, so all of it is literal text, with people by their names. */

import { MOMENT_HELP } from '../../audit/report/window.ts'
import { DURATION_HELP, formatDuration } from '../../core/access/duration.ts'
import { nearest } from '../../core/people/nearest.ts'
import { oneOf } from '../../core/plural.ts'
import type { Case, DataOf, OperatorCase, Refusal, Refused } from '../../core/refusal.ts'
import { isOperator } from '../../core/standing/standing.ts'
import type { Names } from '../blocks/message.ts'

export function refusalText({ refused }: Refused, names: Names): string {
  const { amid } = refused
  const words = wordsOf(refused, names)
  if (!amid) return words
  return 'role' in amid
    ? `Nothing was asked for, because of ${amid.role}: ${words}`
    : `${amid.ended.join(', ')} ended. ${words}`
}

type Words = {
  readonly [C in Exclude<Case, OperatorCase>]: string | ((data: DataOf<C>, names: Names) => string)
}

function wordsOf(refused: Refusal, names: Names): string {
  const words = (WORDS as Partial<Record<Case, string | ((data: object, names: Names) => string)>>)[
    refused.case
  ]
  return typeof words === 'function' ? words(refused.data, names) : (words ?? `Refused: ${refused.code}.`)
}

const notADuration = ({ typed }: { readonly typed: string }) =>
  `“${typed}” is not a duration: ${DURATION_HELP}.`
const hinted = (hint: string | undefined) => (hint ? ` ${hint}` : '')
const form = (rule: { readonly hint: string | undefined; readonly pattern: string }) =>
  ` ${rule.hint || `It must match ${rule.pattern}.`}`

/** `There is no target “ordrs-db”. Did you mean orders-db?`, or else what there is. */
function missing(
  what: 'target' | 'role',
  { typed, known, target }: Missing,
  there: (names: string) => string,
): string {
  const near = nearest(typed, known)
  const where = target === undefined ? '' : ` on ${target}`
  return `There is no ${what} “${typed}”${where}. ${near ? `Did you mean ${near}?` : there(oneOf(known))}`
}
type Missing = DataOf<'no-such-target'> & { readonly target?: string }

function missingToAsk(what: 'target' | 'role', data: Missing): string {
  const none = 'There is nothing here that you may ask for.'
  return missing(what, data, (names) => (data.known.length > 0 ? `You may ask for ${names}.` : none))
}

function settler(by: string | undefined, names: Names): string {
  if (by === undefined) return 'Somebody'
  return isOperator(by) ? `The ${by}` : names(by)
}

const WORDS: Words = {
  'not-a-member': ({ kind }) =>
    ({
      guest: 'Guests of this workspace cannot ask for access or decide on it.',
      bot: 'Apps and bots cannot ask for access or decide on it.',
      deactivated: 'This account is deactivated.',
      stranger: 'People of another workspace cannot ask for access or decide on it.',
    })[kind],
  'not-a-receiver': ({ kind, person }, names) =>
    ({
      guest: `${names(person)} is a guest of this workspace, and guests cannot have access.`,
      bot: `${names(person)} is an app, and apps cannot have access.`,
      deactivated: `The account of ${names(person)} is deactivated.`,
      stranger: 'That person is not of this workspace.',
    })[kind],
  'no-target-to-ask': (data) => missingToAsk('target', data),
  'no-role-to-ask': (data) => missingToAsk('role', data),
  'no-such-access': ({ target, role, known }) => {
    const near = nearest(`${target} ${role}`, known)
    return `There is no “${target} ${role}”.${near ? ` Did you mean ${near}?` : ''}`
  },
  'not-allowed': ({ role, target, others }) => {
    const instead = others.length > 0 ? ` You may ask for ${oneOf(others)} on ${target}.` : ''
    return `No policy lets you ask for ${role} on ${target}.${instead}`
  },
  'not-allowed-for': ({ role, target, receiver }, names) =>
    `No policy lets you ask for ${role} on ${target} for ${names(receiver)}.`,
  'nothing-to-explain': ({ role, target, receiver, breakGlass }, names) => {
    const whose = receiver === undefined ? '' : ` for ${names(receiver)}`
    const instead = breakGlass ? ` You may break glass: /elevate break-glass ${target} ${role}.` : ''
    return `No policy lets you ask for ${role} on ${target}${whose}.${instead}`
  },
  'no-duration': `That is not a duration: ${DURATION_HELP}.`,
  'not-a-duration': notADuration,
  'too-long': ({ seconds, max }) =>
    `${formatDuration(seconds)} is too long: at most ${formatDuration(max)} here.`,
  'reason-missing': ({ hint }) => `Please say why you need it.${hinted(hint)}`,
  'reason-too-short': ({ min, hint }) => `The reason needs at least ${min} characters.${hinted(hint)}`,
  'reason-too-long': ({ length, max }) => `The reason has ${length} characters; at most ${max} fit.`,
  'reason-pattern': ({ pattern, hint }) =>
    hint ? `The reason is not in the form that is asked here. ${hint}` : `The reason must match ${pattern}.`,
  'ticket-missing': (rule) => `Please name the ticket that this is for.${form(rule)}`,
  'ticket-pattern': (rule) => `“${rule.typed}” is not a ticket as it is asked for here.${form(rule)}`,
  'not-a-start': ({ typed }) =>
    `“${typed}” is not a time to begin at: write 14:00, tomorrow 09:00 or 2026-11-24T09:00.`,
  'no-such-hour': ({ typed, zone }) =>
    `There is no ${typed} in ${zone}: the clocks are changed then. Choose another time.`,
  'no-start': 'That is not a date and a time.',
  'no-later-start': 'A later start is not possible here: it starts when it is approved.',
  'start-passed': 'That moment is over. Name a later one, or leave it out to start when it is approved.',
  'start-too-far': ({ max }) => `That is too far ahead: at most ${formatDuration(max)} here.`,
  'start-of-extension': 'An extension begins where the access ends; it has no other start.',
  'too-many-roles': ({ most }) => `At most ${most} roles can be asked for together.`,
  'already-asked': ({ role, target, receiver }, names) =>
    receiver === undefined
      ? `You have asked for ${role} on ${target} already, and it waits for an answer.`
      : `${role} on ${target} has been asked for already for ${names(receiver)}, and it waits for an answer.`,
  'too-many-pending': ({ most, wanted }) =>
    wanted === 1
      ? `You have ${most} requests waiting already; withdraw one first.`
      : `With these ${wanted} you would have more than ${most} requests waiting; withdraw some first.`,

  'no-such-request': 'There is no such request.',
  'no-request-named': ({ request }) => `There is no request ${request}.`,
  'nothing-to-withdraw': 'None of your requests waits for an answer.',
  'not-the-asker': ({ request, asker }, names) => `Only ${names(asker)} can withdraw ${request}.`,
  'waits-for-its-start': ({ request, grant }) =>
    `${request} is approved already and waits for its start. Call it off with /elevate end ${grant}.`,
  'request-closed': ({ request, state, by }, names) =>
    `${request} was already ${state}${by ? ` by ${names(by)}` : ''}; nothing was changed.`,
  'request-expired': ({ request }) =>
    `${request} lapsed because nobody answered in time; nothing was changed.`,
  'offer-expired': ({ request }) =>
    `${request} lapsed because you did not answer in time; nothing was changed.`,
  'offer-accepted': ({ request }) => `You have accepted ${request} already.`,
  'not-offered-to-you': ({ request, person, answer }, names) =>
    `Only ${names(person)} can ${answer} ${request}.`,
  'question-missing': 'Please write what you want to know.',
  'answer-missing': 'Please write an answer.',
  'too-many-questions': ({ request, most }) =>
    `There were ${most} questions about ${request} already; talk in its thread.`,
  'no-such-question': 'There is no such question.',
  'own-question': 'This is your own question; somebody else answers it.',
  'question-answered': 'This question has been answered already; its thread has the answer.',
  'no-part-in-it': ({ request }) =>
    `Only who asked for ${request} and who may decide on it ask and answer questions about it.`,
  'more-than-one': ({ verb, these }) => {
    const all = these.map(({ name, role, target }) => `${name} (${role} on ${target})`).join(', ')
    return `There is more than one: ${all}. Say which, for example /elevate ${verb} ${these[0]?.name}.`
  },

  'not-an-approver': ({ role, target }) => `You are not an approver of ${role} on ${target}.`,
  'self-approval': 'Nobody decides on his own request here. You can withdraw it.',
  'already-decided': ({ request }) => `You have approved ${request} already; it needs other people too.`,
  'stage-filled': ({ request }) =>
    `${request} has every approval that you could give; it waits for other people now. You can still deny it.`,
  'requester-gone': ({ requester }, names) => `${names(requester)} is no longer a member of this workspace.`,
  'policy-without-requester': ({ requester, role, target, request }, names) =>
    `Today's policy no longer lets ${names(requester)} have ${role} on ${target}. ${request} stays open until it lapses or is withdrawn.`,
  'policy-with-less-time': ({ role, target, max }) =>
    `Today's policy no longer allows that long for ${role} on ${target}. With “Approve with changes…” you can approve it for ${formatDuration(max)} at most.`,
  'longer-than-asked': ({ seconds, asked }) =>
    `${formatDuration(seconds)} is longer than the ${formatDuration(asked)} that were asked for.`,
  'sooner-than-asked': 'That is sooner than it was asked for.',
  'may-not-begin': ({ role, target }) =>
    `Today's policy no longer gives ${role} on ${target} to this person.`,
  'may-not-begin-for-so-long': ({ role, target, max, seconds }) =>
    `Today's policy allows ${role} on ${target} for ${formatDuration(max)} at most, and this was for ${formatDuration(seconds)}.`,

  'no-target-to-pre-approve': (data) => missing('target', data, (names) => `There is ${names}.`),
  'no-role-to-pre-approve': (data) => missing('role', data, (names) => `There is ${names}.`),
  'person-gone': ({ person }, names) => `${names(person)} is not a member of this workspace.`,
  'nothing-to-pre-approve': ({ person, role, target }, names) =>
    `No policy lets ${names(person)} ask for ${role} on ${target}, so there is nothing to approve beforehand.`,
  'no-pre-approval': ({ policy, role, target }) =>
    `The policy ${policy} does not allow approving ${role} on ${target} beforehand. Whoever looks after elevate here can change that (pre_approval).`,
  'self-pre-approval': 'Nobody approves his own requests here, and not beforehand either.',
  'no-span': `Say for how long it holds: ${DURATION_HELP}.`,
  'not-a-span': notADuration,
  'span-too-long': ({ seconds, max }) =>
    `${formatDuration(seconds)} is too long: approving beforehand holds for at most ${formatDuration(max)} here.`,
  'no-length-of-each': `Say how long each may be: ${DURATION_HELP}.`,
  'each-too-long': ({ seconds, max }) =>
    `${formatDuration(seconds)} each is too long: at most ${formatDuration(max)} can be asked for here.`,
  'each-longer-than-span': ({ each, span }) =>
    `Each may be ${formatDuration(each)}, which is longer than the ${formatDuration(span)} it holds.`,
  'pre-approval-reason-missing': 'Please say why you approve it beforehand.',
  'already-pre-approved':
    'You have approved that beforehand already, and it still holds. /elevate allow list shows it; end it first to give another one.',
  'no-such-pre-approval': 'There is no such pre-approval.',
  'no-pre-approval-named': ({ name }) => `There is no pre-approval ${name}.`,
  'not-your-pre-approval': ({ giver, name, person }, names) =>
    `Only ${names(giver)}, who gave ${name}, ${names(person)}, who has it, and security can end it.`,
  'pre-approval-over': ({ name }) => `${name} is over already; nothing was changed.`,

  'no-break-glass': ({ role, target }) => `No policy lets you break glass for ${role} on ${target}.`,
  'review-open':
    'Your earlier break-glass still waits for its review. Ask an approver or security to write it first.',
  'self-review': ({ request }) =>
    `Nobody reviews his own break-glass: somebody else must write about ${request}.`,
  'not-a-reviewer': ({ role, target, request }) =>
    `Only the approvers of ${role} on ${target} and security review ${request}.`,
  'no-such-review': 'There is no such break-glass to review.',
  'review-missing': 'Please write what you found.',
  'already-reviewed': ({ request }) =>
    `The break-glass ${request} has been reviewed already; nothing was changed.`,

  'no-such-grant': 'There is no such grant.',
  'no-grant-named': ({ grant }) => `There is no grant ${grant}.`,
  'no-grant-called': ({ grant }) => `There is no ${grant}.`,
  'nothing-to-extend': 'You have no access that could be extended.',
  'nothing-to-end': ({ target }) => `You have no access${target ? ` on ${target}` : ''} that could be ended.`,
  'nothing-to-revoke': ({ person, role, target }, names) =>
    `${names(person)} has no access${role === undefined ? '' : ` as ${role}`} on ${target} that could be ended.`,
  'grant-over': ({ grant }) => `${grant} is over or ending already.`,
  'end-reason-missing': 'Please say why you end it; the holder will read it.',
  'not-yours-to-end': ({ role, target }) =>
    `Only the holder, the approvers of ${role} on ${target} and security can end it.`,
  'not-yours-to-end-there': ({ target }) =>
    `Only the holder, the approvers of that access and security can end access on ${target}.`,
  'not-yours-to-extend': 'Only the person who holds the access can ask to extend it.',
  'not-yours-to-see': 'Only the person who holds the access can see its password.',
  'not-yours-to-look-into': ({ grant }) => `There is no grant ${grant} that you may look into.`,
  'not-yours-to-read':
    'You can look at your own access. About other people, security may look at everything and approvers at the targets they approve.',
  'extended-too-early': ({ grant, state }) =>
    `${grant} ${state === 'waiting' ? 'has not begun yet' : 'is being given now'}; extend it when it is there.`,
  'extended-too-late': ({ grant }) =>
    `${grant} is over or ending, so it cannot be extended. Ask for new access with /elevate.`,
  'no-credential': ({ target }) => `${target} gives no password: use the account you have there.`,
  'no-credential-yet': ({ grant }) => `${grant} is not active, so there is no password.`,
  'no-credential-any-more': ({ grant }) => `${grant} has just ended, so there is no password.`,
  'credential-not-made': ({ target, said }) =>
    `${target} did not make a password: ${said} Try again in a moment.`,

  'not-security': 'Only security can do this.',
  'not-security-for-all-of': ({ person }, names) =>
    `Only security can end everything of somebody. Approvers end access on their targets: /elevate revoke ${names(person)} target reason.`,
  'not-security-to-look': 'Only security can ask to look again.',
  'not-security-to-post': 'Security may post the checkpoint. /elevate audit checkpoint shows it to you.',
  'not-security-to-export':
    'Evidence shows everybody’s access and reasons, so only security can have it made.',

  'no-such-standing': 'There is no such standing access.',
  'no-such-report': 'There is no such report.',
  'accept-reason-missing': 'Please say why it is meant; it stays in the audit log.',
  'not-a-day': ({ typed, example }) => `“${typed}” is not a day: write for example ${example}.`,
  'day-over': ({ day }) => `${day} is over. Choose a day to come, or none to accept it without an end.`,
  'nothing-open': 'Nothing of this is open any more; nothing was changed.',
  'standing-accepted': ({ by, account }, names) =>
    `${settler(by, names)} accepted ${account} already; nothing was changed.`,
  'standing-removed': ({ by }, names) => `${settler(by, names)} took it away already; nothing was changed.`,
  'standing-gone': ({ account }) => `${account} no longer has it: the target said so. Nothing was changed.`,
  'standing-over': 'It is over already; nothing was changed.',
  'standing-granted': ({ account }) => `A grant gives ${account} this access now; end the grant.`,
  'standing-beyond': ({ why }) => `elevate cannot take it. ${why}`,
  'standing-not-removable': ({ role, target }) =>
    `elevate cannot take ${role} on ${target} from anybody now.`,
  'standing-not-removed': ({ target, said }) => `${target} said: ${said}`,
  'no-channel-to-ask-in': ({ target }) =>
    `The configuration no longer has ${target}: there is no channel to ask in.`,

  'no-such-target': (data) => missing('target', data, (names) => `There are ${names}.`),
  'no-such-role': (data) => missing('role', data, (names) => `It has ${names}.`),
  'two-ways-of-saying-when':
    'Say one of: at a moment, around a moment (for 2h), from one to another, or ever; nothing means now.',
  'not-a-length': ({ typed }) => `“${typed}” is not a length of time: write 30m, 2h or 1d.`,
  'too-long-to-look-at': ({ max }) => `At most ${formatDuration(max)} can be looked at around a moment.`,
  'not-a-moment': ({ typed }) => `“${typed}” is not a moment: ${MOMENT_HELP}.`,
  'end-before-beginning': 'The end is before the beginning: turn them round.',
}
