import { type Json, word } from '../reading.ts'
import { idOf, placeKey, type Spot } from '../scene.ts'

/** How a control sits in its block: alone in an input block it has a label, and is put in, not pressed. */
export type Wiring = {
  readonly spot: Spot
  readonly blockId: string
  /** Ids of the label and of the hint or error, inside an input block. */
  readonly labelledBy?: string
  readonly describedBy?: string
  readonly invalid?: boolean
  /** True in an input block without `dispatch_action`: a change fills, and tells the app nothing. */
  readonly fills: boolean
}

/** The attributes by which the page's script knows what was pressed. */
export function wires(wiring: Wiring, element: Json): Record<string, string | boolean | undefined> {
  return {
    'data-key': idOf(wiring.spot, wiring.blockId, word(element.action_id)),
    'data-place': placeKey(wiring.spot.place),
    'data-block': wiring.blockId,
    'data-action': word(element.action_id),
    'data-type': word(element.type),
    'data-fills': wiring.fills ? 'yes' : 'no',
    'data-focus': element.focus_on_load === true ? 'yes' : undefined,
    'aria-labelledby': wiring.labelledBy,
    'aria-describedby': wiring.describedBy,
    'aria-invalid': wiring.invalid ? true : undefined,
  }
}
