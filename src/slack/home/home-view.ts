import { type Grant, isWaiting } from '../../core/access/grant.ts'
import { canRequest } from '../../core/access/lifecycle.ts'
import type { Entitlement } from '../../core/access/policy.ts'
import type { Request } from '../../core/access/request.ts'
import type { Capabilities } from '../../core/connector.ts'
import type { AccessList } from '../../operations/access/list-access.ts'
import { button, context, divider, header, quote, rich, section } from '../blocks/layout.ts'
import type { Block, HomeView, Names } from '../blocks/message.ts'
import { code, type RichText, say } from '../blocks/rich-text.ts'
import { ACTION } from '../platform/ids.ts'
import { decisionButtons, ownButtons, withdrawButton } from '../words/access/buttons.ts'
import { acceptButtons, offeredLine, offersIn } from '../words/access/for-another.ts'
import { entitlementLine, NOTHING_TO_ASK } from '../words/access/lists.ts'
import { grantLine, pendingLine, toDecideLine } from '../words/access/phases.ts'
import { preApprovalsAtHome } from '../words/access/pre-approval.ts'
import { openReviewLine, reviewButton } from '../words/access/review.ts'
import { quarantineLasts } from '../words/log/log-notices.ts'
import { accessName } from '../words/phrases.ts'
import { type HomePages, pageOf, pageSize, pagingButtons } from './home-pages.ts'

export { type HomePages, readPages } from './home-pages.ts'

export type HomeParts = {
  readonly names: Names
  readonly capabilities: (target: string) => Capabilities | undefined
  readonly pages?: HomePages
}

/** Home: what waits for me, what I have, what I asked for, what I may ask for. */
export function homeView(list: AccessList, { names, capabilities, pages = {} }: HomeParts): HomeView {
  const requests = list.requests.filter(
    (request) => canRequest('withdraw', request.state) && !list.toAccept.includes(request),
  )
  const part = <T>(
    name: keyof HomePages,
    title: string,
    items: readonly T[],
    empty: RichText,
    draw: (item: T) => Block[],
  ): Block[] => {
    const size = pageSize(name)
    const page = pageOf(name, pages[name] ?? 0, items.length)
    const shown = items.slice(page * size, (page + 1) * size)
    const paging = pagingButtons(name, { ...pages, [name]: page }, items.length, title)
    return [
      header(items.length > size ? `${title} (${items.length})` : title),
      ...(shown.length === 0 ? [context(empty)] : shown.flatMap(draw)),
      ...(paging ? [paging] : []),
    ]
  }
  const waits =
    list.toDecide.length > 0
      ? [
          ...part('toDecide', 'Waiting for you', list.toDecide, say``, (request) => toDecide(request, names)),
          divider,
        ]
      : []
  const offers = offersIn(list.toAccept)
  const offered =
    offers.length > 0
      ? part('toAccept', 'For you to accept', offers, say``, (offer) => [
          section(offeredLine(offer, names)),
          acceptButtons(offer[0]),
        ])
      : []
  const owed =
    list.toReview.length > 0
      ? part('toReview', 'To review', list.toReview, say``, (request) => [
          section(openReviewLine(request, names), reviewButton(request, names)),
        ])
      : []
  return {
    type: 'home',
    blocks: [
      ...(list.quarantine ? [section(quarantineLasts(list.quarantine)), divider] : []),
      ...offered,
      ...owed,
      ...waits,
      ...part(
        'grants',
        'Your access',
        list.grants,
        list.mayAsk.length > 0 ? NO_GRANTS : NOTHING,
        ({ grant }) => mine(grant, list.now, capabilities),
      ),
      ...part('requests', 'Your requests', requests, NO_REQUESTS, (request) => pending(request, names)),
      ...(list.preApprovals ? preApprovalsAtHome(list.preApprovals, names) : []),
      divider,
      ...part('mayAsk', 'You may ask for', list.mayAsk, NOTHING_TO_ASK, mayAsk),
      context(
        say`${code('/elevate help')} shows what you can type. Access ends by itself; every step is in the audit log.`,
      ),
    ],
  }
}

const NO_GRANTS = say`You have no access through elevate now. Ask for some below, or type ${code('/elevate')} in any channel.`
const NOTHING = say`You have no access through elevate now.`
const NO_REQUESTS = say`None of your requests waits for an answer.`

function toDecide(request: Request, names: Names): Block[] {
  return [
    section(toDecideLine(request, names(request.requester))),
    rich(quote(request.reason || '–', 600)),
    decisionButtons({ request }, names),
  ]
}

function mine(grant: Grant, now: Date, capabilities: HomeParts['capabilities']): Block[] {
  if (grant.state !== 'active' && !isWaiting(grant)) return [section(grantLine(grant, now))]
  return [section(grantLine(grant, now)), ownButtons(grant, capabilities(grant.target))]
}

function pending(request: Request, names: Names): Block[] {
  return [section(pendingLine(request, names), withdrawButton(request))]
}

function mayAsk(one: Entitlement): Block[] {
  return [
    section(
      entitlementLine(one),
      button({
        action: ACTION.open_form,
        text: 'Ask…',
        label: `Ask for ${accessName({ role: one.role.id, target: one.target.id })}`,
        value: `${one.target.id} ${one.role.id}`,
      }),
    ),
  ]
}
