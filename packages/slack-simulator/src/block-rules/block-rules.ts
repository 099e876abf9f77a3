import { isObject } from '../json.ts'
import { dataTable, dataVisualization, table } from './data-rules.ts'
import { accessoryElement, actionsElement, button, contextAction, inputElement } from './element-rules.ts'
import { anyText, imageElement, imageFields, oneImage, plainText } from './object-rules.ts'
import { richText } from './rich-text-rules.ts'
import {
  also,
  boolean,
  byType,
  type Fields,
  fail,
  integer,
  list,
  object,
  oneOf,
  optional,
  type Rule,
  type Surface,
  string,
} from './rule.ts'

const blockId = optional(string({ min: 1, max: 255 }))

function block(type: string, fields: Fields, ...rules: readonly Rule[]): Rule {
  return object({ type: oneOf(type), block_id: blockId, ...fields }, ...rules)
}

const anyTextByType = (max: number): Record<string, Rule> => ({
  plain_text: anyText(max),
  mrkdwn: anyText(max),
})

const url = string({ min: 1, max: 3000 })

const slackIcon = object({ type: oneOf('icon'), name: string({ min: 1 }) })

const card = block(
  'card',
  {
    hero_image: optional(imageElement),
    icon: optional(imageElement),
    slack_icon: optional(slackIcon),
    title: optional(anyText(150)),
    subtitle: optional(anyText(150)),
    body: optional(anyText(200)),
    subtext: optional(anyText(200)),
    actions: optional(list(button, 1, 3)),
  },
  also(
    (value) => ['hero_image', 'title', 'actions', 'body'].some((key) => value[key] !== undefined),
    'must provide at least one of hero_image, title, actions or body',
  ),
  also(
    (value) => value.icon === undefined || value.slack_icon === undefined,
    'must not provide both icon and slack_icon',
  ),
)

const taskFields: Fields = {
  task_id: string({ min: 1 }),
  title: string({ min: 1 }),
  details: optional(richText),
  output: optional(richText),
  sources: optional(list(object({ type: oneOf('url'), url, text: string({ min: 1 }) }), 1, 100)),
}

/** A task that has not begun can only be shown as part of a plan. */
const taskInPlan = block('task_card', {
  ...taskFields,
  status: oneOf('pending', 'in_progress', 'complete', 'error'),
})

const simple: Record<string, Rule> = {
  actions: block('actions', { elements: list(actionsElement, 1, 25) }),
  context: block('context', {
    elements: list(byType({ image: imageElement, ...anyTextByType(3000) }), 1, 10),
  }),
  divider: block('divider', {}),
  header: block('header', { text: plainText(150), level: optional(integer(1, 4)) }),
  image: block('image', { ...imageFields, title: optional(plainText(2000)) }, oneImage),
  input: block('input', {
    label: plainText(2000),
    element: inputElement,
    hint: optional(plainText(2000)),
    optional: optional(boolean),
    dispatch_action: optional(boolean),
  }),
  rich_text: richText,
  section: block(
    'section',
    {
      text: optional(anyText(3000)),
      fields: optional(list(anyText(2000), 1, 10)),
      accessory: optional(accessoryElement(imageElement)),
      expand: optional(boolean),
    },
    also(
      (value) => value.text !== undefined || value.fields !== undefined,
      'must provide at least one of text or fields',
    ),
  ),
  video: block('video', {
    video_url: url,
    thumbnail_url: url,
    alt_text: string({ min: 1 }),
    title: plainText(199),
    title_url: optional(url),
    author_name: optional(string({ max: 49 })),
    provider_name: optional(string()),
    provider_icon_url: optional(url),
    description: optional(plainText(200)),
  }),
}

const container = block(
  'container',
  {
    title: optional(plainText(150)),
    rich_text_title: optional(richText),
    subtitle: optional(anyText(150)),
    child_blocks: list(byType({ ...simple, table }), 1, 10),
    width: optional(oneOf('narrow', 'standard', 'wide', 'full')),
    icon: optional(imageElement),
    is_collapsible: optional(boolean),
    default_collapsed: optional(boolean),
    has_header_divider: optional(boolean),
  },
  also(
    (value) => value.title !== undefined || value.rich_text_title !== undefined,
    'must provide one of title or rich_text_title',
  ),
  also(
    (value) => value.default_collapsed !== true || value.is_collapsible === true,
    'default_collapsed needs is_collapsible',
  ),
)

const rules: Record<string, Rule> = {
  ...simple,
  alert: block('alert', {
    text: anyText(200),
    level: optional(oneOf('default', 'info', 'warning', 'error', 'success')),
  }),
  card,
  carousel: block('carousel', { elements: list(byType({ card }), 1, 10) }),
  container,
  context_actions: block('context_actions', { elements: list(contextAction, 1, 5) }),
  data_table: dataTable,
  data_visualization: dataVisualization,
  markdown: block('markdown', { text: string({ min: 1, max: 12_000 }) }),
  plan: block('plan', {
    title: string({ min: 1 }),
    tasks: optional(list(byType({ task_card: taskInPlan }), 0, 100)),
  }),
  table,
  task_card: block('task_card', { ...taskFields, status: oneOf('in_progress', 'complete', 'error') }),
}

const EVERYWHERE: readonly Surface[] = ['message', 'modal', 'home']

/** Where a block may stand, when not everywhere. Where Slack's pages disagree, this is the narrower reading. */
const SURFACES: Record<string, readonly Surface[]> = {
  alert: ['modal'],
  card: ['message', 'home'],
  carousel: ['message', 'home'],
  container: ['message', 'home'],
  context_actions: ['message'],
  data_table: ['message', 'home'],
  data_visualization: ['message'],
  markdown: ['message'],
  plan: ['message'],
  table: ['message'],
  task_card: ['message'],
}

export const BLOCK_TYPES = Object.keys(rules)

/** One block on its surface. */
export const anyBlock: Rule = (value, pointer, inspection) => {
  const type = isObject(value) ? value.type : undefined
  if (typeof type === 'string' && Object.hasOwn(rules, type)) {
    const surfaces = SURFACES[type] ?? EVERYWHERE
    if (!surfaces.includes(inspection.surface)) {
      return fail(inspection, `${pointer}/type`, `unsupported type: ${type}`)
    }
  }
  return byType(rules)(value, pointer, inspection)
}
