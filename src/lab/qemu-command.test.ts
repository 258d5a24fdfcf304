import { expect, it } from 'vitest'
import { machineArguments } from './qemu-command.js'

const options = {
  kernel: '/k/vmlinuz',
  initramfs: '/k/initramfs.gz',
  append: [],
  memoryMiB: 1024,
  cpus: 2,
}

/** The word behind `-cpu`. */
function cpuOf(accelerator: 'kvm' | 'tcg'): string | undefined {
  const argv = machineArguments({ ...options, accelerator })
  return argv[argv.indexOf('-cpu') + 1]
}

it('leaves out of an emulated CPU what emulation is slow at', () => {
  expect(cpuOf('tcg')?.split(',').slice(1).sort()).toEqual(['-erms', '-fsrm', '-pku'])
  expect(cpuOf('kvm')).toBe('host')
})
