/** `${NAME}`, `${secret:NAME}` or `${file:path}` in a value, each with or without `:-default`. */
export interface Variable {
  /** `secret` and `file` are never shown. */
  readonly kind: 'plain' | 'secret' | 'file';
  /** Of the environment variable; of a file its path. */
  readonly name: string;
  /** What it is where it is not given. */
  readonly fallback?: string;
}

/** What a value is made of, in its order. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'variable'; readonly variable: Variable }
  | { readonly kind: 'fault'; readonly message: string };

const PIECE = /\$\$\{|\$\{([^{}]*)\}|\$\{/g;
const BODY = /^(?:(secret|file):)?(.*?)(?::-(.*))?$/s;
const ENVIRONMENT_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const LITERAL = 'for the characters themselves write $${';

/** Takes a value apart. `$${` is the text `${`. */
export function piecesOf(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(PIECE)) {
    pieces.push({ kind: 'text', text: text.slice(end, match.index) }, pieceOf(match[0], match[1]));
    end = match.index + match[0].length;
  }
  pieces.push({ kind: 'text', text: text.slice(end) });
  return pieces.filter((piece) => piece.kind !== 'text' || piece.text !== '');
}

/** As it is written in a file. */
export function writtenAs({ kind, name, fallback }: Variable): string {
  const shown = kind === 'plain' ? name : `${kind}:${name}`;
  return `\${${shown}${fallback === undefined ? '' : `:-${fallback}`}}`;
}

function pieceOf(whole: string, body: string | undefined): Piece {
  if (whole === '$${') return { kind: 'text', text: '${' };
  if (body === undefined)
    return { kind: 'fault', message: `"\${" has no "}" of its own after it; close it, or ${LITERAL}` };
  const [, kind = 'plain', name = '', fallback] = BODY.exec(body) ?? [];
  const isNamed = kind === 'file' ? name.trim() !== '' : ENVIRONMENT_NAME.test(name);
  if (!isNamed) {
    const forms = '${NAME}, ${NAME:-default}, ${secret:NAME} or ${file:path}';
    return { kind: 'fault', message: `"${whole}" names no variable; write ${forms}, or ${LITERAL}` };
  }
  const variable: Variable = { kind: kind as Variable['kind'], name, ...(fallback !== undefined && { fallback }) };
  return { kind: 'variable', variable };
}
