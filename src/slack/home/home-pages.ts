import { z } from 'zod'
import { actions, button } from '../blocks/layout.ts'
import type { Block } from '../blocks/message.ts'
import { ACTION } from '../platform/ids.ts'

/** Items of each list on one page; six lists of at most three blocks each stay within the hundred that Home takes. */
const PAGE = 8
const SECTIONS = ['toAccept', 'grants', 'requests', 'toDecide', 'toReview', 'mayAsk'] as const

const shape = z.partialRecord(z.enum(SECTIONS), z.number().int().min(0).max(10_000))

/** Which page of each list is shown, from 0. */
export type HomePages = { readonly [section in (typeof SECTIONS)[number]]?: number }

export function pageSize(section: keyof HomePages): number {
  return section === 'toAccept' ? 6 : PAGE
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
export function pageOf(section: keyof HomePages, asked: number, items: number): number {
  return Math.min(Math.max(0, asked), Math.max(0, Math.ceil(items / pageSize(section)) - 1))
}

export function pagingButtons(
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
