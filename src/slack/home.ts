/** Home, whole from the rows at every visit and change. */

import { z } from 'zod'
import type { Capabilities } from '../core/connector.ts'
import type { AccessList } from '../operations/access/list-access.ts'
import { actions, button, context, divider, header, quote, rich, section } from './blocks/layout.ts'
import type { Block, HomeView, Names } from './blocks/message.ts'
import { code, type RichText, say } from './blocks/rich-text.ts'
import { withNames } from './platform/directory.ts'
import type { Door } from './platform/guard.ts'
import { ACTION } from './platform/ids.ts'
import { type ListRow, NOTHING_TO_ASK, rowsOf } from './words/access/lists.ts'
import { preApprovalsAtHome } from './words/access/pre-approval.ts'
import { quarantineLasts } from './words/log/log-notices.ts'

type HomeParts = {
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

/** Items of each list on one page; six lists of at most three blocks each stay within the hundred that Home takes. */
const PAGE_SIZE = 8
const SECTIONS = ['toAccept', 'grants', 'requests', 'toDecide', 'toReview', 'mayAsk'] as const

const shape = z.partialRecord(z.enum(SECTIONS), z.number().int().min(0).max(10_000))

/** Which page of each list is shown, from 0. */
type HomePages = { readonly [section in (typeof SECTIONS)[number]]?: number }

function pageSize(section: keyof HomePages): number {
  return section === 'toAccept' ? 6 : PAGE_SIZE
}

/** The value of a paging button → the pages it asks for; anything else → the first pages. */
export function readPages(value: string | undefined): HomePages {
  try {
    const read = shape.safeParse(JSON.parse(value ?? ''))
    return read.success ? read.data : {}
  } catch {
    return {}
  }
}

/** The page nearest to the one asked for: lists grow shorter between two clicks. */
function pageOf(section: keyof HomePages, asked: number, items: number): number {
  return Math.min(Math.max(0, asked), Math.max(0, Math.ceil(items / pageSize(section)) - 1))
}

function pagingButtons(
  name: keyof HomePages,
  pages: HomePages,
  items: number,
  title: string,
): Block | undefined {
  const page = pages[name] ?? 0
  const last = Math.ceil(items / pageSize(name)) - 1
  if (last < 1) return undefined
  const to = (target: number, text: string, label: string) =>
    button({
      action: `${ACTION.home_page}`,
      text,
      label: `${label} of “${title}”`,
      value: JSON.stringify({ ...pages, [name]: target }),
    })
  // Two buttons of one block need two ids, so there is one button: round to the first page after the last.
  return actions(
    page < last
      ? to(page + 1, `Next (page ${page + 2} of ${last + 1})`, 'Next page')
      : to(0, 'Back to the first page', 'First page'),
  )
}

export async function showHome(door: Door, person: string, pages: HomePages = {}): Promise<undefined> {
  const list = await door.queries.listAccess(person)
  const { capabilities } = door
  const view = await withNames(door.directory, (names) => homeView(list, { names, capabilities, pages }))
  await door.client.views.publish({ user_id: person, view })
}

/** Somebody opened Home: it is drawn now, and kept true from now on. */
export async function openHome(door: Door, person: string): Promise<undefined> {
  await door.queries.sawHome(person)
  return showHome(door, person)
}
