/** What people do most in scenarios: ask, and say yes to exactly that. */
import type { Simulator } from 'slack-simulator'
import type { Block, SeenMessage } from 'slack-simulator/view'
import { ADA, BEN, ORDERS } from './workspace.ts'

type Button = { readonly action_id: string; readonly text?: { readonly text: string } }

function buttonIn(message: SeenMessage, says: string): { block: string; action: string } | undefined {
  for (const block of message.blocks as readonly (Block & { elements?: readonly Button[] })[]) {
    const found = block.elements?.find((element) => element.text?.text === says)
    if (found && block.block_id) return { block: block.block_id, action: found.action_id }
  }
  return undefined
}

/** Presses Approve on the card of the request with this reason. */
export async function approve(simulator: Simulator, reason: string, by = BEN, within = 15_000) {
  const approver = simulator.as(by)
  const { message, button } = await approver.see(
    () =>
      approver
        .messages(ORDERS)
        .filter((one) => one.text.includes(reason))
        .map((one) => ({ message: one, button: buttonIn(one, 'Approve') }))
        .find((one) => one.button),
    { within, what: `an approval card about ${reason}` },
  )
  const place = { kind: 'message', channel: ORDERS, ts: message.ts } as const
  return approver.press(place, button?.block ?? '', button?.action ?? '')
}

/** Waits until somebody's direct messages say this. */
export function told(
  simulator: Simulator,
  text: string | RegExp,
  person = ADA,
  within?: number,
): Promise<SeenMessage> {
  return said(simulator, person, 'dm', text, within)
}

export function said(
  simulator: Simulator,
  person: string,
  channel: string,
  text: string | RegExp,
  within = 15_000,
): Promise<SeenMessage> {
  const reader = simulator.as(person)
  const says = (one: SeenMessage) =>
    typeof text === 'string' ? one.text.includes(text) : text.test(one.text)
  return reader.see(() => reader.messages(channel).find(says), {
    within,
    what: `a message that says ${text}`,
  })
}
