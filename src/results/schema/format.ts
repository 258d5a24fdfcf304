/** Name and major version of the result format. Within a version, changes only add. */
export const RESULT_FORMAT = 'xrbench.result/1'
