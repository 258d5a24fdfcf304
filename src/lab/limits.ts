/** Memory of a guest. */
export const MIN_GUEST_MIB = 256
export const MAX_GUEST_MIB = 65_536
/** A boot is not waited for longer. */
export const MAX_BOOT_NS = 3600e9
