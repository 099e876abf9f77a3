import { createElement as h, type ReactNode } from 'react'
import { nameOf, type Scene } from '../scene.ts'

/** A coloured square with a person's initials; the app has a sign of its own. */
export function avatar(scene: Scene, id: string, size: 'small' | 'middle' | 'large' = 'large'): ReactNode {
  const isApp = id === scene.view.bot.userId
  const letters = isApp ? '⚡' : initials(nameOf(scene, id))
  const className = `avatar ${size} ${isApp ? 'app' : `tint-${tint(id)}`}`
  return h('span', { className, 'aria-hidden': true }, letters)
}

function initials(name: string): string {
  const words = name.split(/[\s._-]+/).filter(Boolean)
  const ends = words.length > 1 ? [words[0], words.at(-1)] : [words[0]]
  return ends.map((word) => [...(word ?? '?')][0]?.toUpperCase() ?? '?').join('')
}

function tint(id: string): number {
  let sum = 0
  for (const character of id) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 997
  return sum % 8
}
