import type { Catalog, Target } from '../core/catalog.ts'
import type { Connector, ConnectorKind } from '../core/connector.ts'
import type { Json } from '../core/json.ts'
import { postgres } from './postgres/connector.ts'

/** The kinds of target systems that elevate can grant access to. */
export const connectorKinds: readonly ConnectorKind[] = [postgres]

export type Secrets = (reference: Json) => string

/** One connector for each target; throws with the target's name when a secret or a setting does not do. */
export function openConnectors(catalog: Catalog, secret: Secrets): ReadonlyMap<string, Connector> {
  return new Map(catalog.targets.map((target) => [target.id, open(target, secret)]))
}

function open(target: Target, secret: Secrets): Connector {
  const kind = connectorKinds.find((one) => one.kind === target.connector)
  if (!kind) throw new Error(`There is no connector “${target.connector}” (target ${target.id}).`)
  try {
    const roles = target.roles.map(({ id, settings }) => ({ id, settings }))
    return kind.open({ id: target.id, settings: target.settings, secret, roles })
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new Error(`The target ${target.id} cannot be opened: ${why}`, { cause: error })
  }
}

export async function closeConnectors(connectors: ReadonlyMap<string, Connector>): Promise<void> {
  await Promise.allSettled([...connectors.values()].map((one) => one.close()))
}
