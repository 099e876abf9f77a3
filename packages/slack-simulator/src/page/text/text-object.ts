import type { ReactNode } from 'react'
import { record, word } from '../reading.ts'
import type { Scene } from '../scene.ts'
import { withEmoji } from './emoji.ts'
import { mrkdwn } from './mrkdwn.ts'

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
