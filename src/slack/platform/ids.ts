/** Every id that crosses the wire to Slack, in one place; a test holds them against the routes and the manifest. */

export const COMMAND = '/elevate'

export const SHORTCUT = { ask: 'elevate_ask' } as const

/** Inputs that are read when their form comes back, and do nothing before. */
export const INPUT = {
  pick_start: 'pick_start',
  type_reason: 'type_reason',
  type_ticket: 'type_ticket',
  type_note: 'type_note',
  type_span: 'type_span',
  pick_person: 'pick_person',
  pick_outcome: 'pick_outcome',
  pick_until: 'pick_until',
  pick_access: 'pick_access',
  pick_types: 'pick_types',
  pick_from: 'pick_from',
  pick_to: 'pick_to',
} as const

export const ACTION = {
  approve: 'approve_request',
  approve_less: 'approve_with_changes',
  ask_back: 'ask_about_request',
  answer: 'answer_question',
  deny: 'deny_request',
  approve_together: 'approve_together',
  deny_together: 'deny_together',
  withdraw: 'withdraw_request',
  accept: 'accept_request',
  decline: 'decline_request',
  give_back: 'give_back',
  end_other: 'end_other',
  extend: 'extend_access',
  show_credential: 'show_credential',
  look_again: 'look_again',
  review: 'review_break_glass',
  allow: 'open_allow_form',
  end_allow: 'end_pre_approval',
  standing_accept: 'accept_standing_access',
  standing_accept_all: 'accept_all_standing',
  standing_take: 'take_standing_access',
  standing_ask: 'ask_about_standing',
  standing_look: 'look_at_standing',
  open_form: 'open_form',
  ask_again: 'ask_again',
  pick_target: 'pick_target',
  pick_role: 'pick_role',
  pick_receiver: 'pick_receiver',
  pick_duration: 'pick_duration',
  type_duration: 'type_duration',
  home_page: 'home_page',
  list_page: 'list_page',
  audit_page: 'audit_page',
  activity_page: 'activity_page',
  audit_form: 'audit_form',
  audit_csv: 'audit_csv',
  end_everything: 'end_everything',
  picture: 'draw_picture',
  link: 'link',
  ...INPUT,
} as const

export const BLOCK = {
  target: 'target',
  role: 'role',
  receiver: 'receiver',
  duration: 'duration',
  own_duration: 'own_duration',
  start: 'start',
  reason: 'reason',
  ticket: 'ticket',
  note: 'note',
  outcome: 'outcome',
  person: 'person',
  span: 'span',
  until: 'until',
  access: 'access',
  types: 'types',
  from: 'from',
  to: 'to',
} as const

/** What a menu offers depends on what was picked before it; with another name it forgets what it held. */
export const roleBlock = (target: string) => `${BLOCK.role}:${target}`.slice(0, 255)
export const durationBlock = (target: string, role: string) =>
  `${BLOCK.duration}:${target}:${role}`.slice(0, 255)

export const VIEW = {
  ask: 'ask_for_access',
  approve_less: 'approve_for_less',
  ask_back: 'ask_a_question',
  answer: 'give_an_answer',
  deny: 'deny_with_reason',
  deny_together: 'deny_together_with_reason',
  end_other: 'end_with_reason',
  extend: 'extend_access_form',
  credential: 'credential',
  break_glass: 'take_by_break_glass',
  review: 'write_a_review',
  allow: 'approve_beforehand',
  audit: 'look_into_the_log',
  end_everything: 'end_everything_of',
  revoke: 'revoke_on_target',
  accept_standing: 'accept_standing',
  take_standing: 'take_standing',
} as const

export const EVENT = {
  home_opened: 'app_home_opened',
  person_changed: 'user_change',
  group_members_changed: 'subteam_members_changed',
  group_updated: 'subteam_updated',
} as const
