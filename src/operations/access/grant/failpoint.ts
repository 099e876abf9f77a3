/**
 * Places where a test may stop the process, to prove that nothing is lost there. Armed by `armFailpoint`, which only
 * the start-up code calls, from ELEVATE_FAILPOINT; unarmed it costs one comparison.
 */
export type Failpoint = 'before-grant' | 'after-grant' | 'before-revoke' | 'after-revoke' | 'after-delivery'

let armed: { readonly at: Failpoint; readonly act: () => void | Promise<void> } | undefined

export function armFailpoint(at: Failpoint, act: () => void | Promise<void>): void {
  armed = { at, act }
}

export async function failpoint(at: Failpoint): Promise<void> {
  if (armed?.at === at) await armed.act()
}
