// Errors in words an operator can act on. Never a connection string: it contains the bot's password.
import { ConnectorError, type ConnectorErrorKind } from '../../core/connector.ts'

/** How far a call had come when it failed; decides whether the target may have changed. */
export type Phase = 'connecting' | 'reading' | 'changing' | 'committing'

const meanings: Readonly<Record<string, readonly [ConnectorErrorKind, string]>> = {
  '28P01': ['config', "The database refused the bot's password. Check the connection secret of this target."],
  '28000': [
    'config',
    "The database refused the bot's login. Check pg_hba.conf and that the bot's role may log in.",
  ],
  '3D000': ['config', 'The database in the connection secret of this target does not exist.'],
  '25006': [
    'config',
    'The connection leads to a read-only replica. Point the connection secret at the primary.',
  ],
  '42501': ['denied', "The bot's role lacks a right. Run `elevate check`, which names it."],
  '42704': ['not-found', 'A role is missing in the database.'],
  '42710': ['conflict', 'A role of this name exists already.'],
  '23505': ['retryable', 'Another change of the same role came first.'],
  '53300': ['retryable', 'The database has no free connection.'],
  '57P01': ['retryable', 'The database is shutting down, or ended our session.'],
  '57P03': ['retryable', 'The database is starting up.'],
  '57014': ['retryable', 'The database took too long and the statement was cancelled.'],
  '55P03': ['retryable', 'The database waited too long for a lock.'],
  '40001': ['retryable', 'The database asked to try again.'],
  XX000: ['retryable', 'Another change of the same role came first.'],
  '40P01': ['retryable', 'The database asked to try again after a deadlock.'],
}

export function connectorError(error: unknown, target: string, phase: Phase): ConnectorError {
  if (error instanceof ConnectorError) return error
  const { code, message } = described(error)
  if (code && /^[0-9A-Z]{5}$/.test(code) && !/^E[A-Z]{4}$/.test(code)) {
    const [kind, text] = meanings[code] ?? ['retryable', 'The database refused a statement.']
    return new ConnectorError(kind, `${target}: ${text} (${code}: ${message})`, { cause: error })
  }
  // Not from the server: the connection could not be made, or was lost.
  if (phase === 'connecting') {
    const text = 'The database cannot be reached. Check that it runs and that this host may connect to it.'
    return new ConnectorError('retryable', `${target}: ${text} (${message})`, { cause: error })
  }
  if (phase === 'committing') {
    const text =
      'The connection was lost while the change was being committed; whether it happened must be read.'
    return new ConnectorError('unknown-outcome', `${target}: ${text} (${message})`, { cause: error })
  }
  return new ConnectorError('retryable', `${target}: The connection to the database was lost. (${message})`, {
    cause: error,
  })
}

export function sqlState(error: unknown): string | undefined {
  const { cause } = error as { cause?: unknown }
  return (error as { code?: string }).code ?? (cause as { code?: string } | undefined)?.code
}

function described(error: unknown): { code: string | undefined; message: string } {
  const [first] = error instanceof AggregateError ? (error.errors as unknown[]) : [error]
  const { code, message } = (first ?? {}) as { code?: string; message?: string }
  return { code, message: message || code || 'no reason given' }
}
