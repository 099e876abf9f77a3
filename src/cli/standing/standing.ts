import { Command } from 'commander'
import { moment } from '../../audit/report/timeline.ts'
import { cleanText } from '../../core/access/reason.ts'
import { findTarget } from '../../core/catalog.ts'
import { type Look, type Standing, WHOLE } from '../../core/standing/standing.ts'
import { unlessRefused } from '../../operations/refusals.ts'
import { addCommands } from '../exit-codes.ts'
import { catalogInUse, operatorName, withElevate } from '../open.ts'
import { print, table } from '../print.ts'

type Where = { readonly target?: string; readonly json?: boolean }

/** `elevate standing` */
export function standingCommand(): Command {
  const standing = new Command('standing')
    .description('access that elevate did not give: what is known, and what is accepted')
    .option('--target <id>', 'only this target')
    .option('--json', 'for programs')
    .action(async ({ target, json }: Where) => {
      if (target) refuseUnknown(target)
      const { present, looks } = await withElevate(({ queries }) => queries.standing(target))
      print(json, { looks, present }, inWords(present, looks))
    })
  return addCommands(standing, [acceptCommand(), lookCommand()])
}

function acceptCommand(): Command {
  return new Command('accept')
    .description('accept access without a grant as meant: it is part of the baseline from now on')
    .requiredOption('--target <id>', 'the target')
    .requiredOption('--reason <text>', 'why it is meant; it stays in the audit log')
    .option('--account <name>', 'only this account; without it, everything that is open on the target')
    .option('--role <id>', `only this role; “${WHOLE}” is everything on the target`)
    .option('--until <day>', 'the last day, for example 2027-01-31; without an end when left out')
    .option('--json', 'for programs')
    .action(
      async (
        options: Where & {
          readonly target: string
          readonly reason: string
          readonly account?: string
          readonly role?: string
          readonly until?: string
        },
      ) => {
        const { json, ...ask } = options
        const { accepted } = unlessRefused(
          await withElevate(async ({ verbs }) =>
            verbs.acceptAsOperator(catalogInUse(), { ...ask, by: operatorName() }),
          ),
        )
        print(
          json,
          accepted,
          accepted.map((one) => `Accepted: ${one.account}, ${one.role} on ${one.target}.`).join('\n'),
        )
      },
    )
}

function lookCommand(): Command {
  return new Command('look')
    .description('have the running bot ask the targets now; what is new goes to the security channel')
    .option('--target <id>', 'only this target')
    .option('--json', 'for programs')
    .action(async ({ target, json }: Where) => {
      if (target) refuseUnknown(target)
      const targets = target ? [target] : catalogInUse().targets.map((one) => one.id)
      await withElevate(({ verbs }) => verbs.askForLook(targets))
      print(json, { asked: targets }, `Asked for a look at ${targets.join(', ')}.`)
    })
}

function refuseUnknown(target: string): void {
  if (!findTarget(catalogInUse(), target)) throw new Error(`There is no target “${cleanText(target)}”.`)
}

function inWords(present: readonly Standing[], looks: readonly Look[]): string {
  const rows = present.map((one) => [
    one.target,
    one.role === WHOLE ? 'everything' : one.role,
    one.account,
    one.how,
    one.state === 'open'
      ? `open since ${moment(one.foundAt)}`
      : `accepted by ${one.acceptedBy}${one.acceptedUntil ? ` until ${moment(one.acceptedUntil)}` : ''}`,
  ])
  const lines = [
    rows.length === 0
      ? 'No standing access is known.'
      : table(['target', 'role', 'account', 'how', 'state'], rows),
    ...looks.map(lookLine),
  ]
  return (looks.length === 0 ? [...lines, 'No target was looked at yet.'] : lines).join('\n')
}

function lookLine({ target, readAt, triedAt, error }: Look): string {
  if (error !== undefined)
    return `${target}: NOT READ at ${moment(triedAt)} (${error}); last read ${readAt ? moment(readAt) : 'never'}`
  return readAt ? `${target}: read ${moment(readAt)}` : `${target}: not read yet`
}
