import { Fragment, createElement as h, type ReactNode } from 'react'
import { unescapeControl } from '../../escape.ts'
import { record, word } from '../../json.ts'
import type { Scene } from '../scene.ts'
import { emoji, withEmoji } from './emoji.ts'
import { anchor, broadcast, channelMention, groupMention, moment, userMention } from './mention.ts'

type Reader = { readonly scene: Scene; readonly verbatim: boolean }

const tags: Readonly<Record<string, string>> = { '*': 'b', _: 'i', '~': 's' }

/**
 * Draws Slack's own markup. With `verbatim` only what is written in angle brackets becomes a link or a
 * mention; without, bare addresses and `@here` do too.
 */
export function mrkdwn(scene: Scene, text: string, verbatim = false): ReactNode {
  const reader = { scene, verbatim }
  const pieces = text.split(/```([\s\S]+?)```/)
  const drawn = pieces.map((piece, index) => {
    if (index % 2 === 1) return h('pre', null, codeText(reader, piece.replace(/^\n/, '').replace(/\n$/, '')))
    return lines(reader, index > 0 ? piece.replace(/^\n/, '') : piece)
  })
  return h(Fragment, null, ...drawn)
}

/** Sorts lines into quotations and others. */
function lines(reader: Reader, text: string): ReactNode {
  const drawn: ReactNode[] = []
  let quoted: string[] = []
  let plain: string[] = []
  const flush = (): void => {
    if (quoted.length > 0) drawn.push(h('blockquote', null, inline(reader, quoted.join('\n'))))
    if (plain.length > 0) drawn.push(inline(reader, plain.join('\n')))
    quoted = []
    plain = []
  }
  const all = text.split('\n')
  for (const [index, line] of all.entries()) {
    const rest = /^(?:&gt;|>){3} ?(.*)$/.exec(line)
    if (rest) {
      flush()
      quoted = [rest[1] ?? '', ...all.slice(index + 1)]
      break
    }
    const quote = /^(?:&gt;|>) ?(.*)$/.exec(line)
    if (quote ? plain.length > 0 : quoted.length > 0) flush()
    if (quote) quoted.push(quote[1] ?? '')
    else plain.push(line)
  }
  flush()
  return h(Fragment, null, ...drawn)
}

/** Draws marks within lines. */
function inline(reader: Reader, text: string): ReactNode {
  const drawn: ReactNode[] = []
  let plain = ''
  let at = 0
  while (at < text.length) {
    const found = mark(reader, text, at)
    if (found) {
      if (plain) drawn.push(unescapeControl(plain))
      plain = ''
      drawn.push(found.drawn)
      at += found.length
    } else {
      plain += text[at]
      at += 1
    }
  }
  if (plain) drawn.push(unescapeControl(plain))
  return h(Fragment, null, ...drawn)
}

type Found = { readonly drawn: ReactNode; readonly length: number }

function mark(reader: Reader, text: string, at: number): Found | undefined {
  const character = text[at] ?? ''
  if (character === '<') return bracket(reader, text, at)
  if (character === '`') return code(reader, text, at)
  if (character in tags) return styled(reader, text, at)
  if (character === ':') {
    const name = /^:([a-z0-9_+-]+(?:::skin-tone-[2-6])?):/.exec(text.slice(at, at + 80))
    const drawn = name ? emoji(name[1] ?? '') : ':'
    return name && !drawn.startsWith(':') ? { drawn, length: name[0].length } : undefined
  }
  if (reader.verbatim || /\w/.test(text[at - 1] ?? ' ')) return undefined
  if (character === '@') {
    const range = /^@(here|channel|everyone)\b/.exec(text.slice(at, at + 12))
    return range ? { drawn: broadcast(range[1] ?? ''), length: range[0].length } : undefined
  }
  if (character === '#') return bareChannel(reader, text, at)
  if (character !== 'h') return undefined
  const address = /^https?:\/\/[^\s<>|]*[^\s<>|.,;:!?'")\]*_~`]/.exec(text.slice(at, at + 3000))
  if (!address) return undefined
  const url = unescapeControl(address[0])
  return { drawn: anchor(url, url), length: address[0].length }
}

function bareChannel(reader: Reader, text: string, at: number): Found | undefined {
  const name = /^#([\w-]{1,80})/.exec(text.slice(at, at + 81))
  const channel = reader.scene.view.channels.find((one) => one.kind !== 'im' && one.name === name?.[1])
  if (!name || !channel) return undefined
  return { drawn: channelMention(reader.scene, channel.id), length: name[0].length }
}

/** `<@U1>`, `<#C1>`, `<!date^…>`, `<https://…|words>`; anything else in brackets is shown as it is. */
function bracket({ scene }: Reader, text: string, at: number): Found | undefined {
  const whole = /^<([^<>\n]+)>/.exec(text.slice(at, at + 4000))
  if (!whole) return undefined
  const [target = '', ...rest] = (whole[1] ?? '').split('|')
  const words = rest.length > 0 ? unescapeControl(rest.join('|')) : undefined
  const drawn = bracketed(scene, target, words)
  return drawn === undefined ? undefined : { drawn, length: whole[0].length }
}

function bracketed(scene: Scene, target: string, words: string | undefined): ReactNode | undefined {
  const rest = target.slice(1)
  if (/^@[UW]\w+$/.test(target)) return userMention(scene, rest)
  if (/^#[CG]\w+$/.test(target)) return channelMention(scene, rest, words)
  if (target.startsWith('!subteam^')) return groupMention(scene, rest.slice(8), words)
  if (/^!(here|channel|everyone)$/.test(target)) return broadcast(rest)
  if (target.startsWith('!date^')) {
    const [, seconds = '', format = '', link] = target.split('^')
    return moment(scene, Number(seconds), unescapeControl(format), words ?? '', link)
  }
  if (!/^(https?:\/\/|mailto:|tel:)/i.test(target)) return undefined
  const url = unescapeControl(target)
  return anchor(url, words ?? url.replace(/^(mailto|tel):/, ''))
}

function code(reader: Reader, text: string, at: number): Found | undefined {
  const whole = /^`([^`\n]+)`/.exec(text.slice(at))
  if (!whole) return undefined
  return { drawn: h('code', null, codeText(reader, whole[1] ?? '')), length: whole[0].length }
}

/** Within code only links and mentions in brackets are read. */
function codeText({ scene }: Reader, text: string): ReactNode {
  const parts = text.split(/<([^<>\n]+)>/)
  const drawn = parts.map((part, index) => {
    if (index % 2 === 0) return unescapeControl(part)
    const [target = '', words] = part.split('|')
    return bracketed(scene, target, words) ?? `<${unescapeControl(part)}>`
  })
  return h(Fragment, null, ...drawn)
}

/** Bold, italic and strike, where the marks stand at the edges of words. */
function styled(reader: Reader, text: string, at: number): Found | undefined {
  const character = text[at] ?? ''
  if (/[\p{L}\p{N}]/u.test(text[at - 1] ?? ' ') || /\s/.test(text[at + 1] ?? ' ')) return undefined
  for (let end = at + 1; end < text.length && text[end] !== '\n'; end += 1) {
    const skipped = text[end] === '<' || text[end] === '`' ? mark(reader, text, end) : undefined
    if (skipped) {
      end += skipped.length - 1
      continue
    }
    if (text[end] !== character || end === at + 1 || /\s/.test(text[end - 1] ?? '')) continue
    if (/[\p{L}\p{N}]/u.test(text[end + 1] ?? ' ')) continue
    const drawn = h(tags[character] ?? 'span', null, inline(reader, text.slice(at + 1, end)))
    return { drawn, length: end + 1 - at }
  }
  return undefined
}

/** Draws a text object, plain or with marks. */
export function textObject(scene: Scene, value: unknown): ReactNode {
  if (typeof value === 'string') return value
  const text = record(value)
  if (text.type === 'mrkdwn') return mrkdwn(scene, word(text.text), text.verbatim === true)
  return plainText(text)
}

/** The characters of a plain_text object, with emoji unless it says no. */
export function plainText(value: unknown): string {
  if (typeof value === 'string') return value
  const text = record(value)
  return text.emoji === false ? word(text.text) : withEmoji(word(text.text))
}
