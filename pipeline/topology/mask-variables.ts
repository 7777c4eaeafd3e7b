/*
 * Inside [ ] and { }, YAML ends a plain value at a brace or a comma, so it would not see `{ replicas: ${N:-2} }` as we
 * do. Until it has been parsed, a variable is written in characters that mean nothing to YAML, one for one: places
 * stay what they are.
 */
const VARIABLE = /\$\{[^{}\n]*\}/g;
const SPECIAL = /[{}[\],:# ]/g;
const FIRST = 0xe000;
const MASKED = /\$\ue07b[^\ue07d]*\ue07d/g;
const MASKED_CHARACTER = /[\ue020-\ue07d]/g;

/** The text of a file with its variables out of YAML's sight. */
export function maskVariables(text: string): string {
  return text.replace(VARIABLE, (variable) =>
    variable.replace(SPECIAL, (character) => String.fromCharCode(FIRST + character.charCodeAt(0))),
  );
}

/** What was written, from a value of a masked text. */
export function unmaskVariables(text: string): string {
  return text.replace(MASKED, (variable) =>
    variable.replace(MASKED_CHARACTER, (character) => String.fromCharCode(character.charCodeAt(0) - FIRST)),
  );
}
