/** How an approval is said: of one stage in half a sentence, of several one after the other. */
import {
  type ApprovalStage,
  approvalsNeeded,
  type FilledStage,
  namedIn,
} from '../../../core/access/stages.ts'
import type { Names } from '../../blocks/message.ts'
import { type Line, listed, say } from '../../blocks/say.ts'
import { mentionsOf, plainNames } from '../phrases.ts'

/** So many are mentioned in all stages together. */
const MOST = 10

type Whose = (stage: ApprovalStage) => Line

/** Mentions whom a stage names; with more stages, fewer of each. */
function mentioning(stages: number): Whose {
  return (stage) => {
    const who = namedIn(stage)
    if (who.some((one) => one.kind === 'everyone')) return say`anybody here`
    const most = Math.max(2, Math.floor(MOST / stages))
    if (!stage.alert) return mentionsOf(who, most)
    const { mention, named } = stage.alert
    // Whoever rests is named and not alerted; whoever is quiet is neither.
    const rest = named.slice(0, most).map((name) => say`${name} (quiet hours)`)
    const awake = mentionsOf(mention, most)
    return listed([...(awake.length > 0 ? [awake] : []), ...rest], 'or')
  }
}

/** ` from @dba`, `: one of @dba, one of @security`; goes on from a number of approvals. */
export function fromWhom(stages: readonly ApprovalStage[], who: Whose = mentioning(stages.length)): Line {
  const [only] = stages
  if (only && stages.length === 1) {
    const source = who(only)
    return source.length > 0 ? say` from ${source}` : say``
  }
  return stages.length > 1 ? say`: ${eachStage(stages, who)}` : say``
}

/** `one of @dba, one of @security`. */
export function eachStage(stages: readonly ApprovalStage[], who: Whose = mentioning(stages.length)): Line {
  return listed(
    stages.map((stage) => {
      const { name, count } = stage
      const lone = count === 1 && stage.from.length === 1 && stage.from[0]?.kind === 'person'
      const source =
        lone && !stage.fallback ? who(stage) : say`${count === 1 ? 'one' : count} of ${who(stage)}`
      return name ? say`${source} (${name})` : source
    }),
  )
}

/** `Ben for @dba`: who filled which stage so far. */
export function filledBy(stages: readonly FilledStage[], names: Names): Line {
  return listed(
    stages
      .filter((stage) => stage.by.length > 0)
      .map((stage) => say`${plainNames(stage.by, names)} for ${stage.name ?? mentionsOrAnybody(stage)}`),
  )
}

function mentionsOrAnybody(stage: ApprovalStage): Line {
  return mentioning(MOST)({ from: stage.from, count: stage.count })
}

/** `2 approvals: one of @dba and one of @security`; pings whom it names. */
export function approvalsFrom(stages: readonly ApprovalStage[]): Line {
  const count = approvalsNeeded(stages)
  return say`${count === 1 ? 'an approval' : `${count} approvals`}${fromWhom(stages)}`
}

/** `one more approval`, `2 more approvals`, and from whom where it matters who. */
export function moreApprovals(missing: readonly ApprovalStage[], staged: boolean): Line {
  const count = Math.max(1, approvalsNeeded(missing))
  const more = count === 1 ? 'one more approval' : `${count} more approvals`
  return staged ? say`${more}: ${eachStage(missing)}` : say`${more}`
}
