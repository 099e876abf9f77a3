// What the verbs of both modes share.
import type { Database, Where } from './session.ts'
import type { TargetSettings } from './settings.ts'

export type Target = {
  readonly id: string
  readonly settings: TargetSettings
  readonly database: Database
  /** The address that people get to connect to. */
  readonly shown: Where
}

export function howToConnect({ shown }: Target, login: string): { label: string; value: string }[] {
  return [
    { label: 'Host', value: `${shown.host}:${shown.port}` },
    { label: 'Database', value: shown.database },
    { label: 'Login', value: login },
  ]
}
