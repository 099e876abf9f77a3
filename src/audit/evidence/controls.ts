/**
 * The sixteen controls: fifteen that auditors ask for (SOC 2, ISO 27001, NIST 800-53), and what was done
 * with the access: what elevate does for each, and which events show it. An auditor's own list decides.
 */
import type { StoredEvent } from '../stored-event.ts'

export type Control = {
  readonly number: number
  /** Also the name of its files. */
  readonly slug: string
  readonly title: string
  readonly frameworks: string
  readonly asks: string
  readonly answer: string
  /** Its rows are the events for which this is true; where it has other rows too, these are in a table of their own. */
  readonly events?: (said: StoredEvent) => boolean
  /** Its rows are not events. */
  readonly rows?: 'approvals' | 'times' | 'types' | 'checkpoints' | 'installation' | 'activity'
  /** Has columns for the right that was recorded with each event. */
  readonly byRight?: boolean
}

const typed =
  (...types: readonly string[]) =>
  ({ type }: StoredEvent) =>
    types.includes(type)

const refusedAs = (said: StoredEvent, ...outcomes: readonly string[]) =>
  said.type === 'decision.refused' && outcomes.includes(said.outcome ?? '')

const late = ({ detail }: StoredEvent) => typeof detail.late_by_ms === 'number' && detail.late_by_ms > 60_000

export const CONTROLS: readonly Control[] = [
  {
    number: 1,
    slug: 'approval',
    title: 'Access only after documented approval',
    frameworks: 'SOC 2 CC6.1-6.3; NIST AC-2 e; ISO 27001 A.8.2',
    asks: 'Was each access approved before it was granted, by whom, and why was it requested?',
    answer:
      'Nothing is granted before the policy’s approvals are complete, except by break-glass (control 7), which is marked here. Each row is a grant; its file under grants/ has every step with its proof.',
    rows: 'approvals',
  },
  {
    number: 2,
    slug: 'separation',
    title: 'Nobody approves their own access',
    frameworks: 'SOC 2 CC6.3; NIST AC-5, AC-3(2)',
    asks: 'Did anyone decide about their own access?',
    answer:
      'A requester’s own approval is refused unless the policy explicitly allows it. Rows: decisions by requesters themselves that a policy allowed (decision.recorded), and attempts that were refused (decision.refused).',
    events: (said) =>
      (said.type === 'decision.recorded' && said.detail.self === true) ||
      refusedAs(said, 'self-approval', 'self-review'),
  },
  {
    number: 3,
    slug: 'time-limit',
    title: 'Access is limited in time and ends by itself',
    frameworks: 'NIST AC-2(2), AC-6; ISO 27001 A.8.2',
    asks: 'When should each access have ended, and when was it gone?',
    answer:
      'Every grant has an end from the start. “gone” is the time at which the target itself, read again, no longer showed the access; “late” is the difference.',
    rows: 'times',
  },
  {
    number: 4,
    slug: 'removal',
    title: 'Removal is verified at the system, not assumed',
    frameworks: 'SOC 2 CC6.3; NIST AC-2(3)',
    asks: 'How is it known that access was really removed?',
    answer:
      'grant.revoked is written only after the target was read again and showed it. The outcome says what it showed: taken, already-gone, kept-standing (it was there before), kept-by-other (another grant needs it), never-given.',
    events: typed('grant.revoked', 'grant.verified'),
  },
  {
    number: 5,
    slug: 'failed-removal',
    title: 'Failed removals are seen and handled',
    frameworks: 'NIST AU-5; SOC 2 CC7.2',
    asks: 'Which removals failed at first, who was notified, and how did it end?',
    answer:
      'Removal is retried without end. grant.stuck is an alarm to the security channel, after a minute, five minutes, then hourly; a grant.revoked that came more than a minute late closes it.',
    events: (said) => said.type === 'grant.stuck' || (said.type === 'grant.revoked' && late(said)),
  },
  {
    number: 6,
    slug: 'approver',
    title: 'The approver was entitled at that moment',
    frameworks: 'NIST AC-2, AC-6(1)',
    asks: 'Was each approver allowed to approve at that time?',
    answer:
      'At each press the approver, their group memberships and the policy are read again, and the event says why they were entitled: the id of a group that they were in at that moment, their own id, or everyone; for which stage; and by which rule of the policy, whose text is under configuration/ by its hash. “fallback” is a fallback approver, asked because nobody else answered in time. Attempts by others are decision.refused. Group membership is Slack’s answer at that moment; the group’s whole list is not kept.',
    byRight: true,
    events: (said) => said.type === 'decision.recorded' || refusedAs(said, 'not-an-approver', 'not-yours'),
  },
  {
    number: 7,
    slug: 'break-glass',
    title: 'Emergency access is controlled and reviewed',
    frameworks: 'NIST AC-2(2); ISO 27001 A.5.24-5.28',
    asks: 'Which access was taken without approval, and who reviewed it?',
    answer:
      'Break-glass is possible only where the policy allows it; it alerts everyone who could have approved, and needs a review by somebody else, which stays open until it is written.',
    events: typed('break_glass.used', 'break_glass.reviewed'),
  },
  {
    number: 8,
    slug: 'review',
    title: 'Access rights are reviewed',
    frameworks: 'NIST AC-6(7); SOC 2 CC6.2, CC6.3',
    asks: 'Was standing access looked for, and were the rights to request and to approve reviewed?',
    answer:
      'Rows: what was found and decided about standing access, and recorded reviews. Who could request and approve what at any date is in the configuration of that date, under configuration/; elevate does not record that somebody read it.',
    events: (said) => /^(?:standing_access|access_review|review)\b/.test(said.type),
  },
  {
    number: 9,
    slug: 'policy-changes',
    title: 'Changes of policy are traceable',
    frameworks: 'SOC 2 CC8.1; NIST CM-3',
    asks: 'When did the rules change, by whom, and what did they say?',
    answer:
      'Each start and each change of the configuration is an event with its hash and who did it; the text of each is under configuration/<hash>.yaml. Every decision and grant names the hash it was made under.',
    events: typed('config.loaded'),
  },
  {
    number: 10,
    slug: 'content',
    title: 'What is logged is enough',
    frameworks: 'NIST AU-2, AU-3; OWASP ASVS 16.2.1',
    asks: 'Which kinds of events are logged, and is the log without gaps?',
    answer:
      'Every change is written in the same transaction as its event; the index has no gaps. Rows: how many events of each type the period has. Each says who, on whom, on what, when by the database’s clock, and under which policy.',
    rows: 'types',
  },
  {
    number: 11,
    slug: 'protection',
    title: 'The log is protected from change, also by administrators',
    frameworks: 'NIST AU-9, AU-9(2)-(4); ISO 27001 A.8.15; OWASP ASVS 16.4',
    asks: 'Could somebody have changed the log, and how would it show?',
    answer:
      'The log is a Merkle tree under signed checkpoints that are kept outside the database too. Rows: the checkpoints of the period; each was compared with the tree when this folder was made, and you can repeat that (README.txt). Who may write to the log’s tables is in 11-database-rights.csv; restored backups and key rotations are in 11-protection-events.csv.',
    rows: 'checkpoints',
    events: typed('quarantine.began', 'quarantine.ended', 'checkpoint.abandoned', 'key.rotated'),
  },
  {
    number: 12,
    slug: 'attribution',
    title: 'Decisions cannot be denied later',
    frameworks: 'NIST AU-10',
    asks: 'Who decided, as a person?',
    answer:
      'Each action names the Slack account that did it, in a log that cannot be rewritten unnoticed. The limit: Slack authenticates the press of a button; people have no key of their own here.',
    events: (said) =>
      said.actor.kind === 'person' &&
      /^(?:request\.(?:created|withdrawn)|decision\.recorded|break_glass\.)/.test(said.type),
  },
  {
    number: 13,
    slug: 'retention',
    title: 'Records are kept as long as they should be, and personal data is limited',
    frameworks: 'NIST AU-11; GDPR Art. 5, 17, 30',
    asks: 'Is the whole period still there, what was erased, and who exported records?',
    answer:
      'Events hold ids; what people typed is kept separately and can be erased without breaking a proof. Rows: recorded exports and erasures. The number of erased texts is below.',
    events: ({ type }) => /^export\.|eras|retention|purge/.test(type),
  },
  {
    number: 14,
    slug: 'leavers',
    title: 'Leavers lose access immediately',
    frameworks: 'SOC 2 CC6.3; NIST AC-2(3), AC-2(13)',
    asks: 'When somebody left, how soon was their access gone?',
    answer:
      'A person who is deactivated in Slack loses access immediately, or within a minute if Slack’s event did not arrive. Rows: what the sweeper ended or withdrew for that reason; the removal itself is the grant.revoked of the same grant (control 4).',
    events: (said) =>
      said.actor.kind === 'system' &&
      ((said.type === 'grant.revoking' && said.outcome === 'ended-early') ||
        (said.type === 'request.withdrawn' && said.outcome === 'requester-gone')),
  },
  {
    number: 15,
    slug: 'tool',
    title: 'The tool has few rights, and its parts are known',
    frameworks: 'NIST AC-6(9); SOC 2 CC6.8, CC7.1; OWASP ASVS 13.2.2, 15.1.2',
    asks: 'Which version ran, from which packages, and what may its own logins do?',
    answer:
      'Rows: this installation when the folder was made. elevate check --targets finds excessive rights of each target’s login.',
    rows: 'installation',
  },
  {
    number: 16,
    slug: 'activity',
    title: 'What was done with the access is recorded',
    frameworks: 'NIST AC-6(9), AU-12, AU-14; ISO 27001 A.8.15, A.8.16; SOC 2 CC7.2',
    asks: 'What did each person do with the access, and is that record complete?',
    answer:
      'Where the target logs them, statements and refusals of the grant’s account are collected while it is live, and the record is closed after its end; the event activity.collected names the hash of the record. Each row is a grant; the record is under activity/, redacted as it was stored, “missing” says what could not be seen, and texts erased since are counted. What an administrator of the target removes from its log before it is read is not detected. Records named by the log, and use of accounts without a grant, are in 16-activity-events.csv.',
    rows: 'activity',
    events: typed('activity.collected', 'activity.unmatched'),
  },
]
