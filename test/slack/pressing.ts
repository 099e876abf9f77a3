/** What can be pressed in a message. */
export type Press = {
  action_id: string
  value: string
  accessibility_label: string
  confirm?: { text: { text: string } }
}

export function buttons(message: { blocks: readonly unknown[] }): Press[] {
  return message.blocks.flatMap((block) => {
    const one = block as { type: string; elements?: Press[] }
    return one.type === 'actions' ? (one.elements ?? []) : []
  })
}

export const pressable = (message: { blocks: readonly unknown[] }) =>
  buttons(message).map((one) => one.action_id)
/** Dates as their fallback. */
export const plain = (text: string) => text.replace(/<!date\^\d+\^[^|]*\|([^>]*)>/g, '$1')
