/** Rules between the keys of deliveries. */
import type { Json } from '../../core/connector.ts'
import { isObject } from '../connector-settings.ts'
import { quote, type Report } from '../yaml/issue.ts'

/** Reads leniently: what has the wrong shape was reported already, and must not hide another fault. */
export function checkDeliveries(file: Json, report: Report): void {
  const deliveries = isObject(file) && Array.isArray(file.delivery) ? (file.delivery as readonly Json[]) : []
  const names = new Set<string>()
  const files = new Set<string>()
  deliveries.forEach((delivery, i) => {
    if (!isObject(delivery)) return
    const path = ['delivery', i]
    const { name, webhook, file } = delivery
    if (typeof name === 'string') {
      if (names.has(name))
        report([...path, 'name'], `Another one is called ${quote(name)} too. Give each its own name.`)
      names.add(name)
    }
    if ((webhook === undefined) === (file === undefined))
      report(path, 'Write either webhook or file: where the events go.')
    if (typeof file === 'string') {
      if (files.has(file))
        report([...path, 'file'], `${quote(file)} is written by another one too. Give each its own file.`)
      files.add(file)
    }
    const url = isObject(webhook) ? webhook.url : undefined
    if (typeof url === 'string' && /^http:/.test(url) && !HERE.test(url))
      report([...path, 'webhook', 'url'], 'Use https: what is sent has reasons and names in it.')
  })
}

/** Without a network between there is nothing to encrypt. */
const HERE = /^http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?:[:/]|$)/
