const MAX_LISTED = 1_000

/** Something that is not as it was signed. Its fields are part of what `elevate audit verify --json` prints. */
export type Fault = {
  /**
   * - `changed`, `changed-hash`: an event, or its hash, is not what was signed
   * - `missing`, `no-hash`, `order`: events that are gone, half gone, or in the wrong place
   * - `rewritten`: somewhere in `[index, before)`, and consistently, so that no single event can be named
   * - `truncated`: signed events are missing at the end
   * - `text-gone`: a private text was removed, and no event says so
   * - `text`, `column`, `copy`, `file`: what is kept beside an event is not what the event says
   * - `checkpoint`, `contradiction`: a checkpoint that cannot count, or two that cannot both be true
   * - `unproven`, `unwitnessed`: no checkpoint at all, or none that a witness has cosigned
   */
  readonly kind:
    | 'changed'
    | 'changed-hash'
    | 'missing'
    | 'no-hash'
    | 'order'
    | 'rewritten'
    | 'truncated'
    | 'text'
    | 'text-gone'
    | 'column'
    | 'copy'
    | 'file'
    | 'checkpoint'
    | 'contradiction'
    | 'unproven'
    | 'unwitnessed'
  readonly text: string
  /** The first event concerned. */
  readonly index?: number
  /** The event after the last one concerned, where it is more than one. */
  readonly before?: number
  /** The size of the checkpoint that shows it. */
  readonly checkpoint?: number
}

/** Faults in the order they were found: the first thousand, and how many `more`. */
export class FaultList {
  readonly list: Fault[] = []
  more = 0

  add(fault: Fault): void {
    if (this.list.length < MAX_LISTED) this.list.push(fault)
    else this.more += 1
  }

  missing(index: number, before: number): void {
    const text =
      before - index === 1 ? `event ${index} is missing` : `events ${index} to ${before - 1} are missing`
    this.add({ kind: 'missing', text, index, before })
  }
}
