/** One thing to measure in turn with others. */
export type Variants<Name extends string, Result> = Readonly<Record<Name, () => Promise<Result>>>;

/**
 * Measures several variants in turn, A B C A B C …, in the order of their names here. A first round of each is
 * thrown away: in it the compiler settles.
 *
 * @param rounds how many rounds count
 * @returns what each variant measured, one result per round
 */
export async function alternate<Name extends string, Result>(
  rounds: number,
  variants: Variants<Name, Result>,
): Promise<Readonly<Record<Name, readonly Result[]>>> {
  const names = Object.keys(variants) as Name[];
  const results = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, Result[]>;
  for (let round = 0; round <= rounds; round++) {
    for (const name of names) {
      const result = await variants[name]();
      if (round > 0) results[name].push(result);
    }
  }
  return results;
}
