// Passwords that the server never sees: it gets only the SCRAM verifier, so neither its log nor the network has one.
import { createHash, createHmac, pbkdf2Sync, randomBytes, randomInt } from 'node:crypto'

const alphabet = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789'
const length = 26
const iterations = 4096

/**
 * About 151 bits. Only letters and digits that are not easily confused: such a password is its own
 * SASLprep form, needs no quoting in a shell or a URL, and can be read aloud.
 */
export function makePassword(): string {
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('')
}

/** What PostgreSQL would store for this password (RFC 5803). `password` must be ASCII. */
export function scramVerifier(password: string, salt: Buffer = randomBytes(16)): string {
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256')
  const hmac = (text: string) => createHmac('sha256', salted).update(text).digest()
  const storedKey = createHash('sha256').update(hmac('Client Key')).digest('base64')
  const serverKey = hmac('Server Key').toString('base64')
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${storedKey}:${serverKey}`
}
