import { type Logger, pino } from 'pino'

/** Values that must never be logged, wherever they occur in a text: tokens, connection strings, bearer headers. */
const SECRETS =
  /xox[a-z]-[\w-]+|xapp-[\w-]+|(postgres(?:ql)?:\/\/[^:@\s/]*):[^@\s]*@|Bearer\s+[\w.~+/-]+=*|AKIA[0-9A-Z]{16}|gh[pousr]_\w{20,}/g

function withoutSecrets(text: string): string {
  return text.replace(SECRETS, (_, url: string | undefined) => (url ? `${url}:…@` : '…'))
}

/** One JSON object a line on standard error; standard output belongs to the commands. */
export function makeLog(level: string): Logger {
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    {
      write: (line: string) => {
        process.stderr.write(withoutSecrets(line))
      },
    },
  )
}
