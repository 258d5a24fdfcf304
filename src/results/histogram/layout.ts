/** HdrHistogram's layout for latencies, as the addon counts them: from 1 ns, 3 significant digits. */
export const LOWEST_DISCERNIBLE_NS = 1
export const SIGNIFICANT_DIGITS = 3
/** End of the smallest HDR range above 60 s: 2^36 - 1 ns, about 68.7 s. */
export const HIGHEST_TRACKABLE_NS = 2 ** 36 - 1
/** Length of the counts array for this range. */
export const COUNTS_LENGTH = 27_648
