import type { ErrorCode } from '../errors/catalogue.ts';

/** A place in the topology file, lines and columns from 1; line 0 for a place that has none (`--set stages.a.to`). */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One thing wrong with a topology. Errors stop it, warnings do not. */
export interface Finding extends Place {
  readonly severity: 'error' | 'warning';
  readonly code: ErrorCode;
  /** What is wrong; what mends it. */
  readonly message: string;
  /** The other place, where two collide; its file where that is another. */
  readonly related?: { readonly file?: string; readonly line: number };
  /** The whole of it in one line: `topology.yaml:14:12 TOPOLOGY_UNKNOWN_KEY sentence; mend`. */
  readonly text: string;
}

/** What a finding says, without where. */
export type Fault = Pick<Finding, 'code' | 'message'> & { readonly related?: Place };

/** A finding that stops the topology. */
export function errorAt(place: Place, fault: Fault): Finding {
  return at(place, 'error', fault);
}

/** A finding to think about. */
export function warningAt(place: Place, fault: Fault): Finding {
  return at(place, 'warning', fault);
}

/** File by file, each in its order; places without a line come last. */
export function sortFindings(findings: readonly Finding[]): readonly Finding[] {
  const unplaced = ({ line }: Finding): number => (line > 0 ? 0 : 1);
  return findings.toSorted(
    (a, b) =>
      unplaced(a) - unplaced(b) ||
      (a.line > 0 ? a.file.localeCompare(b.file) : 0) ||
      a.line - b.line ||
      a.column - b.column ||
      a.message.localeCompare(b.message),
  );
}

function at({ file, line, column }: Place, severity: Finding['severity'], { code, message, related }: Fault): Finding {
  const where = line > 0 ? `${file}:${line}:${column}` : file;
  return {
    file,
    line,
    column,
    severity,
    code,
    message,
    ...(related && related.line > 0 && { related: relatedTo(file, related) }),
    text: `${where} ${code} ${severity === 'warning' ? 'warning: ' : ''}${message}`,
  };
}

function relatedTo(from: string, { file, line }: Place): { readonly file?: string; readonly line: number } {
  return file === from ? { line } : { file, line };
}
