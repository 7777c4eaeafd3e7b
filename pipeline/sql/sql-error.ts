/** Whose fault a failure is: of the row that was given, of the statement (its table, a right), or nobody's that stays. */
export type SqlFault = 'row' | 'statement' | 'away';

/** What a database answered in place of rows. */
export class SqlError extends Error {
  readonly fault: SqlFault;
  /** The table of the statement is not there. */
  readonly tableMissing: boolean;

  constructor(fault: SqlFault, message: string, { cause, tableMissing = false }: SqlErrorOptions) {
    super(message, { cause });
    this.name = 'SqlError';
    this.fault = fault;
    this.tableMissing = tableMissing;
  }
}

interface SqlErrorOptions {
  readonly cause: unknown;
  readonly tableMissing?: boolean;
}

/** Whether the database has answered, and said that this cannot be done. */
export function isFaultOf(error: unknown, ...faults: readonly SqlFault[]): error is SqlError {
  return error instanceof SqlError && faults.includes(error.fault);
}
