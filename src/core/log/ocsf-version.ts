/** Which versions of the Open Cybersecurity Schema Framework our events can be written in. */
export const OCSF_VERSIONS = [
  '1.1.0',
  '1.2.0',
  '1.3.0',
  '1.4.0',
  '1.5.0',
  '1.6.0',
  '1.7.0',
  '1.8.0',
  '1.9.0',
] as const
export type OcsfVersion = (typeof OCSF_VERSIONS)[number]
export const OCSF_DEFAULT: OcsfVersion = '1.8.0'

/** `1.8` and `1.8.0` are the same; undefined for a version that is not supported. */
export function readOcsfVersion(typed: string): OcsfVersion | undefined {
  const wanted = typed.split('.').length === 2 ? `${typed}.0` : typed
  return OCSF_VERSIONS.find((one) => one === wanted)
}
