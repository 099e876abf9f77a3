/** The first word after `/elevate` is one of these or the id of a target, so no target may have one of these ids. */
export const SUBCOMMANDS = [
  'help',
  'list',
  'status',
  'end',
  'extend',
  'withdraw',
  'revoke',
  'who',
  'standing',
  'activity',
  'audit',
  'explain',
  'break-glass',
  'allow',
] as const

export type Subcommand = (typeof SUBCOMMANDS)[number]

export function isSubcommand(word: string): word is Subcommand {
  return (SUBCOMMANDS as readonly string[]).includes(word)
}
