import { createElement as h, type ReactNode } from 'react'
import type { View } from '../../view.ts'
import { drawBlocks } from '../blocks/draw.ts'
import { placeKey, type Scene, type Spot } from '../scene.ts'
import { avatar } from './avatar.ts'

/** The modal on top of the stack. Those below it show as edges behind it. */
export function modal(scene: Scene): ReactNode {
  const view = scene.view.modals.at(-1)
  if (!view) return null
  const depth = scene.view.modals.length
  const place = { kind: 'view', view_id: view.id } as const
  const errors = { ...scene.looking.errors[view.id], ...view.errors }
  const spot: Spot = { scene, place, pane: 'modal', values: view.state.values, errors }
  const title = view.title?.text ?? ''
  return h(
    'div',
    {
      className: `modal depth-${depth}`,
      'data-key': `modal-${view.id}`,
      'data-view': view.id,
      role: 'dialog',
      'aria-modal': true,
      'aria-labelledby': 'modal-title',
      'aria-busy': view.busy,
      tabIndex: -1,
    },
    h(
      'header',
      { className: 'modal-head' },
      avatar(scene, scene.view.bot.userId, 'middle'),
      h('h2', { id: 'modal-title' }, title),
      h('button', { type: 'button', className: 'plain', 'data-close': view.id, 'aria-label': 'Close' }, '✕'),
    ),
    h(
      'div',
      { className: 'modal-body blocks', 'data-place': placeKey(place) },
      drawBlocks(spot, view.blocks),
    ),
    foot(view, depth, errors['*']),
  )
}

function foot(view: View, depth: number, trouble: string | undefined): ReactNode {
  const close = view.close?.text ?? (depth > 1 ? 'Back' : view.submit ? 'Cancel' : 'Close')
  return h(
    'footer',
    { className: 'modal-foot' },
    trouble ? h('div', { className: 'error', role: 'alert' }, trouble) : null,
    h('button', { type: 'button', className: 'button', 'data-close': view.id }, close),
    view.submit
      ? h(
          'button',
          { type: 'button', className: 'button primary submit', 'data-submit': view.id, disabled: view.busy },
          view.busy ? h('span', { className: 'spinner', 'aria-hidden': true }) : null,
          view.submit.text,
        )
      : null,
  )
}
