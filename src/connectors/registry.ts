// The kinds of target systems that elevate can give access to.
import type { ConnectorKind } from '../core/connector.ts'
import { postgres } from './postgres/connector.ts'

export const connectorKinds: readonly ConnectorKind[] = [postgres]
