/** What was typed with a request beside its reason: said in the same ways everywhere. */
import type { Request } from '../../../core/access/request.ts'
import { link, type RichText, say } from '../../blocks/rich-text.ts'

type Typed = Pick<Request, 'ticket'>

/** As rows of a card. `url` leads to the ticket where the operator said it can be read. */
export function typedRows({ ticket }: Typed, url: string | undefined): (readonly [string, RichText])[] {
  return [['Ticket', ticket === undefined ? say`` : linked(ticket, url)]]
}

/** As sentences: `Ticket INC-7.` */
export function typedSentences({ ticket }: Typed, url?: string): RichText {
  return ticket === undefined ? say`` : say`Ticket ${linked(ticket, url)}.`
}

/** At the end of a sentence: `, ticket INC-7`. */
export function withTyped({ ticket }: Typed, url: string | undefined): RichText {
  return ticket === undefined ? say`` : say`, ticket ${linked(ticket, url)}`
}

function linked(ticket: string, url: string | undefined): RichText {
  return url === undefined ? say`${ticket}` : say`${link(url, ticket)}`
}
