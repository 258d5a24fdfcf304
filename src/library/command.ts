import type { ResultRequest, WhereRequest } from './request.js'

/**
 * What was called, for the result. What names a machine or a file stands as on the command line, where redaction finds it; a key stands
 * nowhere.
 */
export function commandOf(
  name: string,
  request: WhereRequest & ResultRequest,
  ...more: object[]
): string[] {
  const { peer, output, labOptions, ...rest } = request
  const lab = labOptions && { labOptions: { ...labOptions, kernel: undefined } }
  const words = [{ ...rest, ...lab }, ...more]
  return [
    name,
    ...words.map((word) => JSON.stringify(word)),
    ...(peer === undefined ? [] : ['--peer', `${peer.host}:${peer.port ?? ''}`.replace(/:$/, '')]),
    ...(output === undefined ? [] : ['--output', output]),
  ]
}
