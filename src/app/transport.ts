/** How Slack reaches us. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { answerFrom, type healthRoutes, type Others } from '../api/health.ts'
import type { Environment } from '../config/environment.ts'
import type { Transport } from '../slack/platform/app.ts'

/** Over HTTP, health and metrics share Slack's port unless they have one of their own. */
export function transportOf(
  { slack: { transport }, http }: Environment,
  routes: ReturnType<typeof healthRoutes>,
  others: Others,
): Transport {
  if (transport.kind === 'socket' || http) return transport
  const extraRoutes = Object.fromEntries(
    [...routes.keys()].map((path) => [
      path,
      async (request: IncomingMessage, response: ServerResponse) => {
        await answerFrom(routes, request, response)
      },
    ]),
  )
  return { ...transport, extraRoutes, others }
}
