import type { OwnRdmaPort } from '../addon/addon.js'

/** The choice as flags of `xrbench serve`, which has those of `run`. */
export function rdmaPortArguments({ device, port, gidIndex }: OwnRdmaPort): string[] {
  return [
    ...(device === null ? [] : ['--device', device]),
    ...(port === null ? [] : ['--port', String(port)]),
    ...(gidIndex === null ? [] : ['--gid-index', String(gidIndex)]),
  ]
}
