/** What there is to say where the kernel confines nothing: the sentence, and what can be done. */
export function unconfinedWords(isAllowed: boolean): { sentence: string; hint: string } {
  const who = isAllowed ? 'served all the same' : 'refused'
  return {
    sentence: `This machine does not confine what measures for clients (seccomp): those on other machines are ${who}.`,
    hint: isAllowed
      ? 'give the key to those alone whom you would let run programs here'
      : 'let the container use seccomp(2); or xrbench serve --allow-unconfined, for those whom you would let run programs here',
  }
}
