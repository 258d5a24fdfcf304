import { describe, expect, it } from 'vitest'
import { runCli } from '../fixtures/spawn-cli.js'

describe('options that do not go together', () => {
  it.each([
    [['lab', '--peer-command', 'true'], 'XRB_USAGE'],
    [['lab', '--guests', '3'], 'XRB_BAD_NUMBER'],
    [['lab', '--netem', 'delay; reboot'], 'XRB_BAD_NETEM'],
    [['lab', '--memory', '255MiB'], 'XRB_BAD_SIZE'],
    [['lab', '--boot-timeout', '61m'], 'XRB_BAD_DURATION'],
    [['lab', '--lab-kernel', '/nowhere'], 'XRB_LAB_KERNEL'],
    [['lab', '--writable', '/nowhere', '--', 'true'], 'XRB_USAGE'],
    [['run', '--netem', 'delay 1ms'], 'XRB_USAGE'],
    [['run', '--lab', '--peer', 'host', '--key-file', 'key'], 'XRB_USAGE'],
  ])('%j', async (args, error) => {
    const { code, stdout, stderr } = await runCli(args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(`[${error}]`)
  })
})
