import type { ReactNode } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import type { PersonView } from '../view.ts'
import { type Looking, nothingYet } from './scene.ts'
import { paneBody, paneHead, thread } from './workspace/channel.ts'
import { modal } from './workspace/modal.ts'
import { sidebar } from './workspace/sidebar.ts'

/** The parts of the page as HTML. All text in them is escaped, whatever the app sent. */
export type Rendering = {
  readonly sidebar: string
  readonly head: string
  readonly body: string
  readonly thread: string
  readonly modal: string
}

/** Draws what a person sees; `looking` says what of it is open. */
export function render(view: PersonView, looking: Partial<Looking>, now: number): Rendering {
  const scene = { view, looking: { ...nothingYet, ...looking }, now }
  const html = (node: ReactNode): string => (node === null ? '' : renderToStaticMarkup(node))
  return {
    sidebar: html(sidebar(scene)),
    head: html(paneHead(scene)),
    body: html(paneBody(scene)),
    thread: html(thread(scene)),
    modal: html(modal(scene)),
  }
}
