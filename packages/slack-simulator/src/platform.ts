import type { Delivery } from './deliver.ts'
import type { Faults } from './faults.ts'
import { hazardsIn, type Violation } from './hazards.ts'
import type { Manifest } from './manifest.ts'
import type { Rates } from './rates.ts'
import type { Wire } from './record.ts'
import type { ResponseUrls } from './response-urls.ts'
import type { Triggers } from './triggers.ts'
import type { Views } from './views.ts'
import type { Workspace } from './workspace.ts'

/** The parts of one simulated Slack, as its methods and its people need them. */
export type Platform = {
  readonly manifest: Manifest
  readonly workspace: Workspace
  readonly views: Views
  readonly triggers: Triggers
  readonly responseUrls: ResponseUrls
  readonly delivery: Delivery
  readonly wire: Wire
  readonly faults: Faults
  /** Absent when calls are not paced. */
  readonly rates: Rates | undefined
  readonly tickets: { issue(): string }
  readonly tokens: { readonly bot: string; readonly app: string; readonly verification: string }
  readonly origin: () => string
  readonly notices: Map<string, { readonly at: number; readonly text: string }[]>
  readonly violations: Violation[]
  readonly uploads: Map<string, { readonly name: string; length: number; content: Buffer | undefined }>
  /** True after the app was removed from the workspace: its tokens are dead. */
  uninstalled: boolean
}

/** Something Slack itself tells one person. */
export function notify(platform: Platform, userId: string, text: string): void {
  const notices = platform.notices.get(userId) ?? []
  notices.push({ at: platform.workspace.clock.now(), text })
  platform.notices.set(userId, notices)
  platform.workspace.touch()
}

export function watchForHazards(platform: Platform, where: string, content: Record<string, unknown>): void {
  const at = platform.workspace.clock.now()
  for (const hazard of hazardsIn(content)) platform.violations.push({ at, where, ...hazard })
}
