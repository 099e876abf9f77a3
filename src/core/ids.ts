export type GrantId = string

export type RequestId = string

export type QuestionId = string

export type PreApprovalId = string

export type StandingId = string

export type ReportId = string
