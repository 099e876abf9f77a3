// Can it be seen what people do in this target, and what is missing for it?
import type { Finding } from '../../core/connector.ts'
import { ACTIVITY_VERSION, aboutActivity } from './activity.ts'
import type { Ask } from './session.ts'
import type { TargetSettings } from './settings.ts'

const INSTALL = 'elevate activity install-sql prints what a database administrator runs'

export async function activityFindings(ask: Ask, settings: TargetSettings): Promise<Finding[]> {
  const temporary = settings.mode === 'temporary-login'
  // A name that such a login could have; for memberships there is one only when somebody asks for access.
  const account = temporary ? `${settings.login_prefix}check_g1` : ''
  const about = await aboutActivity(ask, account)
  if (typeof about === 'string') {
    const absent = about.endsWith('not installed there')
    const text = `it cannot be seen what people do here, because ${about}; ${INSTALL}`
    return [{ level: absent ? 'info' : 'warning', text }]
  }
  const missing = [
    ...(about.version < ACTIVITY_VERSION ? [`the function that reads the log is outdated; ${INSTALL}`] : []),
    ...(about.collector ? [] : ['logging_collector is off; set it to on and restart the server']),
    ...(about.jsonlog ? [] : ["log_destination lacks jsonlog; set it to 'stderr,jsonlog'"]),
    ...(about.english ? [] : ["the log is not in English; set lc_messages to 'C'"]),
    ...(temporary && !about.readable
      ? [`logins beginning with "${settings.login_prefix}" are not in elevate_activity.readable; ${INSTALL}`]
      : []),
  ]
  const partly = [
    ...(about.connections && about.disconnections
      ? []
      : ['logins and their ends are not logged; set log_connections and log_disconnections to on']),
    ...(temporary || about.pgaudit || about.statements === 'all'
      ? []
      : [
          `of people's own logins only log_statement = ${about.statements} is logged; use pgaudit, or set it to all`,
        ]),
  ]
  if (missing.length + partly.length === 0)
    return [{ level: 'info', text: 'what people do here can be read from the log' }]
  return [...missing, ...partly].map((text) => ({
    level: 'warning',
    text: `what people do here cannot ${missing.includes(text) ? '' : 'all '}be seen: ${text}`,
  }))
}
