/** `${NAME}`, `${NAME:-default}`, `${secret:NAME}` or `${file:path}` in a value. */
export interface Variable {
  /** `secret` and `file` are never shown. */
  readonly kind: 'plain' | 'secret' | 'file';
  /** Of the environment variable; of a file its path. */
  readonly name: string;
  /** What it is where it is not given; secrets have none, as the file is no secret. */
  readonly fallback?: string;
}

/** What a text with secrets in it is made of. */
export type SecretText = readonly (string | Variable)[];

/** What a value is made of, in its order. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'variable'; readonly variable: Variable }
  | { readonly kind: 'fault'; readonly message: string };

const PIECE = /\$\$\{|\$\{([^{}]*)\}|\$\{/g;
const SECRET_BODY = /^(secret|file):(.*)$/s;
const PLAIN_BODY = /^(.*?)(?::-(.*))?$/s;
const ENVIRONMENT_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const FORMS = '${NAME}, ${NAME:-default}, ${secret:NAME} or ${file:path}';
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

/** Whether what it stands for is never shown. */
export function isSecret({ kind }: Variable): boolean {
  return kind !== 'plain';
}

function pieceOf(whole: string, body: string | undefined): Piece {
  if (whole === '$${') return { kind: 'text', text: '${' };
  if (body === undefined) return fault(`"\${" has no "}" of its own after it; close it, or ${LITERAL}`);
  const variable = variableOf(body);
  if (variable.kind === 'file' ? variable.name !== '' : ENVIRONMENT_NAME.test(variable.name)) {
    return { kind: 'variable', variable };
  }
  const [name] = variable.name.split(':-');
  return variable.kind === 'secret' && name !== undefined && ENVIRONMENT_NAME.test(name)
    ? fault(`"${whole}" has a default, and what stands in a file is no secret; take it out`)
    : fault(`"${whole}" names no variable; write ${FORMS}, or ${LITERAL}`);
}

function variableOf(body: string): Variable {
  const [, kind, secret = ''] = SECRET_BODY.exec(body) ?? [];
  if (kind === 'secret' || kind === 'file') return { kind, name: secret.trim() };
  const [, name = '', fallback] = PLAIN_BODY.exec(body) ?? [];
  return { kind: 'plain', name, ...(fallback !== undefined && { fallback }) };
}

function fault(message: string): Piece {
  return { kind: 'fault', message };
}
