import { keepsTheContract } from './contract.ts'
import { membershipWorld, temporaryWorld } from './postgres-world.ts'

keepsTheContract('PostgreSQL with temporary logins', () => temporaryWorld())
keepsTheContract('PostgreSQL with memberships', () => membershipWorld())
