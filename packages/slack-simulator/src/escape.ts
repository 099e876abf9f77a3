import type { Workspace } from './workspace.ts'

/** Text from people reaches the app with Slack's three control characters escaped. */
function escapeControl(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

export function unescapeControl(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}

/**
 * What a person typed, as the app gets it. With `should_escape` in the manifest, names that Slack knows turn into
 * mentions with an id, and web addresses into links; without it they stay as typed.
 */
export function asTyped(text: string, workspace: Workspace, mentions: boolean): string {
  const escaped = escapeControl(text)
  if (!mentions) return escaped
  return escaped
    .replace(/(^|\s)(https?:\/\/[^\s<>]+)/g, '$1<$2>')
    .replace(/(^|[\s(])@([\p{L}\p{N}._-]+)/gu, (whole, before: string, name: string) => {
      const mention = mentionOf(name, workspace)
      return mention ? `${before}${mention}` : whole
    })
    .replace(/(^|[\s(])#([\p{L}\p{N}_-]+)/gu, (whole, before: string, name: string) => {
      const channel = workspace.channel(name)
      return channel?.kind === 'channel' ? `${before}<#${channel.id}|${channel.name}>` : whole
    })
}

function mentionOf(name: string, workspace: Workspace): string | undefined {
  if (['here', 'channel', 'everyone'].includes(name)) return `<!${name}>`
  const person = [...workspace.people.values()].find((one) => one.name === name)
  if (person) return `<@${person.id}|${person.name}>`
  const group = [...workspace.groups.values()].find((one) => one.handle === name)
  return group ? `<!subteam^${group.id}|@${group.handle}>` : undefined
}
