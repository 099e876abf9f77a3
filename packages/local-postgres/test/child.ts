// A process that starts a local PostgreSQL, says where it is, and stays until it is killed.
import { startLocalPostgres } from '../src/server.ts'

const server = await startLocalPostgres(JSON.parse(process.argv[2] ?? '{}'))
console.log(JSON.stringify({ url: server.url }))
process.stdin.resume().on('end', () => process.exit(0))
