import { distance } from 'fastest-levenshtein';

/** The name most like `wrong`, or undefined when none is alike enough to be meant. */
export function nearest(wrong: string, names: Iterable<string>): string | undefined {
  let best: { readonly name: string; readonly far: number } | undefined;
  for (const name of names) {
    const far = distance(wrong.toLowerCase(), name.toLowerCase());
    const isAlike = far <= Math.max(1, Math.floor(wrong.length / 3)) || lettersOf(wrong) === lettersOf(name);
    if (isAlike && far < (best?.far ?? Infinity)) best = { name, far };
  }
  return best?.name;
}

/** Equal for words that differ by swapped letters, which count as two edits each. */
function lettersOf(word: string): string {
  return Array.from(word.toLowerCase()).toSorted().join('');
}

/** `did you mean "detect"?`, or else `fallback`. */
export function didYouMean(wrong: string, names: Iterable<string>, fallback: string): string {
  const name = nearest(wrong, names);
  return name === undefined ? fallback : `did you mean "${name}"?`;
}

/** `a, b and c`. */
export function listed(names: Iterable<string>): string {
  const all = [...names];
  return all.length < 2 ? all.join() : `${all.slice(0, -1).join(', ')} and ${all.at(-1) ?? ''}`;
}
