import { type Door, explain, quietly } from '../platform/guard.ts'
import { loadingView, type Modal, noticeView } from './notice-view.ts'

/**
 * Opens a dialog while the trigger still lives, and fills it when the rest is known. The filling is not waited
 * for: whoever looks at the dialog sees that it is under way.
 */
export async function openThen(
  door: Door,
  open: {
    readonly trigger: string
    readonly title: string
    readonly what: string
    /** The dialog in which it was pressed becomes the new one; there is none to open beside it. */
    readonly into?: string | undefined
  },
  produce: () => Promise<Modal>,
): Promise<undefined> {
  if (open.into !== undefined) {
    void quietly(door, open.what, () => fill(door, open.into ?? '', open, produce))
    return undefined
  }
  const opened = await door.client.views.open({ trigger_id: open.trigger, view: loadingView(open.title) })
  const id = opened.view?.id
  if (id) void quietly(door, open.what, () => fill(door, id, open, produce))
  return undefined
}

async function fill(
  door: Door,
  id: string,
  open: { readonly title: string; readonly what: string },
  produce: () => Promise<Modal>,
): Promise<void> {
  const view = await produce().catch((error: unknown) =>
    noticeView(open.title, explain(door, open.what, error)),
  )
  await door.client.views.update({ view_id: id, view })
}
