import { type Line, link, say } from '../../blocks/say.ts'

/** The ticket's name, leading to where the operator said it can be read. */
export function ticketLine(request: { readonly ticket: string | undefined }, url: string | undefined): Line {
  const { ticket } = request
  if (ticket === undefined) return say``
  return url === undefined ? say`${ticket}` : say`${link(url, ticket)}`
}

/** The same at the end of a sentence: `, INC-7`. */
export function withTicket(request: { readonly ticket: string | undefined }, url: string | undefined): Line {
  return request.ticket === undefined ? say`` : say`, ticket ${ticketLine(request, url)}`
}
