import type { Capabilities } from '../../core/connector.ts'
import type { AccessList } from '../../operations/access/list-access.ts'
import { actions, context, divider, header, quote, rich, section } from '../blocks/layout.ts'
import type { Block, HomeView, Names } from '../blocks/message.ts'
import { code, type RichText, say } from '../blocks/rich-text.ts'
import { type ListRow, NOTHING_TO_ASK, rowsOf } from '../words/access/lists.ts'
import { preApprovalsAtHome } from '../words/access/pre-approval.ts'
import { quarantineLasts } from '../words/log/log-notices.ts'
import { type HomePages, pageOf, pageSize, pagingButtons } from './home-pages.ts'

export { type HomePages, readPages } from './home-pages.ts'

export type HomeParts = {
  readonly names: Names
  readonly capabilities: (target: string) => Capabilities | undefined
  readonly pages?: HomePages
}

/** Home: what waits for me, what I have, what I asked for, what I may ask for. */
export function homeView(list: AccessList, { names, capabilities, pages = {} }: HomeParts): HomeView {
  const rows = rowsOf(list, names, capabilities)
  const part = (name: keyof typeof rows, title: string, empty?: RichText): Block[] => {
    const count = rows[name].length
    if (count === 0) return empty ? [header(title), context(empty)] : []
    const size = pageSize(name)
    const page = pageOf(name, pages[name] ?? 0, count)
    const paging = pagingButtons(name, { ...pages, [name]: page }, count, title)
    return [
      header(count > size ? `${title} (${count})` : title),
      ...rows[name].slice(page * size, (page + 1) * size).flatMap((row) => rowBlocks(row, BESIDE.has(name))),
      ...(paging ? [paging] : []),
    ]
  }
  return {
    type: 'home',
    blocks: [
      ...(list.quarantine ? [section(quarantineLasts(list.quarantine)), divider] : []),
      ...part('toAccept', 'For you to accept'),
      ...part('toReview', 'To review'),
      ...part('toDecide', 'Waiting for you'),
      ...(rows.toDecide.length > 0 ? [divider] : []),
      ...part('grants', 'Your access', list.mayAsk.length > 0 ? NO_GRANTS : NOTHING),
      ...part('requests', 'Your requests', NO_REQUESTS),
      ...(list.preApprovals ? preApprovalsAtHome(list.preApprovals, names) : []),
      divider,
      ...part('mayAsk', 'You may ask for', NOTHING_TO_ASK),
      context(
        say`${code('/elevate help')} shows what you can type. Access ends by itself; every step is in the audit log.`,
      ),
    ],
  }
}

const NO_GRANTS = say`You have no access through elevate now. Ask for some below, or type ${code('/elevate')} in any channel.`
const NOTHING = say`You have no access through elevate now.`
const NO_REQUESTS = say`None of your requests waits for an answer.`

/** The one button of these stands beside the line, which takes one block less. */
const BESIDE: ReadonlySet<string> = new Set(['toReview', 'requests', 'mayAsk'])

function rowBlocks({ line, buttons, reason }: ListRow, beside: boolean): Block[] {
  if (beside) return [section(line, buttons[0])]
  return [
    section(line),
    ...(reason === undefined ? [] : [rich(quote(reason || '–', 600))]),
    ...(buttons.length > 0 ? [actions(...buttons)] : []),
  ]
}
