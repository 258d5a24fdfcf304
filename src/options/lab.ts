import { mebibytes, text, time } from './kind.js'
import { option } from './option.js'

/** Of a guest: less boots nothing, and more no machine has for it. */
const [MIN_GUEST_MIB, MAX_GUEST_MIB] = [256, 65_536]
/** A boot is not waited for longer. */
const MAX_BOOT_NS = 3600e9
const MAX_NETEM_CHARS = 1000
/** PATH_MAX. */
const MAX_PATH_CHARS = 4096

/** Of the lab, whichever command boots it. */
export const LAB = {
  /** What shapes the wire, in the words of tc-netem(8), as `delay 5ms loss 1%`; with `lab: 'only'`. Default: nothing. */
  netem: option({
    flag: '--netem <words>',
    kind: text(0, MAX_NETEM_CHARS),
    default: null,
    help: "shape the lab's wire, as 'delay 5ms loss 1%' (tc-netem)",
  }),
  /** `vmlinuz-VERSION`, or a folder with `boot/` and `lib/modules/`. Default: what is here, or a package of the distribution. */
  kernel: option({
    flag: '--lab-kernel <path>',
    kind: text(1, MAX_PATH_CHARS),
    default: null,
    help: 'vmlinuz-VERSION, or a folder with boot/ and lib/modules/',
  }),
  /** Of each guest, MiB, 256 to 65,536. Default: 1024. */
  memoryMiB: option({
    flag: '--memory <size>',
    kind: mebibytes(MIN_GUEST_MIB, MAX_GUEST_MIB),
    default: 1024,
    help: 'of each guest of the lab',
    byDefault: '1GiB',
  }),
  /** A boot may take so long; up to 1 h. Default: 60e9. */
  bootTimeoutNs: option({
    flag: '--boot-timeout <time>',
    kind: time(1, MAX_BOOT_NS),
    default: 60e9,
    help: 'a boot of the lab may take so long',
    byDefault: '60s',
  }),
} as const
